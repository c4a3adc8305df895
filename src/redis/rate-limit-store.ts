import { ExampleError } from '../errors/example-error.ts';
import { createRateLimitStore } from '../sharing/store-connection.ts';
import { rateLimitStep } from '../sharing/step.ts';
import type { RateLimitStore } from '../sharing/store.ts';
import { readOptions, text } from '../utils/arguments.ts';
import { maxWriteAttempts, randomPause } from '../utils/timing.ts';
import { type RedisClient, type RedisReply, scriptRunner } from './client.ts';

/** Options of {@link redisRateLimitStore}. */
export interface RedisRateLimitStoreOptions {
  /** Prefix of the keys. Default: `example-sdk:rate-limit:`. */
  readonly prefix?: string | undefined;
}

/**
 * Shares the rate limit among all processes that use the same Redis (6 or later) or Valkey server.
 *
 * The store keeps one small value per token, which expires. Its key is a hash of token and base URL. If the server is
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
  // The limiter gives up much earlier. This timeout only frees what a dead connection holds.
  const run = scriptRunner(client, 10_000);
  const { prefix = 'example-sdk:rate-limit:' } = readOptions('options', options, ['prefix']);
  text('prefix', prefix);

  return createRateLimitStore(async (key, request) => {
    for (let attempt = 1; attempt <= maxWriteAttempts; attempt += 1) {
      const { now, stored } = readState(await run(readScript, prefix + key));
      const { state, expiresIn, reply } = rateLimitStep(stored, request, now);
      if (state === stored) return reply;
      const written = await run(writeScript, prefix + key, state, expiresIn, ...(stored === undefined ? [] : [stored]));
      if (Number(written) === 1) return reply;
      await randomPause(attempt); // Another process was faster.
    }
    throw new ExampleError(`Other processes changed the rate limit in Redis ${maxWriteAttempts} times in a row.`);
  });
}

function readState(reply: RedisReply): { readonly now: number; readonly stored: string | undefined } {
  if (!Array.isArray(reply)) throw new ExampleError('The rate-limit script did not return a list.');
  const [seconds, microseconds, stored] = reply;
  return {
    now: Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000),
    stored: typeof stored === 'string' ? stored : undefined,
  };
}

/** Returns the server's clock, which all processes share, and the state. */
const readScript = `
local time = redis.call('TIME')
return { time[1], time[2], redis.call('GET', KEYS[1]) }`;

/** Sets the state to `ARGV[1]` for `ARGV[2]` milliseconds if it is still `ARGV[3]`, or still missing. */
const writeScript = `
if redis.call('GET', KEYS[1]) ~= (ARGV[3] or false) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
