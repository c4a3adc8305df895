/** A number of requests per time window. */
export interface RateLimit {
  /** Requests allowed per window. */
  readonly limit: number;
  /** Length of a window, in milliseconds. */
  readonly window: number;
}

/** The state of a token's window. */
export interface RateLimitStatus {
  readonly limit: number;
  readonly remaining: number;
  /** End of the window, in epoch milliseconds. */
  readonly reset: number;
}

/** Counts each token's requests in fixed windows. A window starts with its first request. */
export class RateWindows {
  readonly rate: RateLimit;
  readonly #windows = new Map<string, { start: number; used: number }>();

  constructor(rate: RateLimit) {
    this.rate = rate;
  }

  /** Counts one request. Returns `undefined` if the budget is used up. */
  take(token: string, now: number): RateLimitStatus | undefined {
    let window = this.#current(token, now);
    if (window === undefined) {
      window = { start: now, used: 0 };
      this.#windows.set(token, window);
    }
    if (window.used >= this.rate.limit) return undefined;
    window.used += 1;
    return this.status(token, now);
  }

  /** The state of a token's window, without counting a request. Without a token, the state of an unused one. */
  status(token: string | undefined, now: number): RateLimitStatus {
    const { limit, window: length } = this.rate;
    const window = token === undefined ? undefined : this.#current(token, now);
    return { limit, remaining: limit - (window?.used ?? 0), reset: (window?.start ?? now) + length };
  }

  clear(): void {
    this.#windows.clear();
  }

  #current(token: string, now: number): { start: number; used: number } | undefined {
    const window = this.#windows.get(token);
    // An injected clock may go backwards. A window in the future counts as over.
    return window !== undefined && now >= window.start && now < window.start + this.rate.window ? window : undefined;
  }
}
