import { setImmediate } from 'node:timers/promises';
import { judge, leastRequests, pageSize, type Judgement, type Verdict } from './judge.ts';
import { kinds, type Kind } from './kinds.ts';
import { motions, type Motion } from './motions.ts';
import { seeded } from './random.ts';
import { Server } from './servers.ts';
import { walk, ways, type Connect, type Way } from './walks.ts';

export interface Walk {
  readonly kind: Kind;
  readonly motion: Motion;
  readonly way: Way;
  readonly size: number;
  readonly seed: number;
}

export interface JudgedWalk extends Walk, Judgement {}

/** Mostly small lists: most of what goes wrong goes wrong at the edge of a page. */
const sizes = [0, 1, 2, 10, 19, 20, 21, 40, 50, 99, 100, 101, 130, 130, 200, 230, 230];
const smallSizes = sizes.filter((size) => size <= 21);
const largeSizes = [400, 1_000, 2_000];

/** The walk that a seed determines. Seeds in a row go through all kinds and motions. */
export function walkOf(seed: number): Walk {
  const random = seeded(seed);
  const kind = kinds[seed % kinds.length] ?? random.pick(kinds);
  const motion = random.next() < 0.25 ? motions[0]! : random.pick(motions);
  const way = random.pick(ways);
  const isLarge = random.next() < 0.05;
  const size = random.pick(way.perPage === 1 ? smallSizes : isLarge ? largeSizes : sizes);
  return { kind, motion, way, size, seed };
}

/** Whether a walk is one that a promise is about. */
function isPromised({ kind, motion, way, size }: Walk): boolean {
  // A program that asks for page after page can see that the list moved; it is promised nothing.
  if (way.read === 'getNextPage' && motion.isAtRest !== true) return false;
  // Each new client finds new items.
  if (motion.isEndless === true && way.read === 'resumed') return false;
  // A page whose only item is hidden looks like the end of the list.
  if (kind.hidden > 0 && (way.perPage === 1 || size < 10)) return false;
  return true;
}

export async function judgeWalk(planned: Walk, connect: Connect): Promise<JudgedWalk> {
  const { kind, motion, way, size, seed } = planned;
  const random = seeded(seed ^ 0x5eed);
  const least = leastRequests(kind, way, size);
  // If more than a sixth of a page changes with each request, the list can hardly be read.
  const changes = Math.min(15, 0.15 * pageSize(kind, way), 0.15 * Math.max(size, 7));
  const server = new Server(
    kind,
    motion,
    size,
    { changes, until: motion.isEndless === true ? Infinity : least + 5 },
    random,
  );
  server.requestLimit = 10 * (2 * least + 10);
  const outcome = await walk(server, connect, way, random);
  return { ...planned, ...judge(server, motion, way, outcome) };
}

/** Judges `count` walks that seeds from `seed` on determine. */
export async function judgeWalks(count: number, seed: number, connect: Connect): Promise<JudgedWalk[]> {
  const judged: JudgedWalk[] = [];
  for (let next = seed; judged.length < count; next++) {
    const planned = walkOf(next);
    if (isPromised(planned)) judged.push(await judgeWalk(planned, connect));
    // What is held weakly is let go of between two tasks only.
    if (judged.length % 500 === 0) await setImmediate();
  }
  return judged;
}

/** One line for a walk that broke a promise, with the seed that repeats it. */
export function describeWalk({ kind, motion, way, size, seed, verdict, detail }: JudgedWalk): string {
  return `${verdict}: ${detail} | ${kind.name} | ${motion.name} | ${way.name} | ${size} items | seed ${seed}`;
}

const verdicts: readonly Verdict[] = [
  'right',
  'loss-silent',
  'loss-told',
  'doubled',
  'hang',
  'too-many-requests',
  'event-for-nothing',
  'thrown',
];

/** A table, a line for each kind: how many walks got which verdict, and how many of them broke a promise. */
export function tableOf(walks: readonly JudgedWalk[]): string {
  const row = (name: string, of: readonly JudgedWalk[]): string => {
    const counts = verdicts.map((verdict) => of.filter((judged) => judged.verdict === verdict).length);
    const faults = of.filter(({ isFault }) => isFault).length;
    return `| ${[name, of.length, faults, ...counts].join(' | ')} |`;
  };
  return [
    `| ${['server', 'walks', 'broken promises', ...verdicts].join(' | ')} |`,
    `| --- | ${'--: | '.repeat(verdicts.length + 2)}`,
    ...kinds.map((kind) =>
      row(
        `${kind.name} (${kind.guarantee})`,
        walks.filter((judged) => judged.kind === kind),
      ),
    ),
    row('all', walks),
  ].join('\n');
}
