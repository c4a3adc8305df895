// A process that makes calls: started by `start()` in ../workers.ts, which says how many and through which store.
import { Client } from '@example/sdk';
import { redisRateLimitStore } from '@example/sdk/redis';
import { sqliteRateLimitStore } from '@example/sdk/sqlite';
import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RateLimitStore } from '@example/sdk';
import type { Report, Work } from '../workers.ts';

// Only `start()` starts this program, and gives it this argument.
const work = JSON.parse(process.argv[2]!) as Work;
const { name, baseUrl, window, store, priority } = work;

const client = new Client({
  apiToken: 'sk_test',
  baseUrl,
  headers: { 'x-process': name },
  logLevel: 'off',
  rateLimit: { window, store: store && (await connect(store)) },
  ...(priority && { priority }),
});

process.send?.('ready');
await new Promise((resolve) => process.once('message', resolve));

const report: Report = { done: 0, failed: [], refused: 0, waits: [] };
client.on('response', ({ status }) => {
  if (status === 429) report.refused += 1;
});

const calls: Promise<void>[] = [];
for (let index = 0; index < work.calls; index += 1) {
  if (work.pause > 0 && index > 0) await new Promise((resolve) => setTimeout(resolve, work.pause));
  calls.push(call());
}
await Promise.all(calls);
process.send?.(report, () => process.exit(0));

async function call(): Promise<void> {
  const begun = performance.now();
  try {
    await client.users.get('user_123');
    report.done += 1;
  } catch (error) {
    report.failed.push(String(error));
  }
  report.waits.push(performance.now() - begun);
}

async function connect(place: NonNullable<Work['store']>): Promise<RateLimitStore> {
  const ignore = () => undefined;
  switch (place.kind) {
    case 'node-redis': {
      const redis = createClient({ url: place.url, socket: { reconnectStrategy: 20 } }).on('error', ignore);
      await redis.connect();
      return redisRateLimitStore(redis);
    }
    case 'ioredis':
      return redisRateLimitStore(new Redis(place.url, { retryStrategy: () => 20 }).on('error', ignore));
    case 'sqlite':
      return sqliteRateLimitStore(place.path);
    case 'cluster':
      return redisRateLimitStore(new Cluster([...place.urls]).on('error', ignore));
  }
}
