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

/** One window of a token. */
export interface RateWindow {
  /** When its first request arrived, in epoch milliseconds. */
  readonly start: number;
  /** Requests that it allowed. */
  readonly used: number;
  /** Requests that it refused. */
  readonly refused: number;
}

type OpenWindow = { -readonly [K in keyof RateWindow]: RateWindow[K] };

/** Number of windows to keep for each token. */
const keptWindows = 60;

/** Counts each token's requests in fixed windows. A window starts with its first request. */
export class RateWindows {
  readonly rate: RateLimit;
  /** The latest windows of each token, oldest first. */
  readonly #windows = new Map<string, OpenWindow[]>();

  constructor(rate: RateLimit) {
    this.rate = rate;
  }

  /** Counts one request. Returns `false` if the budget is used up. */
  take(token: string, now: number): boolean {
    const window = this.#current(token, now) ?? this.#open(token, now);
    if (window.used >= this.rate.limit) {
      window.refused += 1;
      return false;
    }
    window.used += 1;
    return true;
  }

  /** The state of a token's window, without counting a request. Without a token, the state of an unused one. */
  status(token: string | undefined, now: number): RateLimitStatus {
    const { limit, window: length } = this.rate;
    const window = token === undefined ? undefined : this.#current(token, now);
    return { limit, remaining: limit - (window?.used ?? 0), reset: (window?.start ?? now) + length };
  }

  /** The latest windows of a token, oldest first. The last one may still be open. */
  history(token: string): readonly RateWindow[] {
    return this.#windows.get(token) ?? [];
  }

  clear(): void {
    this.#windows.clear();
  }

  #open(token: string, start: number): OpenWindow {
    const window = { start, used: 0, refused: 0 };
    const windows = this.#windows.get(token);
    if (windows === undefined) this.#windows.set(token, [window]);
    else if (windows.push(window) > keptWindows) windows.shift();
    return window;
  }

  #current(token: string, now: number): OpenWindow | undefined {
    const window = this.#windows.get(token)?.at(-1);
    // An injected clock may go backwards. A window in the future counts as over.
    return window !== undefined && now >= window.start && now < window.start + this.rate.window ? window : undefined;
  }
}
