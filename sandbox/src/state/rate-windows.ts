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
  /** Requests that the window refused. */
  readonly refused: number;
  /** End of the window, in epoch milliseconds. */
  readonly reset: number;
}

interface OpenWindow {
  /** When its first request arrived, in epoch milliseconds. */
  readonly start: number;
  used: number;
  refused: number;
}

/** Counts each token's requests in fixed windows. A window starts with its first request. */
export class RateWindows {
  readonly rate: RateLimit;
  readonly #windows = new Map<string, OpenWindow>();

  constructor(rate: RateLimit) {
    this.rate = rate;
  }

  /** Counts one request. Returns `false` if the budget is used up. */
  take(token: string, now: number): boolean {
    let window = this.#current(token, now);
    if (window === undefined) this.#windows.set(token, (window = { start: now, used: 0, refused: 0 }));
    const isAllowed = window.used < this.rate.limit;
    window[isAllowed ? 'used' : 'refused'] += 1;
    return isAllowed;
  }

  /** The state of a token's window, without counting a request. Without a token, the state of an unused one. */
  status(token: string | undefined, now: number): RateLimitStatus {
    const { limit, window: length } = this.rate;
    const { start, used, refused } = this.#current(token, now) ?? { start: now, used: 0, refused: 0 };
    return { limit, remaining: limit - used, refused, reset: start + length };
  }

  clear(): void {
    this.#windows.clear();
  }

  #current(token: string | undefined, now: number): OpenWindow | undefined {
    const window = this.#windows.get(token ?? '');
    // An injected clock may go backwards. A window in the future counts as over.
    return window !== undefined && now >= window.start && now < window.start + this.rate.window ? window : undefined;
  }
}
