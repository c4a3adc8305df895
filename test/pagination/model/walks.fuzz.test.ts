import { expect, test } from 'vitest';
import { fuzzing } from '../../support/fuzz.ts';
import { describeWalk, judgeWalks, tableOf } from './matrix.ts';
import { connectReference } from './reference.ts';
import { connectSdk } from './walks.ts';

// Each line of a failure ends with the seed of its walk: `judgeWalk(walkOf(seed), connectSdk)` repeats it.
const { numRuns = 500, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing(500);
const count = Math.min(numRuns, 100_000);

test.each([
  { client: 'the SDK', connect: connectSdk },
  { client: 'the reference walker', connect: connectReference },
])('$client keeps its promises on servers of all kinds, while the list moves', async ({ client, connect }) => {
  const walks = await judgeWalks(count, seed, connect);
  if (process.env['LIST_TABLE'] !== undefined) console.log(`${client}, from seed ${seed}\n\n${tableOf(walks)}\n`);
  expect(walks.filter(({ isFault }) => isFault).map(describeWalk)).toEqual([]);
});
