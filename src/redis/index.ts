/**
 * Shares the rate limit and the handled webhooks between processes, through Redis or Valkey.
 *
 * @module @example/sdk/redis
 */
export type { ReplayStoreOptions } from '../replay/leased-claim.ts';
export type { ClaimedEvent, ReplayClaim, ReplayStore } from '../replay/store.ts';
export type { IORedisClient, NodeRedisClient, RedisClient } from './client.ts';
export { redisRateLimitStore, type RedisRateLimitStoreOptions } from './rate-limit-store.ts';
export { redisReplayStore } from './replay-store.ts';
export type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from '../sharing/store.ts';
