import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox } from '@example/sandbox';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { canRun, RedisServer, type RedisServerProgram } from '../support/redis-server.ts';
import { type StorePlace, Worker } from './support/workers.ts';

async function serverOf(program: RedisServerProgram): Promise<string> {
  const server = await RedisServer.start(program);
  onTestFinished(() => server.kill());
  return server.url;
}

async function clusterOf(program: RedisServerProgram): Promise<string> {
  const cluster = await startRedisCluster(program);
  onTestFinished(() => cluster[Symbol.asyncDispose]());
  return cluster.urls[0]!;
}

type Place = [what: string, program: RedisServerProgram | undefined, start: () => Promise<StorePlace> | StorePlace];
const redis = (kind: 'node-redis' | 'ioredis' | 'cluster', program: RedisServerProgram): Place => {
  const start = kind === 'cluster' ? clusterOf : serverOf;
  return [`${program}: ${kind}`, program, async () => ({ kind, url: await start(program) })];
};
const places: Place[] = [
  redis('node-redis', 'redis-server'),
  redis('ioredis', 'valkey-server'),
  redis('cluster', 'redis-server'),
  ['a SQLite file', undefined, () => ({ kind: 'sqlite', path: join(temporaryFolder(), 'rate-limit.db') })],
];

/** An API with a limit, in windows of two seconds. */
async function limitedApi(limit: number) {
  const sandbox = createSandbox({ rateLimit: { limit, window: 2_000 } });
  onTestFinished(() => sandbox.close());
  return { sandbox, baseUrl: (await sandbox.listen()).url, apiToken: sandbox.apiToken };
}

describe('processes that share a limit', () => {
  const tested = places.filter(([, program]) => program === undefined || canRun(program));
  it.each(tested)('through %s finish their calls while another one is killed', async (_, __, startStore) => {
    const { sandbox, ...api } = await limitedApi(100);
    const work = { ...api, window: 2_000, store: await startStore() };
    const survivors = Worker.startAll(Array.from({ length: 3 }, () => ({ ...work, calls: 75 })));
    const doomed = new Worker({ ...work, calls: 1_000 });
    await expect.poll(() => sandbox.requests.length).toBeGreaterThan(150);
    doomed.kill();

    const reports = await Promise.all(survivors.map(({ report }) => report));
    expect(reports.map(({ done, failed }) => ({ done, failed }))).toEqual(Array(3).fill({ done: 75, failed: [] }));
    // What the one that was killed had in flight may count in the next window. A process whose store is late sends its
    // equal part, or what is left of the window if it knows of no other.
    const outages = reports.reduce((sum, report) => sum + report.outages, 0);
    const refused = sandbox.requests.filter(({ status }) => status === 429);
    expect(refused.length).toBeLessThanOrEqual(10 + 100 * outages);
  });

  it.runIf(canRun('redis-server'))('are four in the example many-workers, which runs as it stands', async () => {
    const { baseUrl, apiToken } = await limitedApi(50);
    const env = { EXAMPLE_API_TOKEN: apiToken, EXAMPLE_BASE_URL: baseUrl, REDIS_URL: await serverOf('redis-server') };
    const args = ['examples/many-workers/main.ts', '30'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    // On a busy machine, the store may answer late. Then a process says so, and paces its calls on its own.
    if (stderr !== '') expect(stderr).toContain('The rate-limit store did not reply within');
    const refused = stderr === '' ? '0' : String.raw`\d+`;
    const line = (name: string) =>
      expect.stringMatching(
        `^${name} +█{30}  30 of 30 done, 0 waiting, ${refused} refused, \\d+ left in the window$`,
      ) as string;
    const lines = [...['one', 'two', 'three', 'four'].map(line), expect.stringMatching(/^Done in [\d.]+ s\.$/)];
    expect(stdout.trim().split('\n')).toEqual(lines);
  });
});
