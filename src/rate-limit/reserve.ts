import type { RateWindow } from './window.ts';

/** The part of a window that is kept for normal calls until it is known how many there are. */
const initialShare = 0.15;

/** The most of a window that is kept for normal calls. */
const largestShare = 0.9;

/** Over time, background calls that wait get at least one request in so many, so that they never starve. */
const backgroundShare = 10;

/** Requests that background calls got beyond that are remembered up to this number. */
const mostInAdvance = 100;

/**
 * How normal and background calls divide a window. Background calls leave as many requests as normal calls used in the last
 * window, or in this one, in proportion to the time left. But at least one request in ten is theirs.
 */
export class Reserve {
  #turn = 0;
  #current = 0;
  #previous: number | undefined;
  #owed = 0;

  /** Whether a background call goes ahead of the normal ones. */
  get isBackgroundDue(): boolean {
    return this.#owed >= backgroundShare - 1;
  }

  /** @param isWaiting Whether a background call waits. */
  sent(isBackground: boolean, isWaiting: boolean, { turns }: RateWindow): void {
    this.#turnTo(turns);
    if (isBackground) this.#owed = Math.max(this.#owed - backgroundShare + 1, -mostInAdvance * backgroundShare);
    else {
      this.#current += 1;
      // If more were owed, a later batch would get it.
      if (isWaiting) this.#owed = Math.min(this.#owed + 1, backgroundShare - 1);
    }
  }

  /** When a background call may be sent. */
  readyAt(now: number, window: RateWindow): number {
    this.#turnTo(window.turns);
    const { limit, length } = window;
    const left = window.timeLeft(now);
    if (left === undefined || left === 0) return now;
    const expected = Math.max(this.#previous ?? initialShare * limit, this.#current);
    const demand = Math.min(expected, largestShare * limit);
    const remaining = window.remaining(now);
    const reserve = Math.ceil(demand * Math.min(1, left / length));
    if (remaining > reserve || demand === 0) return now;
    return now + Math.max(1, left - (Math.max(0, remaining - 1) * length) / demand + 1);
  }

  #turnTo(turn: number): void {
    if (turn === this.#turn) return;
    // The requests of the first window begin before it is known.
    if (this.#turn > 0) {
      this.#previous = this.#current;
      this.#current = 0;
    }
    this.#turn = turn;
  }
}
