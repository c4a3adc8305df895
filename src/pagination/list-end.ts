import type { Place } from './cursor.ts';
import type { ReceivedPage } from './page-body.ts';
import type { State } from './states.ts';
import type { Window } from './windows.ts';

// Decides where a list ends: docs/internals/pagination.md, "The end".

/** Stop after this many pages without a new item, even if the list counts more items. */
const maxIdlePages = 3;

/** True if a page that ends at `end` is short, and both `total_count` and `total_pages` say that it is the last one. */
export function isAnnouncedEnd({ window, ids, count, lastPage }: ReceivedPage<unknown>, end: number): boolean {
  return ids.length < window.size && end === count && lastPage <= window.page;
}

/** What a walk knows after a numbered page. */
interface Reading {
  /** The position where the page ends. */
  readonly end: number;
  /** True if the page is the same as the one before. */
  readonly isRepeated: boolean;
  /** Pages in a row without a new item. */
  readonly idle: number;
  /** How many items were found. */
  readonly found: number;
  /** The last `total_count`. */
  readonly count: number | undefined;
}

/** True if no page follows a numbered page. */
export function isLastPage(page: ReceivedPage<unknown>, { end, isRepeated, idle, found, count }: Reading): boolean {
  const { window, ids, lastPage } = page;
  const isIdle = idle > maxIdlePages;
  if (count === undefined && ids.length > 0 && (isRepeated || lastPage < window.page)) return isIdle;
  if (ids.length > 0 && !isRepeated) return isAnnouncedEnd(page, end);
  const isAnnounced = lastPage > window.page;
  if (count === undefined ? !isAnnounced : count <= found) return true;
  return isIdle && (!isAnnounced || isEndless(idle, found, count));
}

/**
 * True if an error for a page means that the list has ended. Refusing a page in the middle of the list is a real error.
 * The last announced page may be refused, because a list may still count items that were deleted.
 */
export function isPastEnd(state: State, { page }: Window, status: number, { count, size, end }: Place): boolean {
  if (page === 1) return false;
  // If nothing behind the first page was ever read, the count may be wrong.
  const isStuck = state.kind === 'overlap' && state.idle > maxIdlePages && end > size;
  if (status === 404) return !(isStuck && end < Number(count));
  if ((status !== 400 && status !== 422) || state.kind !== 'pages') return false;
  const { lastPage = NaN } = state.previous ?? {};
  const isAnnounced = count === undefined ? page < lastPage : end < count && !(page >= lastPage);
  return state.purpose !== 'rest' || !isAnnounced;
}

/** True if so many pages without a new item mean that the list repeats itself, or grows too fast. */
export function isEndless(idle: number, found: number, count = 0): boolean {
  return idle > 100 + 2 * Math.max(found, count);
}

/** True if items are missing, or could be because the order has changed. */
export function mayMissItems({ count, end, isReordered }: Place, found: number, isFromCursor: boolean): boolean {
  // It isn't known how many items were read before a cursor.
  if (isFromCursor) return isReordered || end < Number(count);
  return found < (count ?? end) || (isReordered && count === undefined);
}
