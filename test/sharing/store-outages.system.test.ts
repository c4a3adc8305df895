import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { LimitedApi } from '../rate-limit/support/limited-api.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { RedisCluster } from '../support/redis-cluster.ts';
import { canRun, RedisServer, type RedisServerProgram } from '../support/redis-server.ts';
import { type StorePlace, Worker } from './support/workers.ts';

// store-outages.test.ts has more of them, in virtual time.

/** Milliseconds of a window of the API. */
const window = 1500;
const calls = 75;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs eight processes, disturbs their store in the second window, and expects that no call fails. */
async function expectNoFailure(place: (index: number) => StorePlace, disturb: () => unknown): Promise<void> {
  await using api = await LimitedApi.start({ windows: 'first', duration: window });
  const workers = await Worker.startAll(
    Array.from({ length: 8 }, (_, index) => ({ baseUrl: api.url, calls, window, store: place(index) })),
  );
  await pause(1.5 * window);
  // Otherwise the disturbance comes too late.
  expect(api.admitted).toBeLessThan(8 * calls);
  await disturb();
  const reports = await Promise.all(workers.map(({ report }) => report));

  expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
  expect(reports.map(({ done }) => done)).toEqual(Array.from({ length: 8 }, () => calls));
  expect(api.refused).toBeLessThanOrEqual(40);
}

const inRedis: [string, RedisServerProgram, (server: RedisServer, admin: Redis) => Promise<unknown>][] = [
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
      await pause(window);
      server.thaw();
    },
  ],
];

const table = 'example_sdk_rate_limit';
const inSqlite: [string, (file: DatabaseSync) => unknown][] = [
  ['loses its rows', (file) => file.exec(`DELETE FROM ${table}`)],
  ['loses its table', (file) => file.exec(`DROP TABLE ${table}`)],
  [
    'is full',
    (file) => file.exec(`CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END`),
  ],
  [
    'is locked by another program for a window',
    async (file) => {
      file.exec('BEGIN EXCLUSIVE');
      await pause(window);
      file.exec('ROLLBACK');
    },
  ],
];

describe('no call of eight processes fails, and few are refused', { timeout: 240_000 }, () => {
  it.each(inRedis.filter(([, program]) => canRun(program)))('if their server %s (%s)', async (_, program, disturb) => {
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
  });

  it.runIf(canRun('redis-server'))('if a node of their cluster dies', async () => {
    await using cluster = await RedisCluster.start();
    await expectNoFailure(
      () => ({ kind: 'cluster', urls: cluster.urls }),
      () => cluster.killNodeWithKey(),
    );
  });

  it.each(inSqlite)('if their file %s', async (_, disturb) => {
    const path = join(temporaryFolder(), 'rate-limit.db');
    await expectNoFailure(
      () => ({ kind: 'sqlite', path }),
      async () => {
        const file = new DatabaseSync(path, { timeout: 2000 });
        await disturb(file);
        file.close();
      },
    );
  });
});
