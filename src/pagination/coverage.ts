import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Cursor } from './cursor.ts';
import { windowAfter, windowOf, type Window } from './windows.ts';

/** The documented `per_page` where none is given. */
export const defaultSize = 20;

export type Reason = ListUnverifiedEvent['reason'];
export type Ids = readonly (string | undefined)[];

/**
 * What of a list is covered, and what to request next. A window counts only if it shares an item with what is covered, so
 * that no item that stays in the list can be between the two. docs/internals/pagination.md has the proof.
 */
export interface Coverage extends Cursor {
  /** The position of each item that was read, by its id. All states of a walk share it. */
  readonly known: Map<string, number>;
  /** The page that the walk started at; 0 if it goes on at a cursor. */
  readonly origin: number;
  /** What to request next; `undefined` at the end of the list. */
  readonly next: Window | undefined;
  /** What {@link next} is to find out, if it does not just go on. */
  readonly question?: Question | undefined;
  /** Why it can't be proved that each item was yielded once. */
  readonly unverified?: Reason | undefined;
  /** How many of the covered items the next window also has to hold. */
  readonly overlap: number;
  /** Windows in a row that shared nothing. */
  readonly misses: number;
  /** Whether the server honoured a second size. */
  readonly isSizeFree: boolean;
  /** Whether there was nothing behind the last window. */
  readonly isEndSeen: boolean;
  readonly requests: number;
  /** Requests that brought something new. After a cursor, ten are granted: its place may have to be found. */
  readonly fruitful: number;
  /** Why pages are fixed, and what the last of them held. */
  readonly reason: Reason;
  readonly previous?: string | undefined;
}

/** What an answer is to find out. */
export type Question =
  | { readonly about: 'end'; readonly window: Window; readonly ids: Ids }
  | { readonly about: 'page'; readonly window: Window; readonly ids: Ids }
  | { readonly about: 'place'; readonly center: number; readonly step: number; readonly last: number }
  /** `front` is what page 1 held right before; `isForOlder` says that the window that shared nothing is an older one. */
  | { readonly about: 'gap'; readonly front?: Ids; readonly isForOlder?: boolean };

const start = {
  overlap: 0,
  misses: 0,
  isSizeFree: false,
  isEndSeen: false,
  requests: 0,
  fruitful: 0,
  reason: 'no-overlap',
} as const;

/** A walk from a page on. */
export function startAtPage(page: number, asked: number, size = asked): Coverage {
  const next = windowOf(page, asked);
  const cursor = { position: next.start, asked, size, full: 0, page: 0, contradictions: 0, ids: [] };
  return { ...start, ...cursor, known: new Map(), origin: page, next };
}

/** A walk that goes on at a cursor. */
export function startAtCursor(cursor: Cursor): Coverage {
  const { ids, position, page, asked, full } = cursor;
  // Others were created in front of those behind the first 20, nobody knows how many.
  const front = Math.min(20, position, ids.length);
  const known = new Map(ids.map((id, index) => [id, index < front ? position - front + index : NaN]));
  const resumed: Coverage = { ...start, fruitful: 10, ...cursor, known, origin: 0, next: undefined };
  if (ids.length === 0 && page === 0)
    return {
      ...resumed,
      origin: Math.floor(position / asked) + 1,
      next: windowOf(Math.floor(position / asked) + 1, asked),
    };
  if (page === 0) return full === position && full < asked ? probe(resumed, windowOf(1, asked), ids) : goOn(resumed);
  // The page that has the item before the cursor, which finds the place; without ids, the one after it.
  return {
    ...resumed,
    next: windowOf(ids.length > 0 ? Math.max(1, Math.ceil(position / Math.max(1, full))) : page + 1, asked),
  };
}

export function probe(coverage: Coverage, window: Window, ids: Ids): Coverage {
  return { ...coverage, next: windowOf(window.page + 1, window.size), question: { about: 'end', window, ids } };
}

export function end(coverage: Coverage, unverified = coverage.unverified): Coverage {
  // If all fitted into the first page, nothing was learned about larger ones.
  const size = coverage.position < coverage.asked ? coverage.asked : coverage.size;
  return { ...coverage, size, next: undefined, unverified };
}

/** Goes on with the window after what is covered. */
export function goOn(coverage: Coverage): Coverage {
  const { position, size, asked } = coverage;
  const overlap = Math.min(Math.max(coverage.overlap, Math.ceil(size / 25)), Math.ceil(size / 2));
  const next = windowAfter(position, size, overlap);
  if (next) return { ...coverage, overlap, next };
  if (position < 3 && position < asked && coverage.requests === 0)
    return probe(coverage, windowOf(1, asked), coverage.ids);
  return fix(coverage, 'no-overlap');
}

/** From now on, all pages have the size that was honoured first. They don't overlap. */
export function fix(coverage: Coverage, reason: Reason): Coverage {
  const { origin, position, asked, ids, isSizeFree } = coverage;
  const full = Math.max(1, coverage.full);
  const done = isSizeFree ? Math.max(origin, Math.floor(position / full)) : origin;
  const next = windowOf(origin > 0 ? done + 1 : Math.max(1, Math.ceil(position / full)), asked);
  return {
    ...coverage,
    page: Math.max(1, done),
    reason,
    next,
    question: { about: 'gap' },
    previous: ids.length > 0 ? '' : undefined,
  };
}

/** Items that were not read before. Two with the same id are one; those without an id are all different. */
export function unread<Item>(data: readonly Item[], ids: Ids, known: ReadonlyMap<string, number>): Item[] {
  const seen = new Set<string>();
  return data.filter((_, index) => {
    const id = ids[index];
    return id === undefined || (!known.has(id) && seen.size < seen.add(id).size);
  });
}
