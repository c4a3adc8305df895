import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '@example/sandbox';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { canRun, RedisServer, type RedisServerProgram } from '../support/redis-server.ts';
import { type StorePlace, Worker, type Work } from './support/workers.ts';

const window = 2000;

interface Store extends AsyncDisposable {
  readonly place: StorePlace;
}

async function serverStore(program: RedisServerProgram, kind: 'node-redis' | 'ioredis'): Promise<Store> {
  const server = await RedisServer.start(program);
  return { place: { kind, url: server.url }, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function clusterStore(): Promise<Store> {
  const cluster = await startRedisCluster();
  return {
    place: { kind: 'cluster', urls: cluster.urls },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

function fileStore(): Promise<Store> {
  const path = join(temporaryFolder(), 'rate-limit.db');
  return Promise.resolve({ place: { kind: 'sqlite', path }, [Symbol.asyncDispose]: () => Promise.resolve() });
}

const stores: [string, boolean, () => Promise<Store>][] = [
  ['Redis and node-redis', canRun('redis-server'), () => serverStore('redis-server', 'node-redis')],
  ['Valkey and ioredis', canRun('valkey-server'), () => serverStore('valkey-server', 'ioredis')],
  ['a Redis cluster of three nodes', canRun('redis-server'), clusterStore],
  ['a SQLite file', true, fileStore],
];

/** An API of 100 requests in a window. */
async function limitedApi() {
  const sandbox = createSandbox({ rateLimit: { limit: 100, window } });
  const refused = () => sandbox.requests.filter(({ status }) => status === 429).length;
  const { url, close } = await sandbox.listen();
  return { url, apiToken: sandbox.apiToken, refused, [Symbol.asyncDispose]: close };
}

function works(count: number, work: Omit<Work, 'window'>): Work[] {
  return Array.from({ length: count }, () => ({ window, ...work }));
}

describe.each(stores)('processes that share through %s', (_, isInstalled, startStore) => {
  describe.runIf(isInstalled)('when it is installed', () => {
    it('make 75 calls each, four of them: none fails, and none is refused unless a store was late', async () => {
      await using store = await startStore();
      await using api = await limitedApi();

      const workers = await Worker.startAll(
        works(4, { baseUrl: api.url, apiToken: api.apiToken, calls: 75, store: store.place }),
      );
      const reports = await Promise.all(workers.map(({ report }) => report));

      expect(reports.map(({ done, failed }) => ({ done, failed }))).toEqual(
        Array.from({ length: 4 }, () => ({ done: 75, failed: [] })),
      );
      // A process whose store is late sends its equal part, or what is left of the window if it knows of no other.
      const outages = reports.reduce((sum, report) => sum + report.outages, 0);
      expect(api.refused()).toBeLessThanOrEqual(100 * outages);
    });

    it('finish their calls while others are killed at any moment', async () => {
      await using store = await startStore();
      await using api = await limitedApi();
      const [survivors, doomed] = await Promise.all([
        Worker.startAll(works(2, { baseUrl: api.url, apiToken: api.apiToken, calls: 200, store: store.place })),
        Worker.startAll(works(4, { baseUrl: api.url, apiToken: api.apiToken, calls: 1000, store: store.place })),
      ]);

      for (const [index, worker] of doomed.entries()) {
        // Wherever they are: not at the same point of a window, and not at the same point of a sync.
        await new Promise((resolve) => setTimeout(resolve, 370 + 61 * index));
        worker.kill();
      }
      const reports = await Promise.all(survivors.map(({ report }) => report));

      expect(reports.map(({ done, failed }) => ({ done, failed }))).toEqual([
        { done: 200, failed: [] },
        { done: 200, failed: [] },
      ]);
      // What those that were killed had in flight may count in the next window, with nobody left to report it.
      const outages = reports.reduce((sum, report) => sum + report.outages, 0);
      expect(api.refused()).toBeLessThanOrEqual(40 + 100 * outages);
    });
  });
});
