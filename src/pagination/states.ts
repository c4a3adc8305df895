import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Ids } from './known-items.ts';
import { countOf, idOf, type Id, type PageBody } from './page-body.ts';
import type { Place } from './cursor.ts';
import { windowAfter, windowAt, windowOf, type Window } from './windows.ts';

/** How many of the items in front of a cursor are in its first window: one that was not deleted is enough. */
const cursorOverlap = 4;

/** Requests in a row that may get no further; and one more for every four windows of a walk that has come far. */
const patience = 5;
const windowsOfPatience = 4;

/** Why it can't be verified that each item is yielded once. */
export type Reason = ListUnverifiedEvent['reason'];

/** What to request next, and how the answer is read. */
export type State = Start | Seek | Overlap | Pages | End;

/** The first page of a walk. */
interface Start {
  readonly kind: 'start';
  readonly next: Window;
}

/** The items in front of a cursor are looked for, ever further away from where they should be. */
export interface Seek {
  readonly kind: 'seek';
  readonly next: Window;
  readonly center: number;
  readonly tries: number;
}

/** The next window also holds the last items that were read, so that nothing can be between. */
export interface Overlap {
  readonly kind: 'overlap';
  readonly next: Window;
  /** How many of them. */
  readonly overlap: number;
  /** How many requests in a row have not got further. */
  readonly idle: number;
}

/** One page after the other, as a plain loop reads them. */
export interface Pages {
  readonly kind: 'pages';
  readonly next: Window;
  /** The rest of the list, or after a cursor its place; what may be behind its end; or all again for what is missing. */
  readonly purpose: 'rest' | 'place' | 'behind' | 'missing';
  readonly reason: Reason;
  /** The page before. */
  readonly previous: readonly Id[];
  /** How many pages in a row have brought nothing new. */
  readonly idle: number;
}

interface End {
  readonly kind: 'end';
  readonly next?: undefined;
}

/** What the API answered to the request for a window. */
export interface PageAnswer<Item> {
  readonly window: Window;
  readonly data: readonly Item[];
  readonly ids: Ids;
  /** What tells one page from another. */
  readonly texts: readonly Id[];
  readonly count: number | undefined;
  /** How many items the list has more than at the answer before. */
  readonly growth: number;
  /** Whether there are pages behind it, if it says so. */
  readonly hasNext: boolean | undefined;
}

/** @param before How many items the list had, as far as it had said. */
export function answerFor<Item>(window: Window, body: PageBody<Item>, before: number | undefined): PageAnswer<Item> {
  const { data, meta } = body;
  const count = countOf(meta?.total_count);
  const growth = count === undefined ? 0 : count - (before ?? count);
  const lastPage = countOf(meta?.total_pages);
  const hasNext = lastPage === undefined ? undefined : lastPage > window.page;
  const ids = data.map(idOf);
  const texts = ids.map((id, index) => id ?? JSON.stringify(data[index]));
  return { window, data, ids, texts, count, growth, hasNext };
}

export function pages(purpose: Pages['purpose'], reason: Reason, next: Window, previous: readonly Id[] = []): Pages {
  return { kind: 'pages', purpose, reason, next, previous, idle: 0 };
}

/** @param origin The page that the walk starts at; 0 after a cursor. */
export function firstState({ asked, end, size, page, ids }: Place, origin: number): State {
  if (origin > 0) return { kind: 'start', next: windowOf(origin, asked) };
  if (page > 0) {
    // Without ids, the page that was read last can't be told from the next one.
    return ids.length > 0
      ? pages('rest', 'no-overlap', windowOf(page, asked))
      : pages('rest', 'missing-ids', windowOf(page + 1, asked));
  }
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
  if (idle > patience + read / size / windowsOfPatience) return isReordered ? 'unstable-order' : 'too-many-changes';
  const shared = Math.min(Math.max(1, overlap), Math.ceil(size / 2));
  const next = back === undefined ? windowAfter(end, size, shared) : windowAt(Math.max(0, end - back), size);
  return next ? { kind: 'overlap', next, overlap: shared, idle } : 'no-overlap';
}
