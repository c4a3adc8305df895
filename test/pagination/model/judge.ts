import { hasFreeSizes, type Guarantee, type Kind } from './kinds.ts';
import type { Motion } from './motions.ts';
import type { Server } from './servers.ts';
import { hasCursor, type Outcome, type Way } from './walks.ts';

/** What can be wrong with a walk. Not everything that is wrong breaks a promise. */
type Verdict =
  | 'right'
  | 'worse-than-plain'
  | 'loss-silent'
  | 'loss-told'
  | 'doubled'
  | 'hang'
  | 'too-many-requests'
  | 'told-for-nothing'
  | 'not-told'
  | 'thrown';

export interface Judgement {
  readonly verdict: Verdict;
  /** Whether the client must not do that. */
  readonly isFault: boolean;
  /** Half a sentence. */
  readonly detail: string;
}

/** The size that a way asks for. */
export const sizeOf = (way: Way): number => way.perPage ?? (way.read === 'getNextPage' ? 20 : 100);

/** The number of items that a server sends for it, at the least. */
export function pageSize(kind: Kind, way: Way): number {
  const sizes = [1, Infinity].map((request) => kind.sizes(sizeOf(way), request));
  return Math.min(...sizes.map((size) => (typeof size === 'number' ? size : 20)));
}

/** The least number of requests that can read so many items. */
export function leastRequests(kind: Kind, way: Way, items: number): number {
  return Math.max(1, Math.ceil(Math.min(items, way.limit ?? Infinity) / pageSize(kind, way)));
}

/** What can be promised for a way to read: pages of up to ten items can't overlap, nor do pages that are replaced as a whole. */
function guaranteeFor(kind: Kind, way: Way, motion: Motion): Guarantee {
  const size = pageSize(kind, way);
  return motion.isTooFast === true || size <= 10 || size < (motion.largest ?? 0) / 1.5 ? 'told' : kind.guarantee;
}

/**
 * Compares what a program got with what was in the list.
 *
 * @param plain The keys of what the plain loop gets from the same server, if its list is at rest.
 */
export function judge(
  server: Server,
  motion: Motion,
  way: Way,
  outcome: Outcome,
  plain: readonly number[] | undefined,
): Judgement {
  const { kind, list, requests } = server;
  const isAtRest = motion.isAtRest === true;
  const guarantee = guaranteeFor(kind, way, motion);
  const least = leastRequests(kind, way, list.created);
  const read = new Set(outcome.keys);
  const fault = (verdict: Verdict, detail: string, isFault = true): Judgement => ({ verdict, isFault, detail });

  if (server.isOverrun) return fault('hang', `${requests} requests instead of ${least}`, motion.isEndless !== true);

  const doubled = outcome.keys.length - read.size;
  if (doubled > 0) {
    // Where pages can't overlap, another client knows only the last twenty items of those before.
    const isResumed = outcome.stops.length > 0;
    const isInevitable =
      (isResumed && motion.largest !== undefined) ||
      (!isAtRest && outcome.wasTold && (isResumed || guarantee === 'told'));
    return fault('doubled', `${doubled} of ${outcome.keys.length} items`, !isInevitable);
  }

  const fewer = (plain ?? []).filter((key) => !read.has(key)).length;
  // If the server refuses a page in the middle, an array has an error instead of its items.
  const mayThrow = !isAtRest || kind.depth < Infinity;
  if (
    fewer > 0 &&
    outcome.keys.length < (way.limit ?? Infinity) &&
    !(outcome.error && way.read === 'toArray' && mayThrow)
  ) {
    return fault(
      'worse-than-plain',
      `${fewer} items fewer than the plain loop, and ${outcome.error?.message ?? 'no error'}`,
    );
  }

  const { lost, lostSilently } = losses(server, way, outcome);
  // What page 1 says of itself is believed, and page 1 says that it is the last.
  const isMisled = way.read === 'getNextPage' && guarantee === 'told';
  if (lostSilently > 0)
    return fault('loss-silent', `${lostSilently} of ${server.initial.length} items`, plain === undefined && !isMisled);
  if (lost > 0) return fault('loss-told', `${lost} of ${server.initial.length} items`, guarantee !== 'told');

  if (outcome.error !== undefined) {
    // None of the items that a cursor names may be left: the last 20 that were read.
    const places = list.places();
    const last = outcome.keys.toSorted((a, b) => Number(places.get(a)) - Number(places.get(b))).slice(-20);
    const isGone =
      outcome.stops.length > 0 && !isAtRest && (outcome.wasTold || !list.items.some(({ key }) => last.includes(key)));
    const isAllowed = mayThrow && hasCursor(outcome.error) && guarantee === 'told';
    return fault('thrown', outcome.error.message, !isGone && !isAllowed);
  }
  const isCounted = kind.meta({ page: 1, size: 1, count: 7, shown: 1, staleCount: 7, deleted: 0 }) as
    { total_count?: number } | undefined;
  if (
    isAtRest &&
    way.limit === undefined &&
    outcome.stops.length === 0 &&
    !outcome.wasTold &&
    isCounted?.total_count === 7
  ) {
    if (outcome.keys.length < list.items.length) return fault('not-told', `${list.items.length} items are counted`);
  }
  if (
    outcome.wasTold &&
    guarantee === 'exact' &&
    !motion.isEndless &&
    !motion.isReturning &&
    (isAtRest || hasFreeSizes(kind))
  ) {
    return fault('told-for-nothing', `${outcome.keys.length} items`);
  }
  // A new client takes one request to find its place. Where the list moves, some windows share nothing with the one before.
  const most = 3 * least + (isAtRest ? 10 : 20) + outcome.stops.length;
  if (requests > most && guarantee === 'exact' && motion.isEndless !== true) {
    return fault('too-many-requests', `${requests} instead of ${least}`);
  }
  return fault('right', `${requests} requests`, false);
}

/** The items that were in the list all the time, in front of the place that was reached, and did not come. */
function losses(server: Server, way: Way, outcome: Outcome): { readonly lost: number; readonly lostSilently: number } {
  const places = server.list.places();
  const reached = (keys: readonly number[]) => keys.reduce((last, key) => Math.max(last, places.get(key) ?? -1), -1);
  const isWhole = outcome.error === undefined && outcome.keys.length < (way.limit ?? Infinity);
  const end = isWhole ? Infinity : reached(outcome.keys);

  const read = new Set(outcome.keys);
  const present = new Set(server.list.items.filter((item) => !server.list.left.has(item)));
  const lost = server.initial
    .filter((item) => present.has(item) && !item.isHidden && !read.has(item.key))
    .map((item) => places.get(item.key) ?? Infinity)
    .filter((place) => place < end);
  // A program that stops has to know at once that it may have missed something.
  const isSilentAt = (place: number) =>
    outcome.stops.some((stop) => !stop.wasTold && place < reached(outcome.keys.slice(0, stop.read))) ||
    (!outcome.wasTold && outcome.error === undefined);
  return { lost: lost.length, lostSilently: lost.filter(isSilentAt).length };
}
