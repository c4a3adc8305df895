import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster, RESP_TYPES } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisClient, type RedisReply, scriptRunner } from '../../src/redis/client.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { canRun, RedisServer, type RedisServerProgram } from '../support/redis-server.ts';

interface Connection extends Disposable {
  readonly client: RedisClient;
}

function closing(client: RedisClient, close: () => void): Connection {
  return { client, [Symbol.dispose]: close };
}

const connections: Record<string, (server: RedisServer) => Promise<Connection>> = {
  'node-redis': async ({ url }) => {
    const client = createClient({ url, socket: { reconnectStrategy: 5 } }).on('error', () => undefined);
    await client.connect();
    return closing(client, () => client.destroy());
  },
  'node-redis with buffers, integers as strings and RESP 2': async ({ url }) => {
    const client = createClient({
      url,
      RESP: 2,
      commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.NUMBER]: String } },
    });
    await client.connect();
    return closing(client, () => client.destroy());
  },
  ioredis: ({ url }) => {
    const client = new Redis(url, { retryStrategy: () => 5 }).on('error', () => undefined);
    return Promise.resolve(closing(client, () => client.disconnect()));
  },
  'ioredis with a key prefix': ({ url }) => {
    const client = new Redis(url, { keyPrefix: 'app:' });
    return Promise.resolve(closing(client, () => client.disconnect()));
  },
};

const clusterConnections: Record<string, (server: RedisServer) => Promise<Connection>> = {
  'a node-redis cluster': async ({ url }) => {
    const client = createCluster({ rootNodes: [{ url }] });
    await client.connect();
    return closing(client, () => client.destroy());
  },
  'an ioredis cluster': ({ url }) => {
    const client = new Cluster([url]);
    return Promise.resolve(closing(client, () => client.disconnect()));
  },
};

const echo = `return { ARGV[1], 2, false, { ARGV[2] } }`;
const count = `return redis.call('INCR', KEYS[1])`;

describe.each<RedisServerProgram>(['redis-server', 'valkey-server'])("a user's client on %s", (program) => {
  describe.runIf(canRun(program))('as a single server', () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await RedisServer.start(program);
    });
    afterAll(() => server.kill());

    describe.each(Object.entries(connections))('%s', (name, connect) => {
      it('runs a script with a key and arguments, and returns plain strings, numbers and nulls', async () => {
        using connection = await connect(server);
        const run = scriptRunner(connection.client, 5_000);

        const [text, integer, ...rest] = (await run(echo, 'key', 'ünïcode', 7)) as RedisReply[];

        expect([text, Number(integer), ...rest]).toEqual(['ünïcode', 2, null, ['7']]);
        expect(Number(await run(count, `count:${name}`))).toBe(1);
        expect(Number(await run(count, `count:${name}`))).toBe(2);
      });
    });

    it.each(['node-redis', 'ioredis'])('%s sends the script again to a server that has restarted', async (name) => {
      using connection = await connections[name]!(server);
      const run = scriptRunner(connection.client, 5_000);
      await run(count, 'restarts');

      await server.restart();

      expect(await run(count, 'restarts')).toBe(1);
    });
  });

  it.runIf(canRun(program))('runs scripts in a cluster', async () => {
    await using cluster = await startRedisCluster(program, 1);
    for (const [name, connect] of Object.entries(clusterConnections)) {
      using connection = await connect(cluster.nodes[0]!);
      const run = scriptRunner(connection.client, 5_000);
      expect(await run(count, name)).toBe(1);
      expect(await run(count, name)).toBe(2);
    }
  });
});
