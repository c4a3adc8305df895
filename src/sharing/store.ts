/**
 * What one process reports about its use of a token's window, and what it asks for. Durations are milliseconds from
 * now.
 */
export interface RateLimitStoreRequest {
  /** Identifies the process. */
  readonly process: string;
  /** How many processes share the limit, as far as this one knows. At least 1. */
  readonly processes: number;
  /** Calls of normal priority that wait and that nothing is granted for. */
  readonly normal: number;
  /** Calls of background priority that wait and that nothing is granted for. */
  readonly background: number;
  /** Requests that the process was granted and has not sent. */
  readonly available: number;
  /** Requests that the process has sent and that `used` need not include, because no answer has come. */
  readonly inFlight: number;
  /** Requests that the process has sent in the window that `reset` names, those in flight included. */
  readonly sent: number;
  /** Requests allowed per window, as far as the process knows. */
  readonly limit: number;
  /** Requests used in the window, as the API has last announced to the process. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if the process knows no window. */
  readonly reset: number;
  /** Time until the window is over, as far as the process knows; 0 if it is over or unknown. */
  readonly timeLeft: number;
  /** Whether a request that the process sent after the end of the window was refused, because it had not ended. */
  readonly probeFailed: boolean;
  /** Whether the process could not reach the store for some time, so that others may not be able to, either. */
  readonly wasOut: boolean;
}

/** The window that all processes share, and what this one is granted of it. Durations are milliseconds from now. */
export interface RateLimitStoreReply {
  /** Requests that the process may send now, beyond those available, for calls of normal priority. */
  readonly normal: number;
  /** The same for calls of background priority. */
  readonly background: number;
  /** Requests allowed per window. */
  readonly limit: number;
  /** Requests used in the window, as the API has announced to any process. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if no process knows a window. */
  readonly reset: number;
  /** Time until the window is over; 0 if it is over or unknown. Then one request at a time is granted, as a probe. */
  readonly timeLeft: number;
  /** How many processes share the limit, as far as is known. At least 1. */
  readonly processes: number;
  /** Time after which to sync again while calls wait. */
  readonly nextSyncIn: number;
}

/**
 * Shares the limit of a token among processes. `redisRateLimitStore` from `@example/sdk/redis` and
 * `sqliteRateLimitStore` from `@example/sdk/sqlite` return one. For another database, `createRateLimitStore` from
 * `@example/sdk/rate-limit` makes one of a function.
 */
export interface RateLimitStore {
  /**
   * Takes in the report of one process and grants it part of the window, in one atomic step. If it rejects or takes
   * longer than a second, the process paces itself until the store works again.
   *
   * @param key Identifies the token and the base URL by a hash. It never contains the token.
   */
  sync(key: string, request: RateLimitStoreRequest): Promise<RateLimitStoreReply>;
  /** For the client. Only `createRateLimitStore` provides it. */
  readonly connectLimiter: (...internals: never) => unknown;
}
