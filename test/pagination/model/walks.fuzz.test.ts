import { describe, expect, it } from 'vitest';
import { fuzzing } from '../../support/fuzz.ts';
import { kinds } from './kinds.ts';
import { brokenPromises, walkOf, type Walk } from './matrix.ts';
import { bursts, flood, motions, type Motion } from './motions.ts';
import { seeded } from './random.ts';
import { Server } from './servers.ts';
import { walk, ways } from './walks.ts';

const { numRuns = 500, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing(200);
const seeds = Array.from({ length: Math.min(numRuns, 100_000) }, (_, index) => seed + index);
/** For walks that take long. */
const some = seeds.slice(0, seeds.length / 4);

/** Walks that have broken a promise while the walker was written. Each is one that a rule of it exists for. */
const once = [
  3_000_514, 3_000_990, 3_001_491, 3_001_606, 3_002_501, 3_002_840, 3_003_539, 4_000_115, 4_000_207, 4_000_825,
  4_001_269, 4_001_684, 4_001_795, 4_002_007, 4_002_187, 4_002_212, 4_002_626, 4_002_895, 4_003_780, 4_004_372,
  4_005_693, 5_000_431, 5_000_585, 5_001_200, 5_001_529, 5_001_826, 5_002_145, 5_002_558, 5_002_607, 5_003_071,
  5_004_206, 5_004_302, 5_004_624, 7_500_601, 7_600_407, 20_000_931, 20_001_737, 20_003_519, 20_008_896, 20_009_820,
  20_011_956, 20_014_042, 20_028_602, 21_012_360, 21_048_526, 21_048_764, 30_003_769, 1_646_598_894, 1_646_599_006,
  1_646_599_245, 1_646_599_871, 1_646_600_547, 1_646_600_893, 1_646_601_085, 1_646_601_363, 1_646_601_439,
];

/** A walk over a list that moves so, on servers that let pages overlap, and count right or not at all. */
function moved(each: number, motion: Motion): Walk {
  const names = ['sizes are free', 'at most 50 a page', 'at most 20 a page', 'no count', 'at most 20 a page, no count'];
  const kind = kinds.find(({ name }) => name === names[each % names.length]) ?? expect.fail();
  // A list that begins with fewer items than a page and grows is taken for a server with tiny pages if nothing counts it.
  return { ...walkOf(each), kind, motion, size: 20 + (each % 400) };
}

// Each line of a failure ends with the seed of its walk, which repeats it.
describe('a list keeps its promises', () => {
  it('in the walks that have once broken one', async () => {
    expect(await brokenPromises(once)).toEqual([]);
  });

  it('on servers of all kinds, while it moves', async () => {
    expect(await brokenPromises(seeds)).toEqual([]);
  });

  it('while many items are created or deleted at once, now and then', async () => {
    expect(await brokenPromises(some, (each) => moved(each, bursts))).toEqual([]);
  });

  it('or says so, and ends, where a list changes faster than it can be read', async () => {
    expect(await brokenPromises(some, (each) => moved(each, flood))).toEqual([]);
  });
});

it('a list of 2 000 items takes 24 requests, and 30 while it moves', async () => {
  const [kind] = kinds;
  const [atRest] = motions;
  const everywhere = motions.find(({ name }) => name === 'creations and deletions everywhere');
  const requestsFor = async (motion = atRest, way = ways[0], each = 1) => {
    const server = new Server(kind!, motion!, 2_000, { changes: 15, until: Infinity }, seeded(each));
    await walk(server, way!, seeded(each));
    return server.requests;
  };

  for (const way of ways.filter(({ read, perPage, prefetch = 0 }) => read === 'items' && !perPage && prefetch <= 4)) {
    expect(await requestsFor(atRest, way)).toBe(24);
    const moving = await Promise.all(seeds.slice(0, 10).map((each) => requestsFor(everywhere, way, each)));
    expect(Math.max(...moving)).toBeLessThanOrEqual(30);
  }
});
