import type { connectLimiter } from '../rate-limit/share.ts';

declare const contents: unique symbol;

/**
 * What one process reports about its use of a token's window, and what it asks for: plain JSON, whose fields may change
 * with any version. Pass it to `rateLimitStep` as it is.
 */
export interface RateLimitStoreRequest {
  /** Nothing that a program can read. */
  readonly [contents]: 'request';
}

/** What `rateLimitStep` grants a process: plain JSON, whose fields may change. Return it from `sync` as it is. */
export interface RateLimitStoreReply {
  /** Nothing that a program can read. */
  readonly [contents]: 'reply';
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
  readonly [connectLimiter]: (...internals: never) => unknown;
}
