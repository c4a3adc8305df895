/**
 * The rate limit that processes share, for a store on a database of your own.
 *
 * @module @example/sdk/rate-limit
 */
export { createRateLimitStore } from './create-store.ts';
export { rateLimitStep, type RateLimitStep } from './shared-budget.ts';
export type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';
