/** What one process tells of its use of the budget, and asks for. */
export interface RateLimitStoreRequest {
  /** The {@link RateLimitStoreReply.version} that the process knows; 0 if none. */
  readonly version: number;
  /** Requests the process would like to send now; 0 if it only reports. */
  readonly want: number;
  /** Requests it was granted under `version` and will not send, or that turned out not to count. */
  readonly unused: number;
  /** Requests of the process that are under way at this moment. */
  readonly inFlight: number;
  /** Requests allowed in a window, as far as the process knows. */
  readonly limit: number;
  /** Requests of the window that are used up, as far as the API has told the process. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if unknown. */
  readonly reset: number;
  /** The API has told this process of a window that is newer than `version`. */
  readonly turned: boolean;
  /** Milliseconds from now until the window is over for certain; 0 once it is: then one request may find out. */
  readonly over: number;
  /** Milliseconds from now for which the API refuses everything; 0 if it does not. */
  readonly closed: number;
}

/** Where all processes together stand, and what this one gets. */
export interface RateLimitStoreReply {
  /** Counts the windows: a greater number means that another one has begun. At least 1. */
  readonly version: number;
  /** Requests this process may send now. */
  readonly granted: number;
  readonly limit: number;
  /** Requests of the window that are used up or promised, by all processes. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if unknown. */
  readonly reset: number;
  /** Milliseconds from now until the window is over for certain. */
  readonly over: number;
  /** Milliseconds from now for which the API refuses everything. */
  readonly closed: number;
  /** How many processes share the budget, as far as is known. At least 1. */
  readonly sharers: number;
}

/**
 * Shares one budget among processes. `redisRateLimitStore` of `@example/sdk/redis` is one; others can be written on
 * anything that has an atomic step and a clock of its own.
 */
export interface RateLimitStore {
  /**
   * One atomic step on the state of a token: take in what the process says, and grant what is left.
   *
   * @param key A hash of token and base URL, never the token itself.
   */
  sync(key: string, request: RateLimitStoreRequest): Promise<RateLimitStoreReply>;
}
