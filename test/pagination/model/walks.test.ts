import { expect, it } from 'vitest';
import { describeWalk, judgeWalk, walkOf } from './matrix.ts';
import { connectSdk } from './walks.ts';

/** Walks that have broken a promise while the walker was written. Each is one that a rule of it exists for. */
const seeds = [
  3_000_514, 3_000_990, 3_001_491, 3_001_606, 3_002_501, 3_002_840, 3_003_539, 4_000_115, 4_000_207, 4_000_825,
  4_001_269, 4_001_684, 4_001_795, 4_002_007, 4_002_187, 4_002_212, 4_002_626, 4_002_895, 4_003_780, 4_004_372,
  4_005_693, 5_000_431, 5_000_585, 5_001_200, 5_001_529, 5_001_826, 5_002_145, 5_002_558, 5_002_607, 5_003_071,
  5_004_206, 5_004_302, 5_004_624, 7_500_601, 7_600_407, 20_000_931, 20_001_737, 20_003_519, 20_008_896, 20_009_820,
  20_011_956, 20_014_042, 20_028_602, 21_012_360, 21_048_526, 21_048_764, 30_003_769, 1_646_598_894, 1_646_599_006,
  1_646_599_245, 1_646_599_871, 1_646_600_547, 1_646_600_893, 1_646_601_085, 1_646_601_363, 1_646_601_439,
];

it('a list keeps its promises in the walks that have once broken one', async () => {
  const broken: string[] = [];
  for (const seed of seeds) {
    const walk = await judgeWalk(walkOf(seed), connectSdk);
    if (walk.isFault) broken.push(describeWalk(walk));
  }
  expect(broken).toEqual([]);
});
