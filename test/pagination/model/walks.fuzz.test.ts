import { expect, test } from 'vitest';
import { amount, fuzzing } from '../../support/fuzz.ts';
import { describeWalk, judgeWalks, tableOf } from './matrix.ts';
import { connectSdk } from './walks.ts';

// Each line of a failure ends with the seed of its walk: `judgeWalk(walkOf(seed), connectSdk)` repeats it.
const { numRuns = 500, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing(amount(100, 500));
const count = Math.min(numRuns, 100_000);

test('a list keeps its promises on servers of all kinds, while it moves', async () => {
  const walks = await judgeWalks(count, seed, connectSdk);
  if (process.env['LIST_TABLE'] !== undefined) console.log(`From seed ${seed}\n\n${tableOf(walks)}\n`);
  expect(walks.filter(({ isFault }) => isFault).map(describeWalk)).toEqual([]);
});
