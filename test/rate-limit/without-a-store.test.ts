import { describe, expect, it } from 'vitest';
import { SharedWorld, waitsOf } from '../sharing/support/shared-world.ts';
import { summary } from './support/simulation.ts';

// Processes that share nothing: each knows of the others only by what the API reports.

const second = 1000;
const minute = 60_000;
const kinds = ['aligned', 'first'] as const;
const seeds = [1, Number(process.env['SEED'] ?? 2)];

describe.each(kinds)('two processes without a store, windows %s', (windows) => {
  it('make a batch and a trickle: no call fails', async () => {
    for (const seed of seeds) {
      const world = new SharedWorld({ windows }, { seed });
      const [batch, trickle] = [world.start({ hasStore: false }), world.start({ hasStore: false })];
      batch.call(2000);
      trickle.callEvery(3.5 * second, 342);

      await world.time.run();

      const batched = await Promise.all(batch.calls);
      const trickled = await Promise.all(trickle.calls);
      expect(summary(batched).failed).toBe(0);
      expect(trickled).toHaveLength(342);
      expect(summary(trickled).failed).toBe(0);
      // At the worst, the trickle waits until the batch is done.
      expect(waitsOf(trickled).max).toBeLessThan(21 * minute);
      expect(summary(batched).end).toBeLessThan(24 * minute);
    }
  });
});

describe.each(kinds)('several processes without a store, windows %s', (windows) => {
  it.each([
    [1, 2],
    [2, 2],
    [2, 4],
    [5, 4],
    [20, 8],
    [100, 8],
  ])('with %i requests a minute, %i of them: no call fails', async (limit, count) => {
    for (const seed of seeds) {
      const world = new SharedWorld({ windows, limit }, { seed });
      const processes = Array.from({ length: count }, () => world.start({ hasStore: false }));
      for (const [index, process] of processes.entries()) {
        if (index % 2 === 0) process.call(5 * limit);
        else process.callEvery((240 * second) / limit, 30);
      }

      await world.time.run();

      const records = await Promise.all(processes.flatMap(({ calls }) => calls));
      expect(summary(records).failed).toBe(0);
    }
  });

  it('with 2 requests a minute, 8 of them: a call fails only if its process was refused everything for long', async () => {
    for (const seed of [...seeds, 1000]) {
      const world = new SharedWorld({ windows, limit: 2 }, { seed });
      const processes = Array.from({ length: 8 }, () => world.start({ hasStore: false }));
      for (const [index, process] of processes.entries()) {
        if (index % 2 === 0) process.call(10);
        else process.callEvery(2 * minute, 30);
      }

      await world.time.run();

      for (const { calls } of processes) {
        const records = await Promise.all(calls);
        const admitted = records.filter((record) => record.status === 200).map((record) => record.doneAt);
        for (const { doneAt } of records.filter((record) => record.status !== 200)) {
          // An hour, or ten minutes if it was never admitted.
          const patience = admitted.some((at) => at < doneAt) ? 60 * minute : 10 * minute;
          const isInTime = (at: number) => at > doneAt - patience && at < doneAt;
          expect(admitted.filter(isInTime)).toEqual([]);
        }
      }
    }
  });
});
