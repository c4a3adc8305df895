import { type RateWindow, shareOf } from './window.ts';

/** Our share of a budget that other clients of the token use, too. */
export interface BudgetShare {
  /** From 0 to 1. */
  of(window: RateWindow): number;
  /** A window has ended. */
  ended?(window: RateWindow): void;
  /** What remains for us. Default: all. */
  usable?(remaining: number, window: RateWindow): number;
}

/** The share as we observe it: what we used of this window, or of the last one if that was less. */
export class ObservedShare implements BudgetShare {
  #last = 1;

  of(window: RateWindow): number {
    return Math.min(this.#last, shareOf(window));
  }

  ended(window: RateWindow): void {
    this.#last = shareOf(window);
  }
}
