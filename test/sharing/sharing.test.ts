import { beforeEach, describe, expect, it } from 'vitest';
import { rateLimitStep } from '@example/sdk/rate-limit';
import { CallPriority } from '../../src/rate-limit/priority.ts';
import { useImmediateDigest } from '../rate-limit/support/immediate-digest.ts';
import { type CallRecord, summary } from '../rate-limit/support/simulation.ts';
import { fairness, SharedWorld, waitsOf } from './support/shared-world.ts';
import type { Step } from './support/simulated-store.ts';

const second = 1000;
const minute = 60_000;
const seeds = [1, 2];

beforeEach(useImmediateDigest);

/** Calls that were done in each minute. */
function perMinute(records: readonly CallRecord[]): number[] {
  const counts: (number | undefined)[] = [];
  for (const { sentAt } of records) {
    // The windows of the API begin 43.456 s into virtual time.
    const index = Math.floor((sentAt.at(-1)! + minute - 36_544) / minute);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}

describe.each(['aligned', 'first'] as const)('processes that share a limit, windows %s', (windows) => {
  it.each([
    [1, 300],
    [2, 150],
    [4, 75],
    [8, 100],
    [30, 20],
    [50, 8],
  ])('%i of them send what the API allows and no more, in equal parts', async (count, calls) => {
    for (const seed of count > 8 ? [1] : seeds) {
      const world = new SharedWorld({ windows }, { seed });
      for (const process of world.startAll(count)) process.call(calls);

      const records = await world.finish();

      const { failed, refusals, end } = summary(records.flat());
      expect({ failed, refusals, most: world.server.mostInWindow }).toEqual({ failed: 0, refusals: 0, most: 100 });
      // The first aligned window ends after 36.5 s.
      const first = windows === 'aligned' ? 36.5 * second : minute;
      expect(end).toBeLessThan(1.03 * (first + ((count * calls) / 100 - 2) * minute));
      expect(fairness(records.map((own) => own.filter(({ doneAt }) => doneAt < end / 2).length))).toBeGreaterThan(0.95);
    }
  });

  it.each([20, -20, 300])("need no more than a request when their store's clock jumps by %i s", async (by) => {
    for (const count of [1, 4]) {
      const world = new SharedWorld({ windows });
      const jumped = () => (world.time.now() > 30 * second ? by * second : 0);
      const step: Step = (stored, request, now) => rateLimitStep(stored, request, now + jumped());
      const processes = Array.from({ length: count }, () => world.start({ step }));
      for (const process of processes) process.call(300 / count);

      const { failed, refusals } = summary((await world.finish()).flat());

      expect(failed).toBe(0);
      expect(refusals).toBeLessThanOrEqual(2);
    }
  });
});

describe('processes that share a limit', () => {
  it('are refused a few requests when a client that does not share uses the token, and none of their calls fails', async () => {
    const world = new SharedWorld();
    const processes = [world.start(), world.start()];
    for (const process of processes) process.call(150);
    for (let at = 0; at < 4 * minute; at += 2 * second) world.time.after(at, () => world.useElsewhere(1));

    const { failed, refusals } = summary((await world.finish()).flat());

    expect(failed).toBe(0);
    expect(refusals).toBeLessThanOrEqual(12);
  });

  it('all stop when one of them is refused', async () => {
    const world = new SharedWorld({ windows: 'first' });
    const processes = [1, 2, 3].map(() => world.start());
    for (const process of processes) process.callEvery(second, 40);
    await world.time.run(20 * second);
    world.useElsewhere(100);

    const records = (await world.finish()).flat();

    expect(summary(records).failed).toBe(0);
    expect(summary(records).refusals).toBeLessThanOrEqual(3);
    const sent = records.flatMap(({ sentAt }) => sentAt).filter((at) => at > 21.5 * second && at < minute - second);
    expect(sent).toEqual([]);
  });

  it.each(['normal', 'background'] as const)('ask at once for a %s call that comes when none waits', async (level) => {
    const world = new SharedWorld();
    const process = world.start();
    for (let at = 100; at <= second; at += 100)
      world.time.after(at, () => process.call(1, { priority: new CallPriority(level) }));
    await world.time.run(second);

    const [records = []] = await world.finish();

    expect(records).toHaveLength(10);
    expect(waitsOf(records).max).toBeLessThan(100);
  });

  it('need few syncs, and few timers', async () => {
    const world = new SharedWorld({ windows: 'first' });
    const processes = [1, 2, 3, 4].map(() => world.start());
    for (const process of processes) process.call(75);
    let timers = Infinity;
    world.time.after(150, () => (timers = world.time.pending));
    await world.finish();
    expect(world.store.syncs).toBeLessThan(250);
    expect(timers).toBeLessThan(40);
  });
});

describe('processes with different versions of the SDK', () => {
  interface State {
    isLate?: boolean;
    newerSteps?: number;
    processes: Record<string, { arrivals?: number; expected?: number; isNewer?: true }>;
  }

  /** A step that also changes the state, as another version would. */
  function version(change: (state: State, process: string) => void): Step {
    return (stored, request, now) => {
      const step = rateLimitStep(stored, request, now);
      const state = JSON.parse(step.state) as State; // what this version keeps, or lacks
      change(state, request.process);
      return { ...step, state: JSON.stringify(state) };
    };
  }

  it.each(seeds)('share a limit, and keep what the other version has stored (seed %i)', async (seed) => {
    const world = new SharedWorld({}, { seed });
    const older = version((state, process) => {
      delete state.isLate;
      delete state.processes[process]!.arrivals;
      delete state.processes[process]!.expected;
    });
    let steps = 0;
    const newer = version((state, process) => {
      state.newerSteps = (state.newerSteps ?? 0) + 1;
      state.processes[process]!.isNewer = true;
      steps += 1;
      expect(state.newerSteps).toBe(steps);
    });
    for (const step of [older, newer]) {
      for (let index = 0; index < 5; index += 1) world.start({ step }).call(60);
    }

    const records = await world.finish();

    expect(summary(records.flat())).toMatchObject({ failed: 0, refusals: 0 });
    expect(world.server.mostInWindow).toBeLessThanOrEqual(100);
    expect(steps).toBeGreaterThan(100);
    const inHalf = records.map((own) => own.filter(({ doneAt }) => doneAt < 2.5 * minute).length);
    expect(fairness(inHalf)).toBeGreaterThan(0.95);
  });
});

describe('a batch in one process and a trickle in another', () => {
  it.each(seeds)(
    'of the same priority: the trickle hardly waits, and the batch gets the rest (seed %i)',
    async (seed) => {
      const world = new SharedWorld({}, { seed });
      const [batch, trickle] = [world.start(), world.start()];
      batch.call(1000);
      trickle.callEvery(4 * second, 120);

      const [batched, trickled] = await world.finish();

      expect(summary([...batched!, ...trickled!])).toMatchObject({ failed: 0, refusals: 0 });
      const { p50, max } = waitsOf(trickled!);
      expect(p50).toBeLessThan(second);
      expect(max).toBeLessThanOrEqual(minute);
      // Without the trickle, the batch would need ten windows.
      expect(summary(batched!).end).toBeLessThan(12.5 * minute);
    },
  );

  it.each(seeds)('of background priority: an interactive call elsewhere does not wait (seed %i)', async (seed) => {
    const world = new SharedWorld({}, { seed });
    const [batch, interactive] = [world.start(), world.start()];
    batch.call(1000, { priority: new CallPriority('background') });
    interactive.callEvery(5 * second, 120);

    const [batched, calls] = await world.finish();

    expect(summary([...batched!, ...calls!])).toMatchObject({ failed: 0, refusals: 0 });
    // In its first window, nobody knows of the interactive process.
    const { p50, p99 } = waitsOf(calls!.filter(({ askedAt }) => askedAt > minute));
    expect(p50).toBeLessThan(100);
    expect(p99).toBeLessThan(5 * second);
    const full = perMinute([...batched!, ...calls!]).slice(1, 9);
    for (const count of full) expect(count).toBeGreaterThanOrEqual(95);
  });

  it.each(seeds)(
    'of normal priority: background calls elsewhere get one request in ten all the same (seed %i)',
    async (seed) => {
      const world = new SharedWorld({}, { seed });
      const [batch, background] = [world.start(), world.start()];
      batch.call(1000);
      background.call(60, { priority: new CallPriority('background') });

      const [batched, calls] = await world.finish();

      expect(summary([...batched!, ...calls!])).toMatchObject({ failed: 0, refusals: 0 });
      const orders = [...batched!, ...calls!].map(({ order }) => order).sort((a, b) => a - b);
      const ranks = calls!.map(({ order }) => orders.indexOf(order) + 1).sort((a, b) => a - b);
      // The first ten are sent before the processes know of each other.
      for (const [index, rank] of ranks.entries()) expect(rank).toBeLessThanOrEqual(10 * (index + 1) + 100);
      expect(summary(calls!).end).toBeLessThan(7 * minute);
      // And no more than that.
      expect(ranks.filter((rank) => rank <= 600).length).toBeLessThanOrEqual(61);
    },
  );
});
