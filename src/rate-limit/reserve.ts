import type { RateWindow } from './window.ts';

/** Parts of a window that are kept for normal calls: until it is known how many there are, and at most. */
const share = { first: 0.15, max: 0.9 };

/** Background calls that wait get at least one request in so many, and what they got beyond counts up to so many of those. */
const background = { oneIn: 10, maxInAdvance: 100 };

/**
 * How normal and background calls divide a window. Background calls leave as many requests as there were normal calls in the
 * last window, or in this one, in proportion to the time left. But at least one request in ten is theirs, so that they never starve.
 */
export class Reserve {
  #turn = 0;
  #current = 0;
  #previous: number | undefined;
  #owed = 0;

  /** Whether a background call goes ahead of the normal ones. */
  get isBackgroundDue(): boolean {
    return this.#owed >= background.oneIn - 1;
  }

  /** Counts a normal call that arrives. */
  count({ turns }: RateWindow): void {
    this.#turnTo(turns);
    this.#current += 1;
  }

  /** @param isWaiting Whether a background call waits. */
  sent(isBackground: boolean, isWaiting: boolean): void {
    const { oneIn, maxInAdvance } = background;
    if (isBackground) this.#owed = Math.max(this.#owed - oneIn + 1, -maxInAdvance * oneIn);
    // If more were owed, a later batch would get it.
    else if (isWaiting) this.#owed = Math.min(this.#owed + 1, oneIn - 1);
  }

  /** When a background call may be sent. */
  readyAt(now: number, window: RateWindow): number {
    this.#turnTo(window.turns);
    const { limit, length } = window;
    const left = window.timeLeft(now) ?? 0;
    const remaining = window.remaining(now);
    const demand = Math.min(Math.max(this.#previous ?? share.first * limit, this.#current), share.max * limit);
    const reserve = Math.ceil(demand * Math.min(1, left / length));
    // If nothing remains, it waits for the window.
    if (remaining === 0 || remaining > reserve) return now;
    return now + Math.max(1, left - ((remaining - 1) * length) / demand + 1);
  }

  #turnTo(turn: number): void {
    if (turn === this.#turn) return;
    // The first window may have been nearly over when the first call was made.
    if (this.#turn > 1) this.#previous = this.#current;
    if (this.#turn > 0) this.#current = 0;
    this.#turn = turn;
  }
}
