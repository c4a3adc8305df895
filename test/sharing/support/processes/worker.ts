// A process that makes calls: ../workers.ts starts it, and says how many and through which store.
import { Client } from '@example/sdk';
import { redisRateLimitStore } from '@example/sdk/redis';
import { sqliteRateLimitStore } from '@example/sdk/sqlite';
import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RateLimitStore } from '@example/sdk';
import type { Report, Work } from '../workers.ts';

const work = JSON.parse(process.argv[2]!) as Work;
const { baseUrl, apiToken, window, store } = work;
const rateLimit = { window, store: store && (await connect(store)) };
const client = new Client({ apiToken, baseUrl, logLevel: 'off', rateLimit });

const report: Report = { done: 0, failed: [], outages: 0 };
client.on('rateLimitStore', ({ available }) => {
  if (!available) report.outages += 1;
});
const calls = Array.from({ length: work.calls }, () => client.projects.list({ per_page: 1 }));
for (const call of await Promise.allSettled(calls)) {
  if (call.status === 'rejected') report.failed.push(String(call.reason));
  else report.done += 1;
}
process.send?.(report, () => process.exit(0));

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
      return redisRateLimitStore(new Cluster([place.url]).on('error', ignore));
  }
}
