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
    for (let overlap = Math.ceil(this.size / 25); ; overlap--) {
      const windowWith = (size: number) => windowOf(Math.floor(Math.max(end - overlap, 0) / size) + 1, size);
      let best = windowWith(this.#least);
      const most = () => (overlap !== 1 || best.end > end ? this.size : this.#most);
      for (let size = this.#least + 1; size <= most(); size++) {
        const window = windowWith(size);
        if (window.end >= best.end) best = window;
      }
      if (best.end > end) return best;
    }
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

  /** The window that was received: a server may limit `per_page`, or ignore it. `length` is that of the list. */
  received(asked: Window, count: number, length: number | undefined): Window {
    const { page, size, start } = asked;
    const isFirst = this.#accepted === 0;
    this.#accepted = Math.max(this.#accepted, size);
    if (this.#most === defaultSize) largest.set(this.#baseUrl, defaultSize);
    // A list of unknown length may go on after a short page.
    const goesOn = length === undefined ? page === 1 && isFirst : length > start + count && (page === 1 || isFirst);
    if (count === 0 || count === size || (count < size && !goesOn)) return asked;
    this.size = this.#most = count;
    if (count > size) this.fix();
    // Fewer than the default may be a page that lacks items.
    else if (length !== undefined && count >= defaultSize) largest.set(this.#baseUrl, count);
    return windowOf(page, count);
  }
}

export function windowOf(page: number, size: number): Window {
  return { page, size, start: (page - 1) * size, end: page * size };
}
