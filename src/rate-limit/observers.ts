/** What a limiter tells the clients that use it. */
export interface LimiterObserver {
  /** The store became unavailable, or available again. Called once per outage and observer. */
  onStoreChange(change: RateLimitStoreChange): void;
  /** The API refuses what its headers allow: calls such as `GET /users/user_1` are held, or all (`undefined`). */
  onHold(target: string | undefined): void;
  /** Called once a minute at most. */
  onStall(stall: StallReport): void;
}

/** The store that shares the rate limit among processes has become unavailable, or available again. */
interface RateLimitStoreChange {
  readonly available: boolean;
  /** Why it is not available. */
  readonly error?: unknown;
}

/** Calls wait longer than expected, or the API admits nothing. */
export interface StallReport {
  /** For how long. */
  readonly seconds: number;
  /** How many calls wait. */
  readonly waiting: number;
  /** What came last instead of an admitted request: `429, Retry-After: 60`, `no answer`, or `not sent`. */
  readonly outcome: string | undefined;
}

/** Tells the clients whose calls are in progress what changes. A client without calls is not held. */
export class Observers {
  readonly #calls = new Map<LimiterObserver, number>();

  /** A call begins (1), or has ended (-1). */
  count(observer: LimiterObserver | undefined, change: 1 | -1): void {
    if (observer === undefined) return;
    const calls = (this.#calls.get(observer) ?? 0) + change;
    if (calls > 0) this.#calls.set(observer, calls);
    else this.#calls.delete(observer);
  }

  /** Calls back for each of them. */
  notify(callback: (observer: LimiterObserver) => void): void {
    for (const observer of this.#calls.keys()) callback(observer);
  }
}
