import { backoff } from '../utils/timing.ts';

/** Milliseconds to pause after refusals in a row: at first, and at most. It doubles each time. */
const refusalPause = { first: 1000, max: 60_000 };

/** Longer and longer pauses of a resource or a token that the API refuses although the window has requests left. */
export class Throttle {
  /** Refusals in a row. */
  failures = 0;
  /** When the next request may be sent. */
  pausedUntil = -Infinity;
  readonly #freeRefusals: number;
  /** The last request that was sent before the last refusal. Refusals up to it belong to the same burst. */
  #lastOfBurst = 0;

  /** @param freeRefusals Refusals in a row before the first pause. */
  constructor(freeRefusals: number) {
    this.#freeRefusals = freeRefusals;
  }

  admitted(sequence: number): void {
    if (sequence > this.#lastOfBurst) this.failures = 0;
  }

  /**
   * @param last The last request that was sent.
   * @param wait Milliseconds that the API asks to wait: of a resource, as it says; of a token, at most.
   * @returns true if it is a new refusal, and not another one of the same burst.
   */
  refused(now: number, sequence: number, last: number, wait: number | undefined): boolean {
    if (sequence <= this.#lastOfBurst) return false;
    this.failures += 1;
    const isResource = this.#freeRefusals === 0;
    // A lone refusal of a token may be about something else, so the next one counts even if it is of the same burst.
    if (this.failures > 1 || isResource) this.#lastOfBurst = last;
    const pauses = this.failures - this.#freeRefusals;
    const own = backoff(refusalPause, pauses - 1);
    const asked = wait === undefined || wait === 0 ? own : wait;
    if (pauses > 0) this.pausedUntil = now + (isResource ? asked : Math.min(asked, own));
    return true;
  }
}
