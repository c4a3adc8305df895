// Several processes behind a load balancer. Redis (or Valkey) keeps them from handling an event twice.
// Start as many as you like, each with its own PORT:
// EXAMPLE_WEBHOOK_SECRET=whsec_… REDIS_URL=redis://127.0.0.1:6379 node examples/webhooks/redis.ts
import { createServer } from 'node:http';
import { createClient } from 'redis';
import { redisReplayStore } from '@example/sdk/redis';
import { Webhooks } from '@example/sdk/webhooks';

const redis = createClient({ url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
redis.on('error', (error: unknown) => console.error('Redis:', error));
await redis.connect();

const webhooks = new Webhooks({ replayStore: redisReplayStore(redis) }); // the secret comes from EXAMPLE_WEBHOOK_SECRET

webhooks.on('user.created', (event) => {
  console.log(`Welcome, ${event.data.name}!`);
});

const receive = webhooks.nodeHandler();
createServer((request, response) => void receive(request, response)).listen(Number(process.env['PORT'] ?? 3000));
