import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Cursor } from './cursor.ts';
import { windowAfter, windowAt, windowOf, type Window } from './windows.ts';

/** The documented `per_page` where none is given. */
export const defaultSize = 20;

type Reason = ListUnverifiedEvent['reason'];
export type Ids = readonly (string | undefined)[];

/**
 * What of a list is covered, and what to request next. A window joins what is covered if it shares an item with it, so
 * that no item that stays in the list can be between the two. docs/internals/pagination.md has the proof.
 */
export interface Coverage extends Cursor {
  /** Where each item that was read stood, by its id. All states of a walk share it. */
  readonly known: Map<string, number>;
  /** How far they have moved since. */
  readonly drift: number;
  /** The page that the walk started at; 0 if it goes on at a cursor. */
  readonly origin: number;
  /** Whether the place of the cursor is found. */
  readonly isFound: boolean;
  /** Whether the server has honoured a second size, since one was cut. */
  readonly isHonoured: boolean;
  /** What to request next; `undefined` at the end of the list. */
  readonly next: Window | undefined;
  /** A window with fewer items than it has room for. {@link next} finds out whether the list ends with it. */
  readonly short?: Short | undefined;
  /** How many of the covered items the next window also has to hold. */
  readonly overlap: number;
  /** Requests, those that made progress, and how many in a row have not. */
  readonly requests: number;
  readonly fruitful: number;
  readonly idle: number;
  /** Why pages are fixed, and what the last of them held. */
  readonly reason: Reason;
  readonly previous: readonly string[];
  /** Why it can't be proved that each item was yielded once. */
  readonly unverified?: Reason | undefined;
}

export interface Short {
  readonly window: Window;
  readonly ids: Ids;
  readonly length: number;
  /** Where it began, as far as the items tell that it shared. */
  readonly from: number;
  /** Whether there was nothing new behind it. */
  readonly isLast: boolean;
  /** The count that the page behind it had. */
  readonly count?: number | undefined;
}

const start = {
  drift: 0,
  isHonoured: false,
  overlap: 0,
  requests: 0,
  fruitful: 0,
  idle: 0,
  reason: 'no-overlap',
  previous: [],
} as const;

/** A walk from a page on. */
export function startAtPage(page: number, asked: number, size = asked): Coverage {
  const next = windowOf(page, asked);
  const cursor = { position: next.start, asked, size, full: 0, page: 0, cuts: 0, ids: [] };
  return { ...start, ...cursor, known: new Map(), origin: page, isFound: true, next };
}

/** A walk that goes on at a cursor. */
export function startAtCursor(cursor: Cursor): Coverage {
  const { ids, position, page, asked, size, full } = cursor;
  if (ids.length === 0 && page === 0) return startAtPage(Math.floor(position / asked) + 1, asked, size);
  const known = new Map(ids.map((id, index) => [id, position - ids.length + index]));
  const resumed = { ...start, fruitful: 1, ...cursor, known, origin: 0, isFound: ids.length === 0, next: undefined };
  if (page === 0) {
    // A page that was awaited, and had fewer items than it has room for.
    const isShort = cursor.cuts === 0 && position === full && full < asked;
    return isShort
      ? probe(resumed, { window: windowOf(1, asked), ids, length: full, from: 0, isLast: false })
      : goOn(resumed);
  }
  // The page of the last item finds the place. Without ids, nothing does.
  const next = ids.length > 0 ? Math.max(1, Math.ceil(position / Math.max(1, full))) : page + 1;
  return { ...resumed, next: windowOf(next, asked) };
}

/** Where requests bring nothing new again and again, the list can't be read in windows that overlap. */
export function giveUp(coverage: Coverage, isEndMoving = false): Coverage {
  const { next, idle, fruitful } = coverage;
  // A walk that has come far has more patience, but not with an end that moves away.
  return next && idle > (isEndMoving ? 4 : 5 + fruitful / 4) ? fix(coverage, 'too-many-changes') : coverage;
}

/** Asks for the page behind a short window. */
export function probe(coverage: Coverage, short: Short): Coverage {
  return { ...coverage, short, next: windowOf(short.window.page + 1, short.window.size) };
}

/** The server sends fewer items than it is asked for, although the list goes on. */
export function cut(coverage: Coverage, size: number): Coverage {
  const cuts = coverage.cuts + 1;
  if (cuts > 3) return fix(coverage, 'no-overlap');
  return goOn({ ...coverage, cuts, isHonoured: false, size: Math.min(coverage.size, Math.max(10, size)), idle: 0 });
}

/** Goes on with the window after what is covered. */
export function goOn(coverage: Coverage): Coverage {
  const { position, size } = coverage;
  const overlap = Math.min(Math.max(coverage.overlap, Math.ceil(size / 25)), Math.ceil(size / 2));
  const next = windowAfter(position, size, overlap);
  return next ? { ...coverage, overlap, next } : fix(coverage, 'no-overlap');
}

/** A window did not join, since the list has moved: goes back, ever further. What a window shares shows where it stands. */
export function goBack(coverage: Coverage, window: Window, length: number): Coverage {
  const { position, size, idle, overlap, origin, count } = coverage;
  // After a cursor, what a cut window holds may stand in front of all that is known.
  if (origin === 0 && length > 0 && length < window.size) return cut(coverage, length);
  // It ends, although the list has more items: it did not stand where it was asked for.
  const cuts = coverage.cuts + (length < window.size && Number(count) > window.start + length ? 1 : 0);
  if (cuts > 3) return fix(coverage, 'no-overlap');
  const back = Math.ceil((size / 2) * 8 ** Math.max(0, idle - 1));
  return giveUp({
    ...coverage,
    cuts,
    overlap: Math.max(2 * overlap, Math.ceil(size / 4)),
    next: windowAt(Math.max(0, position - back), size),
  });
}

/** Looks for the place of the cursor in the pages around it, ever further away. */
export function seek(coverage: Coverage, before: Coverage, window: Window, length: number): Coverage {
  const { count, page, asked } = coverage;
  let { idle, size } = coverage;
  if (length === 0 && window.page === 1) return { ...coverage, next: undefined };
  if (idle > 4) {
    if (page === 0) return fix(coverage, 'no-overlap');
    throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
  }
  // The list may have grown in front of it.
  const moved = coverage.requests === 1 ? Number(count) - Number(before.count) || 0 : 0;
  const position = Math.max(0, coverage.position + moved);
  if (page === 0 && length > 9 && length < window.size && window.start + length !== count) [size, idle] = [length, 1];
  const pageSize = page > 0 ? Math.max(1, coverage.full) : size;
  const center = Math.max(1, Math.ceil(position / pageSize));
  // In front of it and behind it in turn.
  const steps = Array.from(
    { length: 2 * idle + 1 },
    (_, step) => center + (step % 2 === 1 ? -(step + 1) / 2 : step / 2),
  );
  const next = windowOf(steps.filter((each) => each > 0)[idle - 1] ?? center + idle, page > 0 ? asked : size);
  return {
    ...coverage,
    position,
    drift: coverage.drift + moved,
    size,
    next,
    idle,
    overlap: Math.max(2 * coverage.overlap, Math.ceil(size / 4)),
  };
}

/** From now on, pages have the size that was asked for first. They don't overlap. */
export function fix(coverage: Coverage, reason: Reason): Coverage {
  const { origin, position, asked, full, ids, known } = coverage;
  // The first page was read. After a cursor, its place is looked for.
  const page = origin > 0 ? origin + 1 : Math.max(1, Math.ceil(position / Math.max(1, full)));
  const previous = origin > 0 ? [...known.keys()].slice(0, full) : [];
  const isFound = origin > 0 || ids.length === 0;
  return { ...coverage, page, reason, isFound, next: windowOf(page, asked), previous, idle: 0 };
}
