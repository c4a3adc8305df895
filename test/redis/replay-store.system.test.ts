import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { redisReplayStore, type RedisReplayStoreOptions } from '@example/sdk/redis';
import type { ReplayStore } from '@example/sdk/webhooks';
import { canRun, RedisServer } from '../support/redis-server.ts';
import { claimed, itIsAReplayStore } from '../replay/support/replay-store-contract.ts';

async function connected(url: string) {
  const client = await createClient({ url }).connect();
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

const programs = (['redis-server', 'valkey-server'] as const).filter(canRun);

describe.each(programs)('redisReplayStore on %s', (program) => {
  let server: RedisServer;
  let ioredis: Redis;
  let stop: () => void;
  let stores: (options?: RedisReplayStoreOptions) => [ReplayStore, ReplayStore];

  beforeAll(async () => {
    server = await RedisServer.start(program);
    ioredis = new Redis(server.url, { retryStrategy: () => 5, maxRetriesPerRequest: null }).on(
      'error',
      () => undefined,
    );
    const nodeRedis = createClient({ url: server.url, socket: { reconnectStrategy: 5 } }).on('error', () => undefined);
    await nodeRedis.connect();
    stop = () => {
      ioredis.disconnect();
      nodeRedis.destroy();
    };
    stores = (options) => [redisReplayStore(ioredis, options), redisReplayStore(nodeRedis, options)];
  });
  afterEach(async () => {
    await ioredis.flushall();
  });
  afterAll(async () => {
    stop();
    await server.kill();
  });

  describe.each([
    ['ioredis', 0],
    ['node-redis', 1],
  ] as const)('with %s', (_, client) => {
    itIsAReplayStore(
      () => (client === 0 ? stores() : (stores().toReversed() as [ReplayStore, ReplayStore])),
      () => (prefix) => stores({ prefix })[client],
    );
  });

  it('keeps what was handled for four days, for all processes, and what was released not at all', async () => {
    const [one, other] = stores();
    await (await claimed(one, 'msg_1')).release();
    expect(await ioredis.exists('example-sdk:webhook:msg_1')).toBe(0);
    const claim = await claimed(other, 'msg_1');
    expect(await one.claim('msg_1')).toEqual({ status: 'busy', retryAfter: expect.closeTo(15, 0) as number });
    await claim.complete();
    expect(await one.claim('msg_1')).toEqual({ status: 'handled' });
    expect(await ioredis.pttl('example-sdk:webhook:msg_1')).toBeGreaterThan(345_000_000);
  });

  it.each([
    ['a killed server, through ioredis', 0, () => server.kill(), () => server.restart()],
    ['a killed server, through node-redis', 1, () => server.kill(), () => server.restart()],
    ['a frozen server, through ioredis', 0, () => server.freeze(), () => server.thaw()],
    ['a frozen server, through node-redis', 1, () => server.freeze(), () => server.thaw()],
  ] as const)(
    'withdraws a claim that waits in the queue of the client for %s',
    async (_, client, stopServer, start) => {
      const lease = 3_600_000;
      const store = stores({ lease, timeout: 50 })[client];
      await stopServer();
      try {
        // The sender repeats its delivery, and each attempt leaves a claim in the queue.
        for (let attempt = 0; attempt < 3; attempt++) {
          await expect(Promise.resolve(store.claim('msg_1'))).rejects.toThrow('did not reply within 50 ms');
        }
      } finally {
        await start();
      }

      // As another process, which has no such queue.
      await using other = await connected(server.url);
      const next = redisReplayStore(other.client, { lease, timeout: 5_000 });
      await vi.waitFor(async () => (await claimed(next, 'msg_1')).release(), { timeout: 15_000 });
      // Nothing of the queue is left that could claim it later.
      await expect.poll(() => other.client.exists('example-sdk:webhook:msg_1')).toBe(0);
    },
  );
});
