/**
 * The rate limit that processes share, for a store on a database of your own.
 *
 * @module @example/sdk/rate-limit
 */
export { createRateLimitStore } from './store-connection.ts';
export { rateLimitStep, type RateLimitStep } from './step.ts';
export type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';
