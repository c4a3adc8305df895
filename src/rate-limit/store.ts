/**
 * What one process reports about its use of a token's budget, and what it asks for. Durations are milliseconds from now.
 */
export interface RateLimitStoreRequest {
  /** Identifies the process. */
  readonly process: string;
  /** The {@link RateLimitStoreReply.generation} that the process knows; 0 if it knows none. */
  readonly generation: number;
  /** Requests that the process wants to send now for calls of normal priority, beyond those available. */
  readonly wanted: number;
  /** Requests that the process wants to send now for calls of background priority, beyond those available. */
  readonly background: number;
  /** Requests that the process was granted and has not sent. */
  readonly available: number;
  /** Requests that the process has sent and that `used` need not include, because no answer came. */
  readonly inFlight: number;
  /** Requests that the process has sent in the generation. */
  readonly sent: number;
  /** Of those, the ones of normal priority. */
  readonly sentNormal: number;
  /** Requests allowed per window, as far as the process knows. */
  readonly limit: number;
  /** Requests used in the window, as last reported to the process by the API. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if the API has not announced it. */
  readonly reset: number;
  /** Whether the API has reported a newer window to the process since its last sync. */
  readonly rolledOver: boolean;
  /** Whether the probe that the process was granted at the boundary found that the window has not ended. */
  readonly probeFailed: boolean;
  /** Time until the boundary is worth a probe, as far as the process knows: 0 if it is now; -1 if unknown. */
  readonly boundaryIn: number;
  /** Time for which the API refuses every request; 0 if it doesn't. */
  readonly blockedFor: number;
  /** How many processes share the budget, as far as the process knows. At least 1. */
  readonly processes: number;
}

/** The part of a request that is about the budget. */
export type BudgetReport = Pick<
  RateLimitStoreRequest,
  'inFlight' | 'limit' | 'used' | 'reset' | 'boundaryIn' | 'blockedFor'
>;

/** The budget that all processes share, and what this process is granted of it. Durations are milliseconds from now. */
export interface RateLimitStoreReply {
  /** Identifies the window: greater than 0, and greater with each new window. */
  readonly generation: number;
  /** Requests that this process may send now, beyond those available. */
  readonly granted: number;
  /** Requests allowed per window. */
  readonly limit: number;
  /** Requests of the window that are used or granted, over all processes. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if no process knows. */
  readonly reset: number;
  /**
   * Time until the boundary is worth a probe; -1 if no process knows. Once it is 0, one process at a time is granted
   * one request as the probe.
   */
  readonly boundaryIn: number;
  /** Time for which the API refuses every request; 0 if it doesn't. */
  readonly blockedFor: number;
  /** How many processes share the budget, as far as is known. At least 1. */
  readonly processes: number;
  /** Time until another sync can bring more; 0 if that depends on requests that are in flight. */
  readonly nextSyncIn: number;
}

/**
 * Shares the budget of a token among processes. `redisRateLimitStore` from `@example/sdk/redis` and
 * `sqliteRateLimitStore` from `@example/sdk/sqlite` return one. For another database, `createRateLimitStore` from
 * `@example/sdk/rate-limit` makes one of a function.
 */
export interface RateLimitStore {
  /**
   * Takes in the report of one process and grants it part of the remaining budget, in one atomic step. If it rejects or
   * takes longer than 400 ms, the process paces itself until the store works again.
   *
   * @param key Identifies the token and the base URL by a hash. It never contains the token.
   */
  sync(key: string, request: RateLimitStoreRequest): Promise<RateLimitStoreReply>;
  /** For the client. Only `createRateLimitStore` provides it. */
  readonly connect: (...internals: never) => unknown;
}
