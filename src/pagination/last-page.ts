import type { PageMeta } from './page-body.ts';

/** What one read of a page says about the list's end. */
export interface PageFacts {
  /** The number asked for; the server's `current_page` may be wrong. */
  readonly page: number;
  /** Items on the page. */
  readonly length: number;
  /** Missing, or wrong in any way. */
  readonly meta?: Partial<PageMeta> | null | undefined;
}

/**
 * The number of the list's last page; `Infinity` if nothing credible says where it ends, so that only an empty page does.
 *
 * `meta` is believed where it agrees with the page it came with: a `total_pages` below the page's own number, or a
 * `total_count` below the items up to here, can't be right. Of what is left the larger counts: asking for a page too
 * many costs a request, one too few costs items.
 *
 * @param size Items on a full page, where known.
 */
export function lastPage({ page, length, meta }: PageFacts, size: number | undefined): number {
  if (length === 0) return Math.min(page, 1);
  const pages = credible(meta?.total_pages, page);
  const byCount = size === undefined ? 0 : Math.ceil(credible(meta?.total_count, (page - 1) * size + length) / size);
  return Math.max(pages, byCount) || Infinity;
}

function credible(value: unknown, least: number): number {
  return Number.isSafeInteger(value) && Number(value) >= least ? Number(value) : 0;
}
