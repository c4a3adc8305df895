/** What a limiter tells the clients whose calls are in progress. */
export interface LimiterObserver {
  /** When it was last told of a stall. */
  warnedAt: number;
  /** The store became unavailable, or available again. Called once for each change. */
  onStoreChange(change: { readonly available: boolean; readonly error?: unknown }): void;
  /**
   * Calls have waited for so many seconds, because the API has failed, or has refused what its window allows. Called
   * once a minute at most, however many tokens it uses.
   */
  onStall(stall: { readonly cause: 'failures' | 'refusals'; readonly seconds: number; readonly waiting: number }): void;
}

/** Milliseconds for which calls are held by failures or refusals before a warning, and between two. */
const stallWarnings = { first: 30_000, every: 60_000 };

/** The clients whose calls are in progress, which hear what holds these calls. */
export class Observers implements Iterable<LimiterObserver> {
  /** Calls in progress, by client. */
  readonly #calls = new Map<LimiterObserver, number>();

  [Symbol.iterator](): Iterator<LimiterObserver> {
    return this.#calls.keys();
  }

  /** A call of a client begins (1), or has ended (-1). */
  countCall(observer: LimiterObserver, change: 1 | -1): void {
    const calls = (this.#calls.get(observer) ?? 0) + change;
    if (calls > 0) this.#calls.set(observer, calls);
    else this.#calls.delete(observer);
  }

  /** Limits 29: warns of what has held calls since a time. Returns when to look again. */
  warnOfStall(now: number, since: number, cause: 'failures' | 'refusals', waiting: number): number {
    if (now < since + stallWarnings.first) return since + stallWarnings.first;
    const seconds = Math.round((now - since) / 1000);
    let next = Infinity;
    for (const observer of this) {
      if (now >= observer.warnedAt + stallWarnings.every) {
        observer.warnedAt = now;
        observer.onStall({ cause, seconds, waiting });
      }
      next = Math.min(next, observer.warnedAt + stallWarnings.every);
    }
    return next;
  }
}
