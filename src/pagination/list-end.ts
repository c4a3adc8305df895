import type { Place } from './cursor.ts';
import type { ReceivedPage } from './page-body.ts';
import type { State } from './states.ts';
import type { Window } from './windows.ts';

// Where a list ends, by what a page says and how far the list was read: docs/internals/pagination.md, "The end".

/** Pages in a row that may bring nothing new where the list says that it goes on. */
const maxIdlePages = 3;

/** Whether a page that ends at a position is short, and says in both ways that nothing is behind it. */
export function isAnnouncedEnd({ window, ids, count, lastPage }: ReceivedPage<unknown>, end: number): boolean {
  return ids.length < window.size && end === count && lastPage <= window.page;
}

/**
 * Whether no page is behind a numbered one.
 *
 * @param end The position at which the page ends.
 * @param isRepeated Whether the page is the same as the one before.
 * @param idle Pages in a row that have brought nothing new.
 * @param hasMore Whether the list says that it has more items than were found; `undefined` if it says nothing.
 */
export function isLastPage(
  page: ReceivedPage<unknown>,
  end: number,
  isRepeated: boolean,
  idle: number,
  hasMore?: boolean,
) {
  const { window, ids, count, lastPage } = page;
  if (ids.length === 0) return idle > maxIdlePages || !(hasMore ?? lastPage > window.page);
  if (isRepeated) return count === undefined ? idle > maxIdlePages : end >= count;
  return isAnnouncedEnd(page, end);
}

/**
 * Whether an error for a page says that the list has ended. A page that is refused in the middle of the list is an error.
 * The last page that the list announces may not exist, if items were deleted that it still counts.
 */
export function isPastEnd(state: State, { page }: Window, status: number, { count, end }: Place): boolean {
  if (page === 1) return false;
  if (status === 404) return !(state.kind === 'overlap' && state.idle > 2);
  if ((status !== 400 && status !== 422) || state.kind !== 'pages') return false;
  const { lastPage = NaN } = state.previous ?? {};
  const isAnnounced = count === undefined ? page < lastPage : end < count && !(page >= lastPage);
  return state.purpose !== 'rest' || !isAnnounced;
}

/** Whether so many pages in a row have brought nothing new that the list repeats itself, or grows too fast. */
export function isEndless(idle: number, items: number): boolean {
  return idle > 100 + 2 * items;
}

/** Whether the list has items that were not found, or could have some because their order changes. */
export function mayMissItems({ count, end, isReordered }: Place, found: number, isFromCursor: boolean): boolean {
  // How many were found before a cursor is not known.
  if (isFromCursor) return isReordered || end < Number(count);
  return found < (count ?? end) || (isReordered && count === undefined);
}
