// One of many processes that work on the same token. Nothing here knows of the others: the store sees to it that
// together they send what the rate limit allows, and no more.
import { Client } from '@example/sdk';
import { redisRateLimitStore } from '@example/sdk/redis';
import { createClient } from 'redis';
import type { Progress } from './progress.ts';

const [name = 'worker', calls = '50'] = process.argv.slice(2);

const redis = createClient({ url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
// A server that can't be reached is no reason to stop: the client then paces itself, and says so.
redis.on('error', () => undefined);
await redis.connect();

const client = new Client({ rateLimit: { store: redisRateLimitStore(redis) } });

const progress: Progress = { name, done: 0, of: Number(calls), refused: 0, waiting: 0, remaining: 0 };
const report = () => {
  progress.waiting = client.rateLimit?.waiting ?? 0;
  progress.remaining = client.rateLimit?.remaining ?? 0;
  process.send?.(progress);
};
client.on('response', ({ status }) => {
  if (status === 429) progress.refused += 1;
  else progress.done += 1;
  report();
});

// All at once: those beyond the limit wait for their turn.
await Promise.all(Array.from({ length: progress.of }, (_, page) => client.projects.list({ page: page + 1 })));

report();
redis.destroy();
process.disconnect();
