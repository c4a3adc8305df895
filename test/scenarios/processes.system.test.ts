import { setTimeout as sleep } from 'node:timers/promises';
import { Webhooks } from '@example/sdk/webhooks';
import { redisReplayStore } from '@example/sdk/redis';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { canRun, RedisServer } from '../support/redis-server.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';

const name =
  'row 11: 50 deliveries a second while Redis is gone for 3 s: none lost, none twice, a log line a second at most';

it.runIf(canRun('redis-server'))(name, async () => {
  await using server = await RedisServer.start();
  const redis = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  const lines: number[] = [];
  const log = () => void lines.push(Date.now());
  const logger = { debug: log, info: log, warn: log, error: log };
  const webhooks = new Webhooks({ secret, replayStore: redisReplayStore(redis), logger });
  const handled: string[] = [];
  webhooks.on('user.created', async (_, { id }) => {
    await sleep(20);
    handled.push(id);
  });
  const handle = webhooks.handler();
  const retries = new Set<number>();
  /** As the API delivers: again until it is acknowledged. */
  const deliver = async (id: string) => {
    for (;;) {
      const response = await handle(new Request('https://shop.example/webhooks', await signed(userCreated, { id })));
      if (response.ok) return;
      retries.add(response.status);
      await sleep(500);
    }
  };

  const deliveries: Promise<void>[] = [];
  for (let index = 0; index < 400; index++) {
    deliveries.push(deliver(`msg_${index}`));
    if (index === 100) await server.kill();
    if (index === 250) await server.restart();
    await sleep(20);
  }
  await Promise.all(deliveries);

  expect([...retries]).toEqual([503]);
  expect([handled.length, new Set(handled).size]).toEqual([400, 400]);
  const perSecond = Map.groupBy(lines, (at) => Math.floor((at - lines[0]!) / 1000));
  expect([...perSecond.values()].filter(({ length }) => length > 1)).toEqual([]);
});
