import type { PageRead } from './page-reader.ts';
import type { Sifted } from './recent-ids.ts';

/**
 * Between two pages there is a seam: items that stood behind it when the page before was read, and in front of it when
 * this page was, are on neither. It is closed, so that nothing can be missing, if
 *
 * - the page holds an item that was yielded before (then it begins in front of that one), or
 * - the list rested between the two reads, as far as `total_count` tells, whichever of them came first.
 *
 * docs/pagination.md has the argument.
 *
 * @param before The page that was accepted last, whatever its number.
 * @param size Items on a full page.
 * @returns `undefined` if the seam in front of `read` is closed, else the page to read again in order to close it.
 */
export function pageToReread<Item>(
  read: PageRead<Item>,
  { overlaps, fresh }: Sifted<Item>,
  before: PageRead<Item> | undefined,
  size: number,
): number | undefined {
  if (before === undefined || read.page === 1) return undefined;
  const isNext = before.page === read.page - 1;
  const isOlder = read.calm < before.calm;
  if (isNext && before.calm === read.calm) return undefined;
  // An old page without anything new would close this seam, but leave the next one open.
  if (overlaps && !(isNext && isOlder && fresh.length === 0)) return undefined;
  // The older one goes, so that both are from after the change.
  if (isNext) return isOlder ? read.page : before.page;
  // On the way back, until a page overlaps: so far that it will if all that was deleted stood in front of the walk.
  const slipped = Math.floor(((before.count ?? 0) - (read.count ?? 0)) / size);
  return Math.max(1, Math.min(read.page - 1, before.page - slipped));
}

/** Whether the page is the one before once more, although the list rested: the server does not look at `page`. */
export function mirrors<Item>(read: PageRead<Item>, before: PageRead<Item> | undefined): boolean {
  return (
    before?.page === read.page - 1 &&
    before.calm === read.calm &&
    JSON.stringify(before.data) === JSON.stringify(read.data)
  );
}
