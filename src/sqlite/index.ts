/**
 * Shares the rate limit, and which webhooks were handled, among the processes of one machine through a SQLite file.
 *
 * @module @example/sdk/sqlite
 */
export { sqliteRateLimitStore, type SqliteRateLimitStore } from './rate-limit-store.ts';
export { sqliteReplayStore, type SqliteReplayStore } from './replay-store.ts';
export type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from '../sharing/store.ts';
export type { ReplayStoreOptions } from '../replay/leased-claim.ts';
export type { ClaimedEvent, ReplayClaim, ReplayStore } from '../replay/store.ts';
