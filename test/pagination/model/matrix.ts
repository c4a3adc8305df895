import { setImmediate } from 'node:timers/promises';
import { plainLoop, type Answer } from '../../reference/plain-loop.ts';
import { judge, leastRequests, pageSize, sizeOf, type Judgement } from './judge.ts';
import { kinds, type Kind } from './kinds.ts';
import { motions, type Motion } from './motions.ts';
import { pick, seeded } from '../../support/random.ts';
import { Server } from './servers.ts';
import { walk, ways, type Named, type Way } from './walks.ts';

export interface Walk {
  readonly kind: Kind;
  readonly motion: Motion;
  readonly way: Way;
  readonly size: number;
  readonly seed: number;
}

/** Mostly small lists: most of what goes wrong goes wrong at the edge of a page. */
const sizes = [0, 1, 2, 10, 19, 20, 21, 40, 50, 99, 100, 101, 130, 130, 200, 230, 230];
const smallSizes = sizes.filter((size) => size <= 21);
const largeSizes = [400, 1_000, 2_000];

/** The walk that a seed determines. Seeds in a row go through all kinds and motions. */
export function walkOf(seed: number): Walk {
  const random = seeded(seed);
  const kind = kinds[seed % kinds.length] ?? pick(random, kinds);
  const motion = random() < 0.25 ? motions[0]! : pick(random, motions);
  const way = pick(random, ways);
  const isLarge = random() < 0.05;
  const size = pick(random, way.perPage === 1 ? smallSizes : isLarge ? largeSizes : sizes);
  return { kind, motion, way, size, seed };
}

/** Whether a walk is one that a promise is about. */
function isPromised({ kind, motion, way, size }: Walk): boolean {
  // Each new client finds new items.
  if (motion.isEndless === true && way.read === 'resumed') return false;
  // Nor does it find its place in a list that moves faster still, and one item at a time is no way to read that.
  if (motion.isTooFast === true && (['resumed', 'broken off'].includes(way.read) || way.perPage === 1)) return false;
  // A page whose only item is hidden looks like the end of the list. If nothing counts the items, so may any short page.
  if (kind.hidden > 0 && (way.perPage === 1 || size < 10 || motion.isAtRest !== true)) return false;
  // Nor do the positions of its items say where a new client is.
  if (kind.hidden > 0 && ['resumed', 'broken off'].includes(way.read)) return false;
  return true;
}

async function judgeWalk(planned: Walk): Promise<Judgement> {
  const { kind, motion, way, size, seed } = planned;
  const random = seeded(seed ^ 0x5eed);
  const least = leastRequests(kind, way, size);
  // If more than a sixth of a page changes with each request, the list can hardly be read.
  const changes = Math.min(15, 0.15 * pageSize(kind, way), 0.15 * Math.max(size, 7));
  const until = motion.isEndless === true ? Infinity : least + 5;
  const server = new Server(kind, motion, size, { changes, until }, random);
  server.requestLimit = motion.isTooFast === true ? 1_000 : 10 * (2 * least + 10);
  const outcome = await walk(server, way, random);
  const plain = motion.isAtRest === true ? await readPlainly(planned) : undefined;
  return judge(server, motion, way, outcome, plain);
}

/** The keys of what the plain loop gets from the same server. */
async function readPlainly({ kind, motion, way, size, seed }: Walk): Promise<number[]> {
  const server = new Server(kind, motion, size, { changes: 0, until: 0 }, seeded(seed ^ 0x5eed));
  const getPage = async (page: number, perPage: number) => {
    const size = way.perPage || way.read !== 'getNextPage' ? `&per_page=${perPage}` : '';
    const response = await server.fetch(`http://localhost/projects?page=${page}${size}`);
    return response.ok ? ((await response.json()) as Answer<Named>) : undefined;
  };
  return (await plainLoop(getPage, sizeOf(way))).map(({ name }) => Number(name));
}

/** Makes walks, and returns a line for each that broke a promise, with the seed that repeats it. */
export async function brokenPromises(walks: Iterable<Walk>): Promise<string[]> {
  const broken: string[] = [];
  for (const planned of walks) {
    if (!isPromised(planned)) continue;
    const { kind, motion, way, size, seed } = planned;
    const { isFault, verdict, detail } = await judgeWalk(planned);
    if (isFault) {
      broken.push(`${verdict}: ${detail} | ${kind.name} | ${motion.name} | ${way.name} | ${size} items | seed ${seed}`);
    }
    // What is held weakly is let go of between two tasks only.
    if (seed % 500 === 0) await setImmediate();
  }
  return broken;
}
