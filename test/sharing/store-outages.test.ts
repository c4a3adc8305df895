import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CallPriority } from '../../src/rate-limit/priority.ts';
import { useImmediateDigest } from '../rate-limit/support/immediate-digest.ts';
import { summary } from '../rate-limit/support/simulation.ts';
import { SharedWorld } from './support/shared-world.ts';
import type { StoreCondition } from './support/simulated-store.ts';

const second = 1000;
const minute = 60_000;

/** The same histories in each run; others with `SEED=7 npx vitest run test/rate-limit/store-outages.test.ts`. */
const seed = Number(process.env['SEED'] ?? 1);

beforeEach(useImmediateDigest);

describe('eight processes whose store', () => {
  it.each<[string, (world: SharedWorld) => void]>([
    ['is gone', ({ store }) => (store.condition = 'down')],
    ['executes but does not answer', ({ store }) => (store.condition = 'deaf')],
    ['does nothing at all', ({ store }) => (store.condition = 'silent')],
    ['forgets everything', ({ store }) => store.flush()],
    [
      'is gone for half a minute, and comes back empty',
      ({ store, time }) => {
        store.condition = 'down';
        store.flush();
        time.after(30 * second, () => (store.condition = 'up'));
      },
    ],
  ])('%s: no call fails, and few are refused', async (_, disturb) => {
    for (const at of [2, 61, 90, 121, 150]) {
      const world = new SharedWorld({}, { seed: at });
      const processes = Array.from({ length: 8 }, () => world.start());
      for (const process of processes) process.call(100);
      world.time.after(at * second, () => disturb(world));

      await world.time.run();

      const records = (await Promise.all(processes.flatMap(({ calls }) => calls))).flat();
      const { failed, refusals } = summary(records);
      expect(failed).toBe(0);
      expect(refusals).toBeLessThanOrEqual(30);
    }
  });

  it('is gone for half a minute in every ten: of 5 600 calls none fails, and few are refused', async () => {
    const world = new SharedWorld();
    const processes = Array.from({ length: 8 }, () => world.start());
    for (const process of processes) process.call(700);
    for (let at = 90 * second; at < 56 * minute; at += 10 * minute) {
      world.time.after(at, () => (world.store.condition = 'down'));
      world.time.after(at + 30 * second, () => {
        world.store.flush();
        world.store.condition = 'up';
      });
    }

    await world.time.run();

    const records = await Promise.all(processes.flatMap(({ calls }) => calls));
    expect(records).toHaveLength(5600);
    expect(summary(records).failed).toBe(0);
    expect(summary(records).refusals).toBeLessThanOrEqual(30);
  });
});

interface Disturbance {
  readonly at: number;
  readonly what: StoreCondition | 'flush' | 'kill';
}

describe('whatever happens to the store and to processes', () => {
  it('every call of the others is admitted', async () => {
    const scenario = fc.record({
      seed: fc.nat(),
      windows: fc.constantFrom('aligned', 'first-request'),
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
          what: fc.constantFrom('up', 'up', 'down', 'deaf', 'silent', 'flush', 'kill'),
        }),
        { maxLength: 6 },
      ),
      foreign: fc.array(fc.nat(4 * minute), { maxLength: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ windows, limit, latency, processes, disturbances, foreign, ...rest }) => {
        const world = new SharedWorld({ windows, limit }, { seed: rest.seed, latency });
        const started = processes.map(({ calls, pause, background }) => {
          const process = world.start();
          const admission = background ? { priority: new CallPriority('background') } : {};
          if (pause === 0) process.call(calls, admission);
          else process.callEvery(pause, calls, admission);
          return process;
        });
        // The last process survives.
        const doomed = started.slice(0, -1);
        for (const { at, what } of disturbances) {
          world.time.after(at, () => {
            if (what === 'flush') world.store.flush();
            else if (what === 'kill') doomed.shift()?.kill();
            else world.store.condition = what;
          });
        }
        for (const at of foreign) world.time.after(at, () => world.useElsewhere(1));

        await world.time.run();

        const survivors = started.filter((process) => !process.isDead);
        const records = await Promise.all(survivors.flatMap(({ calls }) => calls));
        expect(records.filter(({ status }) => status !== 200)).toEqual([]);
        expect(world.time.pending).toBe(0);
      }),
      { numRuns: 300, seed },
    );
  });
});
