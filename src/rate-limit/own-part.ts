/** The most processes that are expected to probe the same window at the same moment. */
const maxProbers = 10;

/**
 * The part of a token's requests, in this window and the last one, that were this client's. All processes with the
 * token see the same requests left, so each sends only its own part of them.
 */
export class OwnPart {
  /** Requests of others before this client's first one. */
  #usedBefore = 0;
  /** Requests in the last window. */
  #last = { own: 0, foreign: 0 };

  /**
   * A window begins.
   *
   * @param own This client's requests in the window before, of the `used` ones.
   * @param usedBefore Requests used in the new window.
   */
  begin(own: number, used: number, usedBefore: number): void {
    this.#last = { own, foreign: this.#foreign(own, used) };
    // Up to `maxProbers` of these may be the probes of other processes.
    this.#usedBefore = usedBefore > maxProbers ? usedBefore : 0;
  }

  /** @param own This client's requests in this window, of the `used` ones. */
  fraction(own: number, used: number): number {
    const both = this.#last.own + own;
    return both / Math.max(1, both + this.#last.foreign + this.#foreign(own, used));
  }

  /** Requests of others in this window, as far as responses have shown more than this client's own. */
  #foreign(own: number, used: number): number {
    return Math.max(0, used - this.#usedBefore - own);
  }
}
