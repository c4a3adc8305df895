import { type RateWindow, shareOf } from './window.ts';

/** Our share of a budget that other clients of the token use, too. */
export class BudgetShare {
  #share = 1;
  /** Whether the share is an equal part, because a store that divided the budget is unavailable. */
  #isDetached = false;

  /** A store divides the budget. */
  attach(): void {
    this.#isDetached = false;
  }

  /** The store has become unavailable. Returns how many requests of the window this process may still use. */
  detach(window: RateWindow, processes: number): number {
    this.#isDetached = true;
    this.#share = 1 / processes;
    return Math.max(0, this.#partOf(window) - window.own);
  }

  /** Keeps the share that was ours in a window that has ended. */
  keep(window: RateWindow): void {
    if (!this.#isDetached) this.#share = shareOf(window);
  }

  /** From 0 to 1. */
  of(window: RateWindow): number {
    return Math.min(this.#share, shareOf(window));
  }

  /** What remains for us. The last requests of a window are left to the processes that have not used their part of it. */
  usable(remaining: number, window: RateWindow): number {
    const isLast = Math.floor((remaining * this.#share) / 2) === 0;
    return this.#isDetached && isLast && window.own >= this.#partOf(window) ? 0 : remaining;
  }

  #partOf({ limit }: RateWindow): number {
    return Math.floor(limit * this.#share);
  }
}
