import { lastPage } from './last-page.ts';
import { PageReader, type FetchedPage, type FetchPage, type PageRead } from './page-reader.ts';
import { RecentIds } from './recent-ids.ts';
import { RereadBudget } from './reread-budget.ts';
import { mirrors, pageToReread } from './seam.ts';

/** How to walk over a list. */
export interface WalkOptions {
  /** The page to start at. */
  readonly first: number;
  /** How many pages to fetch ahead of the consumer. */
  readonly prefetch: number;
  /** How many items are wanted: no page is fetched ahead that can't be needed for them. */
  readonly limit: number;
  /** Told at the end of a walk that could not prove that it missed nothing. */
  readonly onDrift: (drift: Drift) => void;
}

/** How a list moved while it was walked over. */
export interface Drift {
  /** Pages that were read again, to find items that had moved. */
  readonly rereads: number;
  /** Places between two pages where items may be missing, because the list did not rest long enough to tell. */
  readonly openSeams: number;
}

/** What the walk adds at one page: the items there that it has not yielded before. */
export interface WalkedPage<Item> extends FetchedPage<Item> {
  readonly data: Item[];
  readonly page: number;
  /** Whether the list goes on, as far as this page tells. */
  readonly hasNext: boolean;
}

/** Pages without anything new that a walk accepts from a server that seems to ignore `page`. */
const patience = 3;

/**
 * Walks over a list whose pages are numbered, in order and in parallel, and yields each item once although the list
 * moves. What it knows of the list is what `fetchPage` returns.
 */
export async function* walk<Item>(
  fetchPage: FetchPage<Item>,
  { first, prefetch, limit, onDrift }: WalkOptions,
): AsyncGenerator<WalkedPage<Item>, void, undefined> {
  const reader = new PageReader(fetchPage);
  const recent = new RecentIds(first === 1);
  const budget = new RereadBudget(20 + 2 * prefetch);
  let before: PageRead<Item> | undefined;
  let page = first;
  let size = 1;
  let wanted = limit;
  let mirrored = 0;
  let openSeams = 0;
  try {
    for (;;) {
      const read = await reader.read(page);
      const sifted = recent.sift(read.data);
      const { fresh, overlaps } = sifted;
      size = Math.max(size, read.data.length);
      budget.observe(read.count, size);

      const reread = pageToReread(read, sifted, before, size);
      if (reread !== undefined) {
        // Without ids nothing can be recognized, and what is read again would only be repeated.
        if (!recent.isEmpty && budget.allows(reader.rereads)) {
          page = reread;
          reader.drop(page);
          reader.dropAfter(page + Math.max(prefetch, 1));
          continue;
        }
        if (!overlaps) openSeams += 1;
      } else if (page === 1 && !overlaps && recent.hasForgotten && (read.count ?? 0) > (before?.count ?? Infinity)) {
        // Back at the beginning of a list that grew, and nothing is known: what comes may have been yielded.
        openSeams += 1;
      }

      const isMirror = (fresh.length === 0 || recent.isEmpty) && mirrors(read, before);
      mirrored = isMirror ? mirrored + 1 : 0;
      const isFirst = before === undefined;
      const knownSize = isFirst && page > 1 ? undefined : size;
      const last = mirrored === patience ? page : lastPage(page, read.data.length, read.meta, knownSize);
      const hasNext = page < last;
      reader.take(page);
      recent.add(fresh);
      budget.earn(fresh.length / size, reader.rereads);
      wanted -= fresh.length;
      before = read;

      // Where the end is unknown, any page ahead may be one too many.
      if (hasNext && last !== Infinity) {
        const needed = Math.min(last, page + prefetch, page + Math.ceil(wanted / size));
        for (let ahead = page + 1; ahead <= needed; ahead += 1) reader.prefetch(ahead);
      }
      if (isFirst || fresh.length > 0) yield { page, data: fresh, meta: read.meta, hasNext };
      if (!hasNext || wanted <= 0) return;
      page += 1;
    }
  } finally {
    reader.dropAfter(0);
    if (openSeams > 0) onDrift({ rereads: reader.rereads, openSeams });
  }
}
