import { beforeEach, describe, expect, it } from 'vitest';
import { rateLimitStep } from '../../src/sharing/index.ts';
import { useImmediateDigest } from '../rate-limit/support/immediate-digest.ts';
import { summary } from '../rate-limit/support/simulation.ts';
import { SharedWorld } from './support/shared-world.ts';

const second = 1000;

beforeEach(useImmediateDigest);

describe.each(['aligned', 'first'] as const)("a store's clock that jumps in mid-window, windows %s", (windows) => {
  it.each([20, -20, 300])('by %i s costs no more than a request, although nothing asks to wait', async (by) => {
    for (const count of [1, 4]) {
      const world = new SharedWorld({ windows });
      const jumped = () => (world.time.now() > 30 * second ? by * second : 0);
      const step: typeof rateLimitStep = (stored, request, now) => rateLimitStep(stored, request, now + jumped());
      const processes = Array.from({ length: count }, () => world.start({ step }));
      for (const process of processes) process.call(300 / count);
      await world.time.run();
      const { failed, refusals } = summary(await Promise.all(processes.flatMap(({ calls }) => calls)));
      expect(failed).toBe(0);
      expect(refusals).toBeLessThanOrEqual(2);
    }
  });
});
