import { type BudgetShare, ObservedShare } from './budget-share.ts';
import type { Budget } from './budget.ts';
import type { BudgetReport, RateLimitStoreReply } from './store.ts';
import { type RateWindow, shareOf, unknownWindow, used } from './window.ts';

// The state that a budget and its store exchange. A client without a store does not load this code.

/** Requests that may have been used although no report includes them yet. */
export function outstanding({ window, inFlight }: Budget): number {
  return used(window, inFlight) - window.reported;
}

/** What a store has to know. */
export function reportOf(budget: Budget, now: number): BudgetReport {
  const { limit, reported, reset = 0 } = budget.window;
  return {
    inFlight: outstanding(budget),
    limit,
    used: Math.min(reported, limit),
    reset: Math.round(reset * 1000) / 1000,
    boundaryIn: reset === 0 ? -1 : Math.ceil(Math.max(0, budget.boundary.probeAt - now)),
    blockedFor: Math.ceil(Math.max(0, budget.blockedUntil - now)),
  };
}

/** Takes over what a store knows better. */
export function adopt(budget: Budget, now: number, reply: RateLimitStoreReply, isNew: boolean): void {
  const { limit, reset, boundaryIn, blockedFor } = reply;
  const known = budget.window.reset ?? 0;
  if (budget.share instanceof EqualShare) budget.share = new ObservedShare();
  if (reset > (isNew ? known : known + 1)) {
    budget.replaceWindow({ ...unknownWindow(limit), reset, sentAt: now, answeredAt: now });
  }
  if (reset >= known && boundaryIn > 0) budget.window.retryAt = now + boundaryIn;
  if (blockedFor > 0) budget.blockUntil(now + blockedFor);
  budget.boundary.update(budget.window);
}

/** The store has become unavailable: of the current window, this process may still use what is left of an equal part. */
export function detach(budget: Budget, { reset, processes }: RateLimitStoreReply): void {
  const { window } = budget;
  const share = new EqualShare(processes);
  budget.share = share;
  if (reset < (window.reset ?? 0)) return;
  const left = Math.max(0, share.partOf(window) - window.own);
  window.reported = Math.max(window.reported, window.limit - left - outstanding(budget));
}

/** An equal part of the budget, because the store that divided it is unavailable. */
class EqualShare implements BudgetShare {
  readonly #processes: number;

  constructor(processes: number) {
    this.#processes = processes;
  }

  of(window: RateWindow): number {
    return Math.min(1 / this.#processes, shareOf(window));
  }

  /** The last requests of a window are left to the processes that have not used their part of it. */
  usable(remaining: number, window: RateWindow): number {
    const isLast = Math.floor(remaining / this.#processes / 2) === 0;
    return isLast && window.own >= this.partOf(window) ? 0 : remaining;
  }

  partOf({ limit }: RateWindow): number {
    return Math.floor(limit / this.#processes);
  }
}
