export { redisReplayStore, type RedisReplayStoreOptions } from '../webhooks/redis-replay-store.ts';
export type { IORedisClient, NodeRedisClient, RedisClient } from './client.ts';
export { redisRateLimitStore, type RedisRateLimitStoreOptions } from './rate-limit-store.ts';
export { rateLimitStore } from '../rate-limit/lease.ts';
export type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest, RateLimitSync } from '../rate-limit/store.ts';
