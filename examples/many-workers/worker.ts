// One of several processes that use the same token. The processes don't know each other. The store ensures that
// together they send no more than the rate limit allows.
import { Client } from '@example/sdk';
import { redisRateLimitStore } from '@example/sdk/redis';
import { createClient } from 'redis';

const [name = 'worker', calls = '50'] = process.argv.slice(2);

const redis = createClient({ url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
// If the server can't be reached, the client logs a warning and paces its calls on its own.
redis.on('error', () => undefined);
await redis.connect();

const client = new Client({ rateLimit: { store: redisRateLimitStore(redis) } });

let [done, refused] = [0, 0];
client.on('response', ({ status }) => {
  if (status === 429) refused += 1;
  else done += 1;
});
const print = () => {
  console.log(`${name}: ${done} of ${calls} done, ${client.rateLimit?.waiting ?? 0} waiting, ${refused} refused`);
};
const timer = setInterval(print, 1_000);

// All calls start at once. The queue holds those beyond the limit.
await Promise.all(Array.from({ length: Number(calls) }, (_, page) => client.projects.list({ page: page + 1 })));

clearInterval(timer);
print();
redis.destroy();
process.disconnect();
