import { setTimeout as sleep } from 'node:timers/promises';
import { Webhooks } from '@example/sdk/webhooks';
import { redisReplayStore } from '@example/sdk/redis';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox } from '@example/sandbox';
import { Worker, type StorePlace } from '../sharing/support/workers.ts';
import { canRun, RedisServer } from '../support/redis-server.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';

/** An API of 100 requests in a window of so many milliseconds. */
async function limitedApi(window: number) {
  const sandbox = createSandbox({ rateLimit: { limit: 100, window } });
  const { url, close } = await sandbox.listen();
  return { url, apiToken: sandbox.apiToken, [Symbol.asyncDispose]: close };
}

describe.runIf(canRun('redis-server'))('main street on Redis', () => {
  it('row 9: two processes whose limit another service uses up get on with the next window (windows of 3 s)', async () => {
    await using redis = await RedisServer.start();
    await using api = await limitedApi(3_000);
    // Uses up the window before the processes start, as a service without the store would.
    for (let count = 0; count < 100; count++)
      await fetch(`${api.url}/users/user_1`, { headers: { authorization: `Bearer ${api.apiToken}` } });
    const store: StorePlace = { kind: 'ioredis', url: redis.url };
    const work = { baseUrl: api.url, apiToken: api.apiToken, calls: 45, window: 3_000, store };

    const workers = Worker.startAll([work, work]);
    const reports = await Promise.all(workers.map(({ report }) => report));

    expect(reports.map(({ done, failed }) => ({ done, failed }))).toEqual(
      reports.map(() => ({ done: 45, failed: [] })),
    );
  });

  it('row 11: 50 deliveries a second while Redis is gone for 3 s: none lost, none twice, a log line a second at most', async () => {
    await using server = await RedisServer.start();
    const redis = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: 1 }).on(
      'error',
      () => undefined,
    );
    onTestFinished(() => redis.disconnect());
    const lines: { at: number; text: string }[] = [];
    const log = (text: string) => void lines.push({ at: Date.now(), text });
    const webhooks = new Webhooks({
      secret,
      replayStore: redisReplayStore(redis),
      logger: { debug: log, info: log, warn: log, error: log },
    });
    const handled = new Map<string, number>();
    webhooks.on('user.created', async (_, { id }) => {
      await sleep(20);
      handled.set(id, (handled.get(id) ?? 0) + 1);
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

    expect(retries).toEqual(new Set([503]));
    expect(handled.size).toBe(400);
    expect([...handled.values()].filter((times) => times > 1)).toEqual([]);
    const perSecond = Map.groupBy(lines, ({ at }) => Math.floor((at - lines[0]!.at) / 1000));
    const crowded = [...perSecond.values()].filter(({ length }) => length > 1);
    expect(crowded.map((each) => `${each.length}, such as ${each[0]?.text}`)).toEqual([]);
  });

  it('row 20: processes are replaced one by one, and no call is lost (windows of 2 s)', async () => {
    await using redis = await RedisServer.start();
    await using api = await limitedApi(2_000);
    const store: StorePlace = { kind: 'node-redis', url: redis.url };
    const work = { baseUrl: api.url, apiToken: api.apiToken, calls: 120, window: 2_000, store };

    const workers = Worker.startAll([work, work]);
    for (let replaced = 0; replaced < 2; replaced++) {
      await workers[replaced]?.report;
      workers.push(...Worker.startAll([work]));
    }
    const reports = await Promise.all(workers.map(({ report }) => report));

    expect(reports.map(({ done, failed }) => ({ done, failed }))).toEqual(
      reports.map(() => ({ done: 120, failed: [] })),
    );
  });
});
