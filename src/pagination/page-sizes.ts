import { windowOf, type Window, type WindowSizes } from './windows.ts';

/** The documented `per_page` where none is given. */
export const defaultSize = 20;

/** The largest size that a server gives, by base URL, where that is less than was asked for. */
const largest = /* @__PURE__ */ new Map<string, number>();

/** The sizes of the windows of one list, and what its answers show about them. */
export class PageSizes implements WindowSizes {
  readonly #baseUrl: string;
  /** The largest size that was not refused. */
  #accepted = 0;
  least = 1;
  preferred: number;
  most: number;

  constructor(baseUrl: string, wanted: number) {
    this.#baseUrl = baseUrl;
    this.most = largest.get(baseUrl) ?? Math.max(100, wanted);
    this.preferred = Math.min(wanted, this.most);
  }

  /** Goes down to the default if the API may have refused this size. */
  reduce(refused: number): boolean {
    if (refused <= Math.max(defaultSize, this.#accepted)) return false;
    this.most = defaultSize;
    this.preferred = Math.min(this.preferred, defaultSize);
    return true;
  }

  /** The window that was received: a server may limit `per_page`, or ignore it. `length` is that of the list. */
  received(asked: Window, count: number, length: number | undefined): Window {
    const { page, size, start } = asked;
    const isFirst = this.#accepted === 0;
    this.#accepted = Math.max(this.#accepted, size);
    if (this.most === defaultSize) largest.set(this.#baseUrl, defaultSize);
    if (count > size) this.least = this.preferred = this.most = count;
    else {
      // A list whose length is unknown may go on after a short page.
      const goesOn = length === undefined ? page === 1 && isFirst : length > start + count && (page === 1 || isFirst);
      if (count === 0 || count === size || !goesOn) return asked;
      this.preferred = this.most = count;
      if (length !== undefined) largest.set(this.#baseUrl, count);
    }
    return windowOf(page, count);
  }
}
