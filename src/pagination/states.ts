import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Place } from './cursor.ts';
import type { SharedItems } from './known-items.ts';
import type { ReceivedPage } from './page-body.ts';
import { windowAfter, windowAt, windowOf, type Window } from './windows.ts';

/** The first window after a cursor includes this many items before it. One of them is enough to continue. */
const cursorOverlap = 4;

/** Search this many windows for the items before a cursor. */
export const maxSeeks = 8;

/** Allow so many requests in a row without progress, and one more for every `windowsPerIdle` windows read. */
const maxIdle = 5;
const windowsPerIdle = 4;

/** Why a walk can't guarantee that it yields each item once. */
export type Reason = ListUnverifiedEvent['reason'];

/** What to request next, and how to read the response. */
export type State =
  | { readonly kind: 'start'; readonly next: Window }
  | Seek
  | Overlap
  | Pages
  | { readonly kind: 'end'; readonly next?: undefined };

/** Looks for the items before a cursor, further and further from where they should be. */
export interface Seek {
  readonly kind: 'seek';
  readonly next: Window;
  readonly center: number;
  readonly tries: number;
}

/** The next window overlaps the last items read, so no item between them can be missed. */
export interface Overlap {
  readonly kind: 'overlap';
  readonly next: Window;
  /** How many known items the next window should include. */
  readonly overlap: number;
  /** Requests in a row without progress. */
  readonly idle: number;
}

/** Reads numbered pages one by one, as a plain loop does. */
export interface Pages {
  readonly kind: 'pages';
  readonly next: Window;
  /**
   * `rest`: read the rest of the list. `place`: find the items before a cursor. `behind`: check that nothing follows
   * the apparent end. `missing`: read all pages again, because items are missing.
   */
  readonly purpose: 'rest' | 'place' | 'behind' | 'missing';
  readonly reason: Reason;
  /** The last page that had items; in `place`, the last page. */
  readonly previous: ReceivedPage<unknown> | undefined;
  /** Pages in a row without a new item. */
  readonly idle: number;
}

export function pagesState(
  purpose: Pages['purpose'],
  reason: Reason,
  next: Window,
  previous?: ReceivedPage<unknown>,
): Pages {
  return { kind: 'pages', purpose, reason, next, previous, idle: 0 };
}

export function firstState({ askedSize, end, size, page, ids }: Place): State {
  if (page !== undefined) {
    // Without ids, the last page can't be recognized, so continue with the next one.
    return ids.length > 0
      ? pagesState('rest', 'no-overlap', windowOf(page, askedSize))
      : pagesState('rest', 'missing-ids', windowOf(page + 1, askedSize));
  }
  if (ids.length === 0) return { kind: 'start', next: windowOf(Math.floor(end / askedSize) + 1, askedSize) };
  const next = windowAfter(end, size, cursorOverlap) ?? windowAt(Math.max(0, end - 1), size);
  return { kind: 'seek', next, center: Math.ceil(end / size), tries: 0 };
}

/**
 * Returns the next window that overlaps, or why there is none.
 *
 * @param read How many items were read.
 * @param back How many items to go back instead of the overlap.
 */
export function nextOverlap(
  { end, size, isReordered }: Place,
  read: number,
  overlap: number,
  idle: number,
  back?: number,
): Overlap | Reason {
  if (idle > maxIdle + read / size / windowsPerIdle) return isReordered ? 'unstable-order' : 'too-many-changes';
  const shared = Math.min(Math.max(1, overlap), Math.ceil(size / 2));
  const next = back === undefined ? windowAfter(end, size, shared) : windowAt(Math.max(0, end - back), size);
  return next ? { kind: 'overlap', next, overlap: shared, idle } : 'no-overlap';
}

/** Returns the place after a window that joins, and how far its last known item has moved since that was read. */
export function joinedPlace(place: Place, lastRank: number, page: ReceivedPage<unknown>, shared: SharedItems) {
  const { start } = page.window;
  const shift = shared.last < 0 ? 0 : start + shared.last + 1 - (place.end - (lastRank - shared.rank));
  const isReordered = place.isReordered || !shared.isOrdered;
  return { place: { ...place, isReordered, end: start + page.ids.length }, shift };
}
