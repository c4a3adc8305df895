import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { lastIds, type Place } from './cursor.ts';
import type { SharedItems } from './known-items.ts';
import type { ReceivedPage } from './page-body.ts';
import { windowAfter, windowAt, windowOf, type Window } from './windows.ts';

/** Items in front of a cursor that its first window should hold. The walk continues if one of them still exists. */
const cursorOverlap = 4;

/** How many windows are searched for the items in front of a cursor. */
export const maxSeeks = 8;

/** How many requests in a row may bring the walk no further: `maxIdle`, and one for every `windowsPerIdle` windows. */
const maxIdle = 5;
const windowsPerIdle = 4;

/** Why it can't be verified that each item is yielded once. */
export type Reason = ListUnverifiedEvent['reason'];

/** What to request next, and how to read the response. */
export type State = Start | Seek | Overlap | Pages | End;

/** The first page of a walk. */
interface Start {
  readonly kind: 'start';
  readonly next: Window;
}

/** Looks for the items in front of a cursor, ever further away from where they should be. */
export interface Seek {
  readonly kind: 'seek';
  readonly next: Window;
  readonly center: number;
  readonly tries: number;
}

/** The next window overlaps with the last items that were read, so that no item can be missed between them. */
export interface Overlap {
  readonly kind: 'overlap';
  readonly next: Window;
  /** How many of the items that were read the next window should hold, too. */
  readonly overlap: number;
  /** How many requests in a row have brought the walk no further. */
  readonly idle: number;
}

/** Numbered pages, one after the other, as a plain loop reads them. */
export interface Pages {
  readonly kind: 'pages';
  readonly next: Window;
  /**
   * `rest`: the rest of the list. `place`: the items in front of a cursor. `behind`: whether the list goes on behind
   * what should be its end. `missing`: all pages once more, because items are missing.
   */
  readonly purpose: 'rest' | 'place' | 'behind' | 'missing';
  readonly reason: Reason;
  /** The last page that had items. */
  readonly previous: ReceivedPage<unknown> | undefined;
  /** How many pages in a row have brought nothing new. */
  readonly idle: number;
}

interface End {
  readonly kind: 'end';
  readonly next?: undefined;
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
    // Without ids, the page that was read last can't be told from the next one.
    return ids.length > 0
      ? pagesState('rest', 'no-overlap', windowOf(page, askedSize))
      : pagesState('rest', 'missing-ids', windowOf(page + 1, askedSize));
  }
  if (ids.length === 0) return { kind: 'start', next: windowOf(Math.floor(end / askedSize) + 1, askedSize) };
  const next = windowAfter(end, size, cursorOverlap) ?? windowAt(Math.max(0, end - 1), size);
  return { kind: 'seek', next, center: Math.max(1, Math.ceil(end / size)), tries: 0 };
}

/**
 * The next window that overlaps, or why there is none.
 *
 * @param read How many items were read.
 * @param back How far to go back, if not by the overlap.
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

/** Where a walk has got with a window that joins, and how far its last known item has moved since it was read. */
export function joinedPlace(place: Place, lastRank: number, page: ReceivedPage<unknown>, shared: SharedItems) {
  const { start } = page.window;
  const isNewStart = shared.last < 0;
  const shift = isNewStart ? 0 : start + shared.last + 1 - (place.end - (lastRank - shared.rank));
  const isReordered = place.isReordered || !shared.isOrdered;
  const ids = lastIds(isNewStart ? [] : place.ids, page.ids);
  return { place: { ...place, isReordered, end: start + page.ids.length, ids }, shift };
}
