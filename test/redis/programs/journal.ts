// A receiver of webhooks that records in Redis when each handler begins and ends. With STALL set, no handler ends.
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { redisReplayStore } from '@example/sdk/redis';
import { Webhooks } from '@example/sdk/webhooks';

const { NAME, PORT, REDIS_URL = '', STALL } = process.env;
const redis = new Redis(REDIS_URL);

const webhooks = new Webhooks({ replayStore: redisReplayStore(redis, { lease: 900, timeout: 300 }) });
webhooks.on('user.created', async (_event, { id }) => {
  await redis.rpush('journal', `${id} begun by ${NAME}`);
  if (STALL) await new Promise(() => undefined);
  await redis.rpush('journal', `${id} done by ${NAME}`);
});

const receive = webhooks.nodeHandler();
createServer((request, response) => void receive(request, response)).listen(Number(PORT));
