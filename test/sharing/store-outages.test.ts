import { beforeEach, describe, expect, it } from 'vitest';
import { useImmediateDigest } from '../rate-limit/support/immediate-digest.ts';
import { amount } from '../support/fuzz.ts';
import { summary } from '../rate-limit/support/simulation.ts';
import { SharedWorld } from './support/shared-world.ts';
import type { StoreCondition } from './support/simulated-store.ts';

const second = 1000;

/** In mid-window; just before and after the turn at 36.544 s, with requests on their way; and at the next one. */
const moments = [2, 36.543, 36.58, 96.59].map((at) => at * second);

beforeEach(useImmediateDigest);

/** Runs processes, and disturbs them or their store at some moment. */
async function disturbed(count: number, calls: number, at: number, disturb: (world: SharedWorld) => void) {
  const world = new SharedWorld({}, { seed: at });
  for (const process of world.startAll(count)) process.call(calls);
  world.time.after(at, () => disturb(world));
  const records = (await world.finish()).flat();
  expect(world.time.pending).toBe(0);
  return summary(records);
}

function during(duration: number, condition: StoreCondition): (world: SharedWorld) => void {
  return ({ store, time }) => {
    store.condition = condition;
    time.after(duration, () => (store.condition = 'up'));
  };
}

describe.each([
  [8, 50, moments.filter((_, index) => index % amount(3, 1) === 0)],
  [30, 15, [36.58 * second]],
])('of %i processes, no call fails and few are refused', (count, calls, when) => {
  it.each<[string, (world: SharedWorld) => void]>([
    ['is gone', ({ store }) => (store.condition = 'down')],
    ['is gone for half a minute', during(30 * second, 'down')],
    ['is full, or read-only', ({ store }) => (store.condition = 'read-only')],
    ['executes but does not answer', ({ store }) => (store.condition = 'deaf')],
    ['does nothing at all for two seconds', during(2 * second, 'silent')],
    ['takes 300 ms to answer', ({ store }) => (store.latency = 150)],
    ['takes 600 ms to answer', ({ store }) => (store.latency = 300)],
    ['forgets everything', ({ store }) => store.flush()],
    [
      'is gone for half a minute, and comes back empty',
      (world) => {
        world.store.flush();
        during(30 * second, 'down')(world);
      },
    ],
  ])('if their store %s', async (_, disturb) => {
    for (const at of when) {
      const { failed, refusals } = await disturbed(count, calls, at, disturb);
      expect({ at, failed }).toEqual({ at, failed: 0 });
      expect(refusals).toBeLessThanOrEqual(40);
    }
  });

  it.each<[string, (world: SharedWorld) => void]>([
    ['is killed', ({ processes }) => processes.slice(count / 2).forEach((process) => process.kill())],
    ['is stopped for ten seconds', stopHalf(10 * second)],
    ['is stopped for more than a window', stopHalf(70 * second)],
  ])('if half of them %s', async (_, disturb) => {
    for (const at of when) {
      const { failed, refusals } = await disturbed(count, calls, at, disturb);
      expect({ at, failed }).toEqual({ at, failed: 0 });
      expect(refusals).toBeLessThanOrEqual(40);
    }
  });

  function stopHalf(duration: number) {
    return ({ processes, time }: SharedWorld) => {
      const half = processes.slice(count / 2);
      for (const process of half) process.stop();
      time.after(duration, () => half.forEach((process) => process.continue()));
    };
  }

  it('if the store is slow from the beginning', async () => {
    const { failed, refusals } = await disturbed(count, calls, 0, ({ store }) => (store.latency = 300));
    expect(failed).toBe(0);
    expect(refusals).toBeLessThanOrEqual(40);
  });
});
