import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CallPriority } from '../../src/rate-limit/limiter.ts';
import { useImmediateDigest } from '../rate-limit/support/immediate-digest.ts';
import { amount } from '../support/fuzz.ts';
import { summary } from '../rate-limit/support/simulation.ts';
import { SharedWorld } from './support/shared-world.ts';
import type { StoreCondition } from './support/simulated-store.ts';

const second = 1000;
const minute = 60_000;

/** In mid-window; just before and after the turn at 36.544 s, with requests on their way; and at the next one. */
const moments = [2, 36.543, 36.58, 96.59].map((at) => at * second);

/** The same histories in each run; others with `SEED=7 npx vitest run test/sharing/store-outages.test.ts`. */
const seed = Number(process.env['SEED'] ?? 1);

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

interface Disturbance {
  readonly at: number;
  readonly what: StoreCondition | 'flush' | 'kill' | 'stop' | 'continue';
}

describe('whatever happens to the store and to processes', () => {
  it('every call of the others is admitted', async () => {
    const scenario = fc.record({
      seed: fc.nat(),
      windows: fc.constantFrom('aligned', 'first'),
      limit: fc.integer({ min: 10, max: 120 }),
      latency: fc.constantFrom(2, 50, 400),
      processes: fc.array(
        fc.record({
          calls: fc.integer({ min: 1, max: 60 }),
          pause: fc.constantFrom(0, 0, 700),
          background: fc.boolean(),
        }),
        { minLength: 2, maxLength: 6 },
      ),
      disturbances: fc.array(
        fc.record<Disturbance>({
          at: fc.nat(4 * minute),
          what: fc.constantFrom('up', 'up', 'down', 'read-only', 'deaf', 'silent', 'flush', 'kill', 'stop', 'continue'),
        }),
        { maxLength: 6 },
      ),
      foreign: fc.array(fc.nat(4 * minute), { maxLength: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ windows, limit, latency, processes, disturbances, foreign, ...rest }) => {
        const world = new SharedWorld({ windows, limit }, { seed: rest.seed, latency });
        for (const { calls, pause, background } of processes) {
          const process = world.start();
          const admission = background ? { priority: new CallPriority('background') } : {};
          if (pause === 0) process.call(calls, admission);
          else process.callEvery(pause, calls, admission);
        }
        // The last process survives.
        const doomed = world.processes.slice(0, -1);
        for (const { at, what } of disturbances) {
          world.time.after(at, () => {
            if (what === 'flush') world.store.flush();
            else if (what === 'kill') doomed.shift()?.kill();
            else if (what === 'stop') world.processes[0]?.stop();
            else if (what === 'continue') world.processes[0]?.continue();
            else world.store.condition = what;
          });
        }
        world.time.after(4 * minute, () => world.processes[0]?.continue());
        for (const at of foreign) world.time.after(at, () => world.useElsewhere(1));

        const records = await world.finish();

        expect(records.flat().filter(({ status }) => status !== 200)).toEqual([]);
        expect(world.time.pending).toBe(0);
      }),
      { numRuns: amount(30, 200), seed, plugins: [fc.interruptAfterTimeLimit(60_000)], endOnFailure: true },
    );
  }, 120_000);
});
