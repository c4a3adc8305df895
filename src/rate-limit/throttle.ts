/** Milliseconds to pause after refusals in a row: at first, and at most. It doubles each time. */
const pause = { first: 1000, max: 60_000 };

/**
 * Holds a resource or a token that the API refuses although the window has requests left. Then one request at a time is sent, after
 * longer and longer pauses, until one is admitted.
 */
export class Throttle {
  /** Refusals in a row. */
  failures = 0;
  readonly #tolerance: number;
  #until = -Infinity;
  /** The request that tries whether the API admits it again. */
  #probe: number | undefined;
  /** The last request that was sent before the last refusal. Those before say nothing new. */
  #order = 0;

  /** @param tolerance Refusals in a row before the first pause. */
  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  /** Whether one request at a time is sent. */
  get isPausing(): boolean {
    return this.failures > this.#tolerance;
  }

  /** When the next request may be sent; `Infinity` if an answer comes first. */
  get readyAt(): number {
    return this.#probe === undefined ? this.#until : Infinity;
  }

  sent(order: number): void {
    if (this.isPausing) this.#probe = order;
  }

  /** A request came to an end. */
  ended(order: number): void {
    if (this.#probe === order) this.#probe = undefined;
  }

  admitted(order: number): void {
    if (order > this.#order) this.failures = 0;
  }

  /**
   * @param last The last request that was sent.
   * @param wait Milliseconds that the API asks to wait: of a resource, as it says; of a token, at most.
   * @returns Whether that is news: other refusals of the same burst are none.
   */
  refused(now: number, order: number, last: number, wait: number | undefined): boolean {
    if (order <= this.#order) return false;
    this.failures += 1;
    // A lone refusal may be about something else: the next one counts as well, though it is of the same burst.
    if (this.failures > 1 || this.#tolerance === 0) this.#order = last;
    const pauses = this.failures - this.#tolerance;
    const backoff = Math.min(pause.first * 2 ** (pauses - 1), pause.max);
    const asked = wait === 0 ? undefined : wait;
    if (pauses > 0)
      this.#until = now + (this.#tolerance === 0 ? (asked ?? backoff) : Math.min(asked ?? Infinity, backoff));
    return true;
  }
}
