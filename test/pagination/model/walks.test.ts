import { describe, expect, test } from 'vitest';
import { fuzzing } from '../../support/fuzz.ts';
import { describeWalk, judgeWalks, tableOf } from './matrix.ts';
import { connectReference } from './reference.ts';
import { connectSdk } from './walks.ts';

const { numRuns = 500, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing(500);

describe.each([
  { who: 'the SDK', connect: connectSdk },
  { who: 'the reference walker', connect: connectReference },
])('$who, on servers of all kinds', ({ who, connect }) => {
  test('loses nothing silently, yields nothing twice, and ends', async () => {
    const walks = await judgeWalks(numRuns, seed, connect);
    if (process.env['LIST_TABLE'] !== undefined) console.log(`${who}, from seed ${seed}\n${tableOf(walks)}`);
    expect(walks.filter(({ isFault }) => isFault).map(describeWalk)).toEqual([]);
  });
});
