import { describe, expect, it } from 'vitest';
import { fuzzing } from '../../support/fuzz.ts';
import { kinds } from './kinds.ts';
import { brokenPromises, walkOf, type Walk } from './matrix.ts';
import { bursts, flood, motions, motionsNearby, type Motion } from './motions.ts';
import { below, seeded } from '../../support/random.ts';
import { Server } from './servers.ts';
import { walk, ways } from './walks.ts';

const { numRuns = 500, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing(200);
const seeds = Array.from({ length: Math.min(numRuns, 100_000) }, (_, index) => seed + index);
/** For walks that take long. */
const some = seeds.slice(0, seeds.length / 4);

const kindNamed = (name: string) => kinds.find((kind) => kind.name === name) ?? expect.fail(name);

/** A walk that once broke a promise. The kind of its server is named, because which one a seed determines changes with each new kind. */
const found = (seed: number, kind: string): Walk => ({ ...walkOf(seed), kind: kindNamed(kind) });

/** A walk over a list that moves so, on servers that let pages overlap, and count right or not at all. */
function moved(each: number, motion: Motion): Walk {
  const names = ['sizes are free', 'at most 50 a page', 'at most 20 a page', 'no count', 'at most 20 a page, no count'];
  const kind = kindNamed(names[each % names.length]!);
  // A list that begins with fewer items than a page and grows is taken for a server with tiny pages if nothing counts it.
  return { ...walkOf(each), kind, motion, size: 20 + (each % 400) };
}

// Each line of a failure ends with the seed of its walk, which repeats it.
describe('a list keeps its promises', () => {
  it('on servers of all kinds, while it moves', async () => {
    expect(await brokenPromises(seeds.map(walkOf))).toEqual([]);
  });

  it('to a walk that goes on from a cursor of one that read an older window late', async () => {
    const walks = [found(2_033_155_610, 'no count'), found(700_026_502, 'an extra page is announced, which is empty')];
    expect(await brokenPromises(walks)).toEqual([]);
  });

  it('to a walk that goes on from a cursor of one that had read all pages once more for missing items', async () => {
    const walks = [
      found(934_146_142, 'no count'),
      found(934_146_719, '10, 20, 50 or 100 a page, otherwise 20, no count'),
    ];
    expect(await brokenPromises(walks)).toEqual([]);
  });

  it('to a walk that goes on from a cursor of one that ended with a window that had come too early', async () => {
    const walks = [
      found(9_003_975, '404 after the end'),
      found(9_003_362, 'an extra page is announced, which is empty'),
      found(1_248_321_107, '404 after the end'),
    ];
    expect(await brokenPromises(walks)).toEqual([]);
  });

  it('to a walk whose place moves by more than a window', async () => {
    const walks = [
      found(5_002_565, 'the cap rises from 20 to 50'),
      found(5_003_958, 'ids are numbers, at most 20 a page'),
      moved(5_001_428, bursts),
    ];
    expect(await brokenPromises(walks)).toEqual([]);
  });

  it('to programs that read on from a cursor again and again, while the items change by which it finds its place', async () => {
    const resumed = ways.filter(({ read }) => read === 'resumed');
    const walks = some.map((each): Walk => {
      const motion = motionsNearby[each % motionsNearby.length]!;
      // So many pages that the ids of one that was read long ago should have left the cursor.
      return { ...moved(each, motion), way: resumed[each % resumed.length]!, size: 100 + 3 * (each % 300) };
    });
    expect(await brokenPromises(walks)).toEqual([]);
  });

  it('while many items are created or deleted at once, now and then', async () => {
    expect(await brokenPromises(some.map((each) => moved(each, bursts)))).toEqual([]);
  });

  it('or says so, and ends, where a list changes faster than it can be read', async () => {
    expect(await brokenPromises(some.map((each) => moved(each, flood)))).toEqual([]);
  });
});

it('a list of 2 000 items takes 23 requests, up to 30 while it moves, and up to 45 while its front is deleted', async () => {
  const [kind] = kinds;
  const [atRest] = motions;
  const everywhere = motions.find(({ name }) => name === 'creations and deletions everywhere');
  const deletions: Motion = {
    name: 'deletions at the front',
    step: (list, random, most) => list.items.slice(0, below(random, most + 1)).forEach(() => list.delete(0)),
  };
  const requestsFor = async (motion = atRest, way = ways[0], each = 1) => {
    const server = new Server(kind!, motion!, 2_000, { changes: 15, until: Infinity }, seeded(each));
    await walk(server, way!, seeded(each));
    return server.requests;
  };

  for (const way of ways.filter(({ read, perPage, prefetch = 0 }) => read === 'items' && !perPage && prefetch <= 4)) {
    expect(await requestsFor(atRest, way)).toBe(23);
    for (const [motion, most] of [[everywhere, 30] as const, [deletions, 45] as const]) {
      const moving = await Promise.all(Array.from({ length: 20 }, (_, each) => requestsFor(motion, way, each)));
      expect(Math.max(...moving)).toBeLessThanOrEqual(most);
    }
  }
});
