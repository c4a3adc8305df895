import { Redis } from 'ioredis';
import { describe, it } from 'vitest';
import { expectNoFailure, window } from '../sharing/support/outage.ts';
import { RedisCluster } from '../support/redis-cluster.ts';
import { canRun, RedisServer, type RedisServerProgram } from '../support/redis-server.ts';

const disturbances: [string, RedisServerProgram, (server: RedisServer, admin: Redis) => Promise<unknown>][] = [
  ['is killed', 'redis-server', (server) => server.kill()],
  ['is killed, and restarts empty', 'valkey-server', (server) => server.restart()],
  ['is flushed', 'redis-server', (_, admin) => admin.flushall()],
  ['is full', 'valkey-server', (_, admin) => admin.config('SET', 'maxmemory', '1')],
  [
    'gets another password',
    'redis-server',
    async (_, admin) => {
      await admin.config('SET', 'requirepass', 'another');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
  ],
  [
    'no longer answers, and comes back',
    'valkey-server',
    async (server) => {
      server.freeze();
      await new Promise((resolve) => setTimeout(resolve, window));
      server.thaw();
    },
  ],
];

describe('eight processes whose server', () => {
  it.each(disturbances.filter(([, program]) => canRun(program)))(
    '%s (%s): no call fails, and few are refused',
    async (_, program, disturb) => {
      await using server = await RedisServer.start(program);
      const admin = new Redis(server.url, { retryStrategy: () => null }).on('error', () => undefined);
      const kinds = ['node-redis', 'ioredis'] as const;
      try {
        await expectNoFailure(
          (index) => ({ kind: kinds[index % 2]!, url: server.url }),
          () => disturb(server, admin),
        );
      } finally {
        admin.disconnect();
      }
    },
    240_000,
  );

  it.runIf(canRun('redis-server'))(
    'is a node of a cluster that dies: no call fails, and few are refused',
    async () => {
      await using cluster = await RedisCluster.start();
      await expectNoFailure(
        () => ({ kind: 'cluster', urls: cluster.urls }),
        () => cluster.killNodeWithKey(),
      );
    },
    240_000,
  );
});
