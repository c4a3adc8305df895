// One of several processes that use the same token. The processes don't know each other. The store makes sure that
// together they send no more than the rate limit allows.
import { Client } from '@example/sdk';
import { redisRateLimitStore } from '@example/sdk/redis';
import { createClient } from 'redis';
import type { Progress } from './progress.ts';

const [name = 'worker', calls = '50'] = process.argv.slice(2);

const redis = createClient({ url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
// If the server can't be reached, the client logs a warning and paces its calls on its own.
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

// All calls start at once. Those beyond the limit wait in the queue.
await Promise.all(Array.from({ length: progress.of }, (_, page) => client.projects.list({ page: page + 1 })));

report();
redis.destroy();
process.disconnect();
