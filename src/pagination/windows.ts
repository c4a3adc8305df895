import type { PageBody } from './page-body.ts';

/** A run of neighbouring items, as `page` and `per_page` select it; `start` and `end` are positions, from 0. */
export interface Window {
  readonly page: number;
  readonly size: number;
  readonly start: number;
  readonly end: number;
}

/** The documented `per_page` where none is given. */
export const defaultSize = 20;

/** The largest size that a server gives, by base URL, where that is less than was asked for. */
const largest = /* @__PURE__ */ new Map<string, number>();

/** Which windows a list is asked for, and what its answers show about their sizes. */
export class Windows {
  readonly #baseUrl: string;
  /** The largest size that was not refused. */
  #accepted = 0;
  #least = 1;
  #most: number;
  /** The largest size, unless only a larger window overlaps. */
  size: number;

  constructor(baseUrl: string, size: number) {
    this.#baseUrl = baseUrl;
    this.#most = largest.get(baseUrl) ?? Math.max(100, size);
    this.size = Math.min(size, this.#most);
  }

  /**
   * The window that reaches furthest beyond `end` and also holds the items right before it. Up to a 25th of the size, a
   * larger overlap costs no requests, and it saves some when items are deleted. Small windows can't overlap everywhere:
   * none of up to 10 items holds both item 2519 and item 2520, as every size divides 2520.
   */
  after(end: number): Window {
    for (let overlap = Math.ceil(this.size / 25); overlap > 0; overlap--) {
      const window = this.#furthest(end - overlap, this.size);
      if (window.end > end) return window;
    }
    const larger = this.#furthest(end - 1, this.#most);
    return larger.end > end ? larger : this.#furthest(end, this.size);
  }

  /** Of the windows of up to `most` items that hold the item at `position`, the one that reaches furthest. */
  #furthest(position: number, most: number): Window {
    let best = windowOf(1, 0);
    for (let size = this.#least; size <= most; size++) {
      const window = windowOf(Math.floor(Math.max(position, 0) / size) + 1, size);
      if (window.end >= best.end) best = window;
    }
    return best;
  }

  /** From now on, all windows have the same size, and don't overlap. */
  fix(): void {
    this.#least = this.#most = this.size;
  }

  /** Goes down to the default if the API may have refused this size. */
  reduce(refused: number): boolean {
    if (refused <= Math.max(defaultSize, this.#accepted)) return false;
    this.#most = defaultSize;
    this.size = Math.min(this.size, defaultSize);
    return true;
  }

  /** The window that was received, as a server may limit `per_page` or ignore it, and how long the list is, if known. */
  received(asked: Window, body: PageBody<unknown>): { readonly window: Window; readonly length: number | undefined } {
    const { page, size, start } = asked;
    const count = body.data.length;
    const length = listLength(body, asked, start + count);
    const isFirst = this.#accepted === 0;
    this.#accepted = Math.max(this.#accepted, size);
    if (this.#most === defaultSize) largest.set(this.#baseUrl, defaultSize);
    // A list of unknown length may go on after a short page.
    const goesOn = length === undefined ? page === 1 && isFirst : length > start + count && (page === 1 || isFirst);
    if (count === 0 || count === size || (count < size && !goesOn)) return { window: asked, length };
    this.size = this.#most = count;
    if (count > size) this.fix();
    // Fewer than the default may be a page that lacks items.
    else if (length !== undefined && count >= defaultSize) largest.set(this.#baseUrl, count);
    const window = windowOf(page, count);
    return { window, length: listLength(body, window, window.end) };
  }
}

export function windowOf(page: number, size: number): Window {
  return { page, size, start: (page - 1) * size, end: page * size };
}

/**
 * How many items the list has, as far as a page says anything credible. A `total_count` below `end`, the items up to here,
 * can't be right. Of what is left the larger counts, because a request too many costs less than an item too few.
 */
function listLength({ meta }: PageBody<unknown>, { page, size }: Window, end: number): number | undefined {
  const credible = (value: unknown, least: number) =>
    Number.isSafeInteger(value) && Number(value) >= least ? Number(value) : undefined;
  const count = credible(meta?.total_count, end);
  const pages = credible(meta?.total_pages, page);
  if (count === undefined && pages === undefined) return undefined;
  return Math.max(end, count ?? 0, pages !== undefined && pages > page ? (pages - 1) * size + 1 : 0);
}
