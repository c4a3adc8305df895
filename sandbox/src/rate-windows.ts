/** A limit of requests in a window of time. */
export interface RateLimit {
  /** Requests allowed in a window. */
  readonly limit: number;
  /** Length of a window in milliseconds. */
  readonly window: number;
}

/** Where a token stands in its window. */
export interface RateStanding {
  readonly limit: number;
  readonly remaining: number;
  /** When the window ends: epoch milliseconds. */
  readonly reset: number;
}

/** Counts the requests of each token in fixed windows; a token's window starts with the first request in it. */
export class RateWindows {
  readonly rate: RateLimit;
  readonly #windows = new Map<string, { start: number; used: number }>();

  constructor(rate: RateLimit) {
    this.rate = rate;
  }

  /** Counts one request; `undefined` when the budget is used up. */
  take(token: string, now: number): RateStanding | undefined {
    let window = this.#current(token, now);
    if (window === undefined) {
      window = { start: now, used: 0 };
      this.#windows.set(token, window);
    }
    if (window.used >= this.rate.limit) return undefined;
    window.used += 1;
    return this.standing(token, now);
  }

  /** Where the token stands, without counting anything; without a token, what a new one would have. */
  standing(token: string | undefined, now: number): RateStanding {
    const { limit, window: length } = this.rate;
    const window = token === undefined ? undefined : this.#current(token, now);
    return { limit, remaining: limit - (window?.used ?? 0), reset: (window?.start ?? now) + length };
  }

  clear(): void {
    this.#windows.clear();
  }

  #current(token: string, now: number): { start: number; used: number } | undefined {
    const window = this.#windows.get(token);
    // An injected clock may be set back, too: then the window lies in the future, and counts as over.
    return window !== undefined && now >= window.start && now < window.start + this.rate.window ? window : undefined;
  }
}
