import type { Budget } from './budget.ts';
import type { Lease } from './lease.ts';
import type { Timing } from './timing.ts';

/** What one process says of its use of a token's budget, and what it asks for. Times are milliseconds from now. */
export interface RateLimitStoreRequest {
  /** The {@link RateLimitStoreReply.version} that the process goes by; 0 if none. */
  readonly version: number;
  /** Requests that the process would like to send now; 0 if it only reports. */
  readonly want: number;
  /** Requests that it was granted and gives back. */
  readonly unused: number;
  /** Requests of the process that are under way. */
  readonly inFlight: number;
  /** Requests allowed in a window, as far as the process knows. */
  readonly limit: number;
  /** Requests of the window that are used up, as far as the API has told the process. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if the API has not said. */
  readonly reset: number;
  /** Since the last request to the store, the API has told the process of a newer window. */
  readonly turned: boolean;
  /** The one request that the process was granted to find out whether the window is over has found that it is not. */
  readonly early: boolean;
  /** How long until the window is worth a try, as far as the process knows: 0 once it is; -1 if it does not know. */
  readonly over: number;
  /** For how long the API refuses everything; 0 if it does not. */
  readonly closed: number;
}

/** Where all processes together stand, and what this one gets. Times are milliseconds from now. */
export interface RateLimitStoreReply {
  /** Grows with each new window. Greater than 0. */
  readonly version: number;
  /** Requests that this process may send now. */
  readonly granted: number;
  /** Requests allowed in a window. */
  readonly limit: number;
  /** Requests of the window that are used up or granted, by all processes. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; 0 if nobody knows. */
  readonly reset: number;
  /**
   * How long until the window is worth a try; -1 if nobody knows. From 0 on, one process at a time is granted one
   * request, to find out.
   */
  readonly over: number;
  /** For how long the API refuses everything; 0 if it does not. */
  readonly closed: number;
  /** How many processes share the budget, as far as is known. At least 1. */
  readonly sharers: number;
}

/**
 * One atomic step on the state of a token, wherever it is kept: takes in what a process says, and grants it some of
 * what is left.
 *
 * @param key A hash of token and base URL, never the token itself.
 */
export type RateLimitSync = (key: string, request: RateLimitStoreRequest) => Promise<RateLimitStoreReply>;

/**
 * Shares the budget of a token among processes. `redisRateLimitStore` from `@example/sdk/redis` makes one; for a
 * database of another kind, `rateLimitStore` from there makes one of a {@link RateLimitSync} of your own.
 */
export interface RateLimitStore {
  /** Called by the SDK alone, once for each token. */
  lease(...internal: never): unknown;
  /** @internal What does the sharing is in the store, so that who does not share does not load it. */
  lease(token: string, budget: Budget, timing: Timing): Lease;
}
