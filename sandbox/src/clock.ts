/** The local API's clock: the one it was given, plus what it was advanced by. */
export class Clock {
  readonly #base: () => number;
  readonly #listeners = new Set<() => void>();
  #offset = 0;

  /** @internal */
  constructor(base: () => number) {
    this.#base = base;
  }

  /** Epoch milliseconds. */
  readonly now = (): number => this.#base() + this.#offset;

  /**
   * Moves the clock on, so that a test crosses a rate-limit window, or a wait between two deliveries, without waiting.
   *
   * @param milliseconds How far.
   * @throws TypeError for anything but a finite number of at least 0.
   */
  advance(milliseconds: number): void {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new TypeError(`\`milliseconds\` must be a number of at least 0, not ${milliseconds}.`);
    }
    this.#offset += milliseconds;
    for (const listener of this.#listeners) listener();
  }

  /** @internal Calls `listener` when the clock was moved. */
  onAdvance(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** @internal Back to the clock it was given. */
  reset(): void {
    this.#offset = 0;
  }
}
