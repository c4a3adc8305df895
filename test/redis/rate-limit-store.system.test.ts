import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisRateLimitStore } from '@example/sdk/redis';
import { firstRequest, grantOf } from '../sharing/support/store-requests.ts';
import { canRun, RedisServer, type RedisServerProgram } from '../support/redis-server.ts';

const window = { reset: 1000, timeLeft: 60_000 };

describe.each<RedisServerProgram>(['redis-server', 'valkey-server'])('the state on %s', (program) => {
  describe.runIf(canRun(program))('that is installed', () => {
    let server: RedisServer;
    const closers: (() => void)[] = [];

    beforeAll(async () => {
      server = await RedisServer.start(program);
    });
    beforeEach(async () => {
      await ioredis().flushall();
    });
    afterEach(() => {
      for (const close of closers.splice(0)) close();
    });
    afterAll(() => server.kill());

    function ioredis(): Redis {
      const client = new Redis(server.url).on('error', () => undefined);
      closers.push(() => client.disconnect());
      return client;
    }

    async function nodeRedis() {
      const client = createClient({ url: server.url }).on('error', () => undefined);
      await client.connect();
      closers.push(() => client.destroy());
      return client;
    }

    it('loses no report and grants nothing twice, however many processes write at the same time', async () => {
      const stores = Array.from({ length: 30 }, () => redisRateLimitStore(ioredis()));
      await stores[0]!.sync('key', firstRequest('0', window));

      const replies = await Promise.all(
        stores.map((store, index) => store.sync('key', firstRequest(String(index), { ...window, normal: 5 }))),
      );

      expect(replies.reduce((sum, reply) => sum + grantOf(reply).normal, 0)).toBe(100);
      const last = await stores[0]!.sync(
        'key',
        firstRequest('0', { ...window, available: grantOf(replies[0]!).normal }),
      );
      expect(grantOf(last).processes).toBe(30);
    });

    it('is the same for both clients, and for the keys of both', async () => {
      const [one, other] = [redisRateLimitStore(ioredis()), redisRateLimitStore(await nodeRedis())];
      expect(await one.sync('key', firstRequest('a', { ...window, normal: 60 }))).toHaveProperty('normal', 60);
      expect(await other.sync('key', firstRequest('b', { ...window, normal: 60 }))).toHaveProperty('normal', 40);
      expect(await other.sync('another', firstRequest('b', { ...window, normal: 60 }))).toHaveProperty('normal', 60);
    });

    it('is one small value, which expires two minutes after its window', async () => {
      const admin = ioredis();
      await redisRateLimitStore(ioredis()).sync('key', firstRequest('a', { ...window, normal: 1 }));
      expect(await admin.keys('*')).toEqual(['example-sdk:rate-limit:key']);
      expect(await admin.memory('USAGE', 'example-sdk:rate-limit:key')).toBeLessThan(1_000);
      expect(await admin.pttl('example-sdk:rate-limit:key')).toBeGreaterThan(170_000);
    });
  });
});
