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
const { baseUrl, apiToken, window, store } = work;

const client = new Client({
  apiToken,
  baseUrl,
  logLevel: 'off',
  rateLimit: { window, store: store && (await connect(store)) },
});

process.send?.('ready');
await new Promise((resolve) => process.once('message', resolve));

const report: Report = { done: 0, failed: [], refused: 0, outages: 0 };
client.on('response', ({ status }) => {
  if (status === 429) report.refused += 1;
});
client.on('rateLimitStore', ({ available }) => {
  if (!available) report.outages += 1;
});

await Promise.all(Array.from({ length: work.calls }, call));
process.send?.(report, () => process.exit(0));

async function call(): Promise<void> {
  try {
    await client.projects.list({ per_page: 1 });
    report.done += 1;
  } catch (error) {
    report.failed.push(String(error));
  }
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
