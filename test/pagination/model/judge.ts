import { countsRight, hasFreeSizes, type Guarantee, type Kind } from './kinds.ts';
import type { Motion } from './motions.ts';
import type { Server } from './servers.ts';
import { hasCursor, type Outcome, type Way } from './walks.ts';

/** What can be wrong with a walk. Not everything that is wrong breaks a promise. */
export type Verdict =
  'right' | 'loss-silent' | 'loss-told' | 'doubled' | 'hang' | 'too-many-requests' | 'event-for-nothing' | 'thrown';

export interface Judgement {
  readonly verdict: Verdict;
  /** Whether the client must not do that. */
  readonly isFault: boolean;
  /** Half a sentence. */
  readonly detail: string;
}

/** The number of items that a server sends for the size that a way asks for, at the least. */
export function pageSize(kind: Kind, way: Way): number {
  const asked = way.perPage ?? (way.read === 'getNextPage' ? 20 : 100);
  const sizes = [1, Infinity].map((request) => kind.sizes(asked, request));
  return Math.min(...sizes.map((size) => (typeof size === 'number' ? size : 20)));
}

/** The least number of requests that can read so many items. */
export function leastRequests(kind: Kind, way: Way, items: number): number {
  return Math.max(1, Math.ceil(Math.min(items, way.limit ?? Infinity) / pageSize(kind, way)));
}

/** What can be promised for a way to read: pages of up to ten items can't overlap, and awaited ones are not meant to. */
function guaranteeFor(kind: Kind, way: Way, motion: Motion): Guarantee {
  if (motion.isTooFast === true) return 'told';
  const canOverlap = way.read !== 'getNextPage' && pageSize(kind, way) > 10;
  return kind.guarantee === 'exact' && !canOverlap ? 'complete-at-rest' : kind.guarantee;
}

/** Compares what a program got with what was in the list. */
export function judge(server: Server, motion: Motion, way: Way, outcome: Outcome): Judgement {
  const { kind, list, requests } = server;
  const isAtRest = motion.isAtRest === true;
  const guarantee = guaranteeFor(kind, way, motion);
  const least = leastRequests(kind, way, list.created);
  // A new client takes one request to find its place. Where the list moves, some windows share nothing with the one before.
  const most = 2 * least + (isAtRest ? 10 : 20) + outcome.stops.length;

  if (server.isOverrun) return { verdict: 'hang', isFault: true, detail: `${requests} requests instead of ${least}` };

  const doubled = outcome.keys.length - new Set(outcome.keys).size;
  if (doubled > 0) {
    const isInevitable = (kind.ids === 'missing' || kind.ids === 'unsafe') && !isAtRest && outcome.wasTold;
    return { verdict: 'doubled', isFault: !isInevitable, detail: `${doubled} of ${outcome.keys.length} items` };
  }

  const { lost, lostSilently } = losses(server, way, outcome);
  if (lost > 0) {
    const detail = `${lost} of ${server.initial.length} items`;
    if (lostSilently > 0) return { verdict: 'loss-silent', isFault: true, detail };
    return { verdict: 'loss-told', isFault: guarantee === 'exact' || (guarantee !== 'told' && isAtRest), detail };
  }
  if (outcome.error !== undefined) {
    // A client may give up if it makes far more requests than what it has read should take.
    const wasTried = guarantee !== 'exact' || requests > leastRequests(kind, way, outcome.keys.length) + 5;
    // None of the items that a cursor names is left.
    const present = new Set(list.items.map(({ key }) => key));
    const isGone = outcome.stops.length > 0 && !isAtRest && outcome.keys.slice(-20).every((key) => !present.has(key));
    const isAllowed = isGone || (hasCursor(outcome.error) && (guarantee === 'told' || (!isAtRest && wasTried)));
    return { verdict: 'thrown', isFault: !isAllowed, detail: outcome.error.message };
  }
  if (requests > most && motion.isEndless !== true && motion.isTooFast !== true) {
    return { verdict: 'too-many-requests', isFault: true, detail: `${requests} instead of ${least}` };
  }
  // Of a list that moves, the walk has to know where it ends, and to read more than can change meanwhile.
  const canKeepUp = motion.isEndless !== true && pageSize(kind, way) >= 50;
  const canProve = isAtRest ? hasFreeSizes(kind) : countsRight(kind) && canKeepUp;
  if (outcome.wasTold && guarantee === 'exact' && canProve) {
    return { verdict: 'event-for-nothing', isFault: true, detail: `${outcome.keys.length} items` };
  }
  return { verdict: 'right', isFault: false, detail: `${requests} requests` };
}

/** The items that were in the list all the time, in front of the place that was reached, and did not come. */
function losses(server: Server, way: Way, outcome: Outcome): { readonly lost: number; readonly lostSilently: number } {
  const places = server.list.places();
  const reached = (keys: readonly number[]) => keys.reduce((last, key) => Math.max(last, places.get(key) ?? -1), -1);
  const isWhole = outcome.error === undefined && outcome.keys.length < (way.limit ?? Infinity);
  const end = isWhole ? Infinity : reached(outcome.keys);

  const read = new Set(outcome.keys);
  const present = new Set(server.list.items);
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
