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

  /** When the next request may be sent; `Infinity` if an answer comes first. */
  get readyAt(): number {
    return this.#probe === undefined ? this.#until : Infinity;
  }

  sent(order: number): void {
    if (this.failures > this.#tolerance) this.#probe = order;
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
    const isResource = this.#tolerance === 0;
    // A lone refusal may be about something else: the next one counts as well, though it is of the same burst.
    if (this.failures > 1 || isResource) this.#order = last;
    const pauses = this.failures - this.#tolerance;
    const backoff = Math.min(pause.first * 2 ** (pauses - 1), pause.max);
    const asked = wait === undefined || wait === 0 ? backoff : wait;
    if (pauses > 0) this.#until = now + (isResource ? asked : Math.min(asked, backoff));
    return true;
  }
}

/** Requests per second, and per cube of a second: CUBIC, as in the adaptive mode of the AWS SDKs. */
const cubic = { min: 0.5, decrease: 0.7, scale: 0.4 };

/** Milliseconds after which it is forgotten that the rate was lowered. */
const memory = 300_000;

/**
 * How fast a token sends after refusals that no window explains: at first 0.7 of what was admitted. Then the rate rises slowly up
 * to the old one, and ever faster beyond.
 */
export class SendRate {
  admittedAt = -Infinity;
  #sentAt = -Infinity;
  #loweredAt = -Infinity;
  /** The rate that was too much. */
  #peak = Infinity;
  /** Requests that were admitted lately, each of which counts less by 1/e a second. */
  #admitted = 0;

  isLowered(now: number): boolean {
    return now < this.#loweredAt + memory;
  }

  readyAt(now: number): number {
    return this.isLowered(now) ? this.#sentAt + 1000 / this.#rate(now) : now;
  }

  sent(now: number): void {
    this.#sentAt = now;
  }

  admitted(now: number): void {
    this.#admitted = this.#admittedRate(now) + 1;
    this.admittedAt = now;
  }

  /** Nothing is known of a rate before anything was admitted. */
  lower(now: number): void {
    if (this.#admitted === 0) return;
    const rate = this.isLowered(now) ? this.#rate(now) : Infinity;
    this.#peak = Math.max(cubic.min, Math.min(rate, this.#admittedRate(now)));
    this.#loweredAt = now;
  }

  #rate(now: number): number {
    const { min, decrease, scale } = cubic;
    const plateau = Math.cbrt((this.#peak * (1 - decrease)) / scale);
    const rate = this.#peak + scale * ((now - this.#loweredAt) / 1000 - plateau) ** 3;
    return Math.max(min, Math.min(rate, 2 * this.#admittedRate(now) + 1));
  }

  #admittedRate(now: number): number {
    return this.#admitted === 0 ? 0 : this.#admitted * Math.exp((this.admittedAt - now) / 1000);
  }
}
