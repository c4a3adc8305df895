import { ExampleError } from '../errors/example-error.ts';
import { createRateLimitStore } from '../rate-limit/create-store.ts';
import type { RateLimitStore, RateLimitStoreReply } from '../rate-limit/store.ts';
import { text } from '../utils/arguments.ts';
import { readOptions } from '../utils/options.ts';
import { type RedisClient, scriptRunner } from './client.ts';
import { rateLimitScript } from './rate-limit-script.ts';

/** Options of {@link redisRateLimitStore}. */
export interface RedisRateLimitStoreOptions {
  /** Prefix of the keys. Default: `example-sdk:rate-limit:`. */
  readonly prefix?: string | undefined;
}

/**
 * Shares the rate limit among all processes that use the same Redis (6 or later) or Valkey server.
 *
 * The store keeps one small value per token, named by a hash of token and base URL, which expires. If the server is
 * unavailable, no call fails: each process paces itself until the server is back.
 *
 * @param client Your own node-redis or ioredis client, for a single server or a cluster.
 * @throws {InvalidRequestError} when the client is neither of the two, or an option is wrong.
 *
 * @example
 * const redis = await createClient({ url: process.env.REDIS_URL }).connect();
 * const client = new Client({ rateLimit: { store: redisRateLimitStore(redis) } });
 */
export function redisRateLimitStore(client: RedisClient, options?: RedisRateLimitStoreOptions): RateLimitStore {
  // The limiter doesn't wait this long. The timeout only releases what a dead connection holds.
  const run = scriptRunner(client, 10_000);
  const { prefix = 'example-sdk:rate-limit:' } = readOptions('options', options, ['prefix']);
  text('prefix', prefix);

  return createRateLimitStore(async (key, request) => {
    const reply = await run(rateLimitScript, prefix + key, JSON.stringify(request));
    if (typeof reply !== 'string') throw new ExampleError('The rate-limit script did not return a string.');
    // The script is part of this package and returns exactly this.
    return JSON.parse(reply) as RateLimitStoreReply;
  });
}
