import { describe, expect, it } from 'vitest';
import { SharedWorld } from '../sharing/support/shared-world.ts';
import { summary } from './support/simulation.ts';

// Processes that share nothing: each knows of the others only by what the API reports.

const second = 1000;
const minute = 60_000;
const kinds = ['aligned', 'first'] as const;
const seeds = [1, Number(process.env['SEED'] ?? 2)];

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
