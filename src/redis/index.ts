export type { IORedisClient, NodeRedisClient, RedisClient } from './client.ts';
