/** Milliseconds to pause after refusals in a row: at first, and at most. It doubles each time. */
const refusalPause = { first: 1000, max: 60_000 };

/**
 * Holds a resource or a token that the API refuses although the window has requests left. Then one request at a time is
 * sent, after longer and longer pauses, until one is admitted.
 */
export class Throttle {
  /** Refusals in a row. */
  failures = 0;
  readonly #freeRefusals: number;
  #until = -Infinity;
  /** The request that tries whether the API admits it again. */
  #probe: number | undefined;
  /** The last request that was sent before the last refusal. Refusals up to it belong to the same burst. */
  #lastOfBurst = 0;

  /** @param freeRefusals Refusals in a row before the first pause. */
  constructor(freeRefusals: number) {
    this.#freeRefusals = freeRefusals;
  }

  /** When the next request may be sent; `Infinity` if an answer comes first. */
  get readyAt(): number {
    return this.#probe === undefined ? this.#until : Infinity;
  }

  sent(sequence: number): void {
    if (this.failures > this.#freeRefusals) this.#probe = sequence;
  }

  /** A request came to an end without being admitted. */
  ended(sequence: number): void {
    if (this.#probe === sequence) this.#probe = undefined;
  }

  admitted(sequence: number): void {
    this.ended(sequence);
    if (sequence > this.#lastOfBurst) this.failures = 0;
  }

  /**
   * @param last The last request that was sent.
   * @param wait Milliseconds that the API asks to wait: of a resource, as it says; of a token, at most.
   * @returns Whether it is a new refusal, and not another one of the same burst.
   */
  refused(now: number, sequence: number, last: number, wait: number | undefined): boolean {
    if (sequence <= this.#lastOfBurst) return false;
    this.failures += 1;
    const isResource = this.#freeRefusals === 0;
    // A lone refusal of a token may be about something else, so the next one counts even if it is of the same burst.
    if (this.failures > 1 || isResource) this.#lastOfBurst = last;
    const pauses = this.failures - this.#freeRefusals;
    const backoff = Math.min(refusalPause.first * 2 ** (pauses - 1), refusalPause.max);
    const asked = wait === undefined || wait === 0 ? backoff : wait;
    if (pauses > 0) this.#until = now + (isResource ? asked : Math.min(asked, backoff));
    return true;
  }
}
