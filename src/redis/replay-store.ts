import { leasedClaim, leaseOptions, type ReplayStoreOptions, type StoredEvent } from '../replay/leased-claim.ts';
import type { ReplayStore } from '../replay/store.ts';
import { readOptions } from '../utils/arguments.ts';
import { scriptRunner, type RedisClient, type RunScript } from './client.ts';

/** Milliseconds to wait for Redis before the webhook is answered with 503. */
const maxReplyTime = 2_000;

/**
 * Remembers handled events in Redis or Valkey, for any number of processes. No two processes handle the same event at
 * the same time. A process that dies, or is suspended for longer than `lease`, loses its claims; in the latter case,
 * the `signal` in the context of its handlers aborts.
 *
 * @param client Your own node-redis or ioredis client.
 * @throws {InvalidRequestError} when the client is neither of the two, or when an option is invalid.
 *
 * @example
 * const redis = await createClient({ url: process.env.REDIS_URL }).connect();
 * const webhooks = new Webhooks({ replayStore: redisReplayStore(redis) });
 */
export function redisReplayStore(client: RedisClient, options: ReplayStoreOptions = {}): ReplayStore {
  const given = readOptions('options', options, ['prefix', 'lease', 'retention']);
  const { prefix, lease, retention } = leaseOptions(given, 'example-sdk:webhook:');
  // A claim is renewed three times per lease. A reply that arrives after the next renewal would be useless.
  const timeout = Math.min(maxReplyTime, lease / 3);
  // No timeout here: the claim has its own, because it has to handle replies that arrive too late.
  const run = scriptRunner(client, Infinity);

  return { claim: (key) => leasedClaim(redisEvent(run, prefix + key, lease, retention), lease, timeout) };
}

function redisEvent(run: RunScript, key: string, lease: number, retention: number): StoredEvent {
  return {
    async claim(holder) {
      const result = await run(claimScript, key, holder, lease);
      return result === 'claimed' || result === 'handled' ? result : Number(result);
    },
    complete: async (holder) => Number(await run(completeScript, key, holder, retention)) === 1,
    release: async (holder) => void (await run(releaseScript, key, holder)),
  };
}

/** Claims a free key or renews the holder's own claim. Otherwise returns how long the other claim lasts. */
const claimScript = `
local value = redis.call('GET', KEYS[1])
if value == 'handled:' .. ARGV[1] then return 'claimed' end
if value and value:sub(1, 8) == 'handled:' then return 'handled' end
if value and value ~= ARGV[1] then return redis.call('PTTL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'claimed'`;

/** Stores the holder, because clients repeat a command whose reply was lost. Leaves another process's claim alone. */
const completeScript = `
local value = redis.call('GET', KEYS[1])
local handled = 'handled:' .. ARGV[1]
if value and value ~= ARGV[1] and value ~= handled then return 0 end
redis.call('SET', KEYS[1], handled, 'PX', ARGV[2])
return 1`;

const releaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;
