import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster, RESP_TYPES } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { redisRateLimitStore, redisReplayStore, type RedisClient } from '@example/sdk/redis';
import { claimed, itIsAReplayStore } from '../replay/support/replay-store-contract.ts';
import { firstRequest, itIsARateLimitStore } from '../sharing/support/store-requests.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram } from '../support/program.ts';
import { canRun, type RedisServer, type RedisServerProgram, startRedis } from '../support/redis-server.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';

interface Connection {
  readonly client: RedisClient;
  readonly close: () => void;
}

async function nodeRedis(url: string, options: Parameters<typeof createClient>[0] = {}): Promise<Connection> {
  const client = createClient({ url, socket: { reconnectStrategy: 5 }, ...options }).on('error', () => undefined);
  await client.connect();
  return { client, close: () => client.destroy() };
}

function ioredis(url: string, keyPrefix = ''): Connection {
  const client = new Redis(url, { keyPrefix, retryStrategy: () => 5, maxRetriesPerRequest: null });
  return { client: client.on('error', () => undefined), close: () => client.disconnect() };
}

const strings = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.NUMBER]: String } };
const clients: Record<string, (url: string, clusterUrl: string) => Connection | Promise<Connection>> = {
  'node-redis': (url) => nodeRedis(url),
  'node-redis with buffers, integers as strings and RESP 2': (url) =>
    nodeRedis(url, { RESP: 2, commandOptions: strings } as object),
  ioredis: (url) => ioredis(url),
  'ioredis with a key prefix': (url) => ioredis(url, 'app:'),
  async 'a node-redis cluster'(_, url) {
    const client = createCluster({ rootNodes: [{ url }] });
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  'an ioredis cluster'(_, url) {
    const client = new Cluster([url]);
    return { client, close: () => client.disconnect() };
  },
};

/** A cluster with one node, which responds once it owns all slots. */
async function startCluster(program: RedisServerProgram): Promise<RedisServer> {
  // By default, the cluster bus uses the node's port plus 10 000.
  const options = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-port'];
  const server = await startRedis(program, ...options, `${await freePort()}`);
  const admin = new Redis(server.url);
  await admin.cluster('ADDSLOTSRANGE', 0, 16_383);
  await vi.waitFor(async () => expect(await admin.cluster('INFO')).toContain('cluster_state:ok'), { timeout: 20_000 });
  admin.disconnect();
  return server;
}

describe.each((['redis-server', 'valkey-server'] as const).filter(canRun))('on %s', (program) => {
  let server: RedisServer;
  let cluster: RedisServer;
  beforeAll(async () => {
    [server, cluster] = [await startRedis(program), await startCluster(program)];
  });
  afterAll(async () => {
    await server.kill();
    await cluster.kill();
  });

  describe.each(Object.entries(clients))('through %s', (_, connect) => {
    let connection: Connection;
    beforeAll(async () => {
      connection = await connect(server.url, cluster.url);
    });
    afterAll(() => connection.close());
    let databases = 0;
    const newPrefix = () => `${_} ${(databases += 1)} `;

    itIsAReplayStore(() => {
      const database = newPrefix();
      return (prefix = '') => redisReplayStore(connection.client, { prefix: database + prefix });
    });
    itIsARateLimitStore(() => {
      const prefix = newPrefix();
      return () => redisRateLimitStore(connection.client, { prefix });
    });
  });

  it('both stores keep small values that expire', async () => {
    const admin = new Redis(server.url);
    onTestFinished(() => admin.disconnect());
    await admin.flushall();
    await redisRateLimitStore(admin).sync('key', firstRequest('a', { reset: 1000, timeLeft: 60_000, normal: 1 }));
    await (await claimed(redisReplayStore(admin), 'msg_1')).complete();
    await (await claimed(redisReplayStore(admin), 'msg_2')).release();
    const lifetimes = { 'example-sdk:rate-limit:key': 180_000, 'example-sdk:webhook:msg_1': 345_600_000 };
    for (const [key, lifetime] of Object.entries(lifetimes)) {
      expect(await admin.memory('USAGE', key)).toBeLessThan(1_000);
      expect(lifetime - (await admin.pttl(key))).toBeLessThan(60_000);
    }
    expect(await admin.dbsize()).toBe(2);
  });

  it.each([
    ['killed', 'ioredis'],
    ['frozen', 'node-redis'],
  ])('a claim that waits for a server that is %s, in the queue of %s, is withdrawn', async (how, kind) => {
    const options = { lease: 3_600_000, prefix: `${how} ${kind}` };
    const [{ client, close }, admin] = [await clients[kind]!(server.url, ''), ioredis(server.url)];
    onTestFinished(() => [close, admin.close].forEach((each) => each()));
    const store = redisReplayStore(client, options);
    // While the server still runs, so that the client is connected.
    await vi.waitFor(async () => (await claimed(store, 'msg_1')).release(), { timeout: 60_000 });
    if (how === 'killed') await server.kill();
    else server.freeze();
    // The sender retries its delivery, and each attempt leaves a claim in the queue.
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(Promise.resolve(store.claim('msg_1'))).rejects.toThrow('did not reply within 2000 ms');
    if (how === 'killed') await server.restart();
    else server.thaw();

    const next = redisReplayStore(admin.client, options);
    await vi.waitFor(async () => (await claimed(next, 'msg_1')).complete(), { timeout: 60_000 });
    expect(await next.claim('msg_1')).toEqual({ status: 'handled' });
  });

  it('two processes that run examples/webhooks/redis.ts handle each event once', async () => {
    const environment = { EXAMPLE_WEBHOOK_SECRET: secret, REDIS_URL: server.url };
    const start = () => startProgram('../../examples/webhooks/redis.ts', environment);
    const programs = await Promise.all([start(), start()]);
    onTestFinished(() => Promise.all(programs.map((each) => each.kill())).then(() => undefined));
    const init = await signed(userCreated, { id: 'msg_1' });
    for (const { url } of programs)
      await vi.waitFor(async () => expect((await fetch(url, init)).status).toBe(204), { timeout: 60_000 });
    await expect.poll(() => programs.map(({ output }) => output).join('')).toBe('Welcome, John Doe!\n');
  });
});
