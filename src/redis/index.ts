export type { IORedisClient, NodeRedisClient, RedisClient } from './client.ts';
export { redisRateLimitStore, type RedisRateLimitStoreOptions } from './rate-limit-store.ts';
