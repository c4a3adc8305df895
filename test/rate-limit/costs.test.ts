import { describe, expect, it } from 'vitest';
import type { Admission } from '../../src/rate-limit/types.ts';
import { documented, SchedulerWorld } from './support/simulation.ts';

// What waiting and sending cost, counted instead of timed: whoever looks at a call that waits reads what it asked for.

/** Visits of calls while so many of them are queued, and 100 of them are sent, per call. */
async function visits(waiting: number, pathOf: (index: number) => string, maxWait?: number) {
  const world = new SchedulerWorld(documented({ windows: 'first' }));
  world.call(100);
  await world.time.run(1000);
  let count = 0;
  const admissionOf = (index: number): Admission => ({
    get method() {
      count += 1;
      return 'GET';
    },
    get priority() {
      count += 1;
      return undefined;
    },
    get maxWait() {
      count += 1;
      return maxWait;
    },
    path: pathOf(index),
    route: pathOf(index),
  });
  const { signal } = new AbortController();
  for (let index = 0; index < waiting; index += 1) {
    const acquired = world.limiter.acquire(Object.defineProperty(admissionOf(index), 'signal', { value: signal }));
    void Promise.resolve(acquired).then((permit) => permit.recordLoss());
  }
  const queueing = count / waiting;
  count = 0;
  // The next window: one is sent, and lost, and so are others, one a second.
  await world.time.run(120_000);
  const sent = waiting - world.limiter.snapshot.waiting;
  return { queueing, sending: count / sent, sent };
}

describe('nothing visits a call that does not wait for the same thing', () => {
  it('queueing and sending cost the same at 100 000 waiting calls as at 100', async () => {
    const few = await visits(100, () => '/projects');
    const many = await visits(100_000, () => '/projects');
    expect(few.sent).toBeGreaterThan(10);
    expect(many.queueing / few.queueing).toBeLessThanOrEqual(1.3);
    expect(many.sending / few.sending).toBeLessThanOrEqual(1.3);
  });

  it('with a maxWait, they cost a logarithm of it', async () => {
    const few = await visits(100, () => '/projects', 1e9);
    const many = await visits(10_000, () => '/projects', 1e9);
    expect(many.queueing / few.queueing).toBeLessThanOrEqual(3);
    expect(many.sending / few.sending).toBeLessThanOrEqual(3);
  });

  it('they cost the same at 4 000 paths as at one', async () => {
    const one = await visits(4000, () => '/things/1');
    const all = await visits(4000, (index) => `/things/${index}`);
    expect(all.queueing / one.queueing).toBeLessThanOrEqual(1.3);
    expect(all.sending / one.sending).toBeLessThanOrEqual(1.3);
  });
});
