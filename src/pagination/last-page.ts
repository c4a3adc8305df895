import type { PageMeta } from './page-body.ts';

/**
 * The number of the list's last page, as far as one of its pages tells; `Infinity` where nothing credible says so and
 * only an empty page will.
 *
 * `meta` is believed where it agrees with the page it came with: a `total_pages` below the page's own number, or a
 * `total_count` below the items up to here, can't be right. Of what is left the larger counts: asking for a page too
 * many costs a request, one too few costs items.
 *
 * @param page The number asked for.
 * @param length Items on the page.
 * @param meta What the API says; it may be missing, or wrong in any way.
 * @param size Items on a full page, where known.
 */
export function lastPage(
  page: number,
  length: number,
  meta: Partial<PageMeta> | null | undefined,
  size: number | undefined,
): number {
  if (length === 0) return 0;
  const byPages = credible(meta?.total_pages, page);
  const byCount = size === undefined ? 0 : Math.ceil(credible(meta?.total_count, (page - 1) * size + length) / size);
  return Math.max(byPages, byCount) || Infinity;
}

function credible(value: unknown, least: number): number {
  return Number.isSafeInteger(value) && Number(value) >= least ? Number(value) : 0;
}
