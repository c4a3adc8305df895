/**
 * What one process reports about its use of a token's window, and what it asks for. Durations are milliseconds.
 */
export interface RateLimitStoreRequest {
  /** Identifies the process. */
  readonly process: string;
  /** How many processes share the limit, as far as this one knows. At least 1. */
  readonly processes: number;
  /** Waiting normal calls without a granted request. */
  readonly normal: number;
  /** Waiting background calls without a granted request. */
  readonly background: number;
  /** Granted requests that the process has not sent. */
  readonly available: number;
  /** Requests that the process has sent and that `used` need not include, because no answer has come. */
  readonly inFlight: number;
  /** Requests that the process has sent in the window that ends at `reset`, including those in flight. */
  readonly sent: number;
  /** Requests allowed per window, as far as the process knows. */
  readonly limit: number;
  /** Requests used in the window, as the API last reported to the process. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if the process knows no window. */
  readonly reset: number;
  /** Time until the window is over, as far as the process knows; 0 if it is over or unknown. */
  readonly timeLeft: number;
  /** True if a request after the expected end of the window was refused, because the window had not ended. */
  readonly probeFailed: boolean;
  /** True if the process could not reach the store for some time. Others may not reach it, either. */
  readonly wasOut: boolean;
}

/** The window that all processes share, and what this process is granted. Durations are milliseconds. */
export interface RateLimitStoreReply {
  /** Additional requests that the process may send now for normal calls. */
  readonly normal: number;
  /** Additional requests that the process may send now for background calls. */
  readonly background: number;
  /** Requests allowed per window. */
  readonly limit: number;
  /** Requests used in the window, as the API reported to any process. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if no process knows a window. */
  readonly reset: number;
  /** Time until the window is over; 0 if it is over or unknown. One request at a time is then granted as a probe. */
  readonly timeLeft: number;
  /** How many processes share the limit, as far as is known. At least 1. */
  readonly processes: number;
  /** Time after which to sync again while calls wait. */
  readonly nextSyncIn: number;
}

/**
 * Shares a token's rate limit among processes. `redisRateLimitStore` from `@example/sdk/redis` and
 * `sqliteRateLimitStore` from `@example/sdk/sqlite` return one. For another database, use `createRateLimitStore` from
 * `@example/sdk/rate-limit`.
 */
export interface RateLimitStore {
  /**
   * Applies the report of one process, and grants it part of the window, in one atomic step. If it rejects or takes
   * longer than a second, the process paces itself until the store works again.
   *
   * @param key Identifies the token and the base URL by a hash. It never contains the token.
   */
  sync(key: string, request: RateLimitStoreRequest): Promise<RateLimitStoreReply>;
  /** Internal. Only `createRateLimitStore` provides it. */
  readonly connectLimiter: (...internals: never) => unknown;
}
