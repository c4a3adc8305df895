import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LimiterObserver, Permit } from '../../src/rate-limit/limiter.ts';
import { Scheduler } from '../../src/rate-limit/scheduler.ts';
import { redisRateLimitStore } from '../../src/redis/rate-limit-store.ts';
import { canRun, RedisServer, type RedisServerProgram } from '../support/redis-server.ts';
import { DocumentedServer } from '../rate-limit/support/documented-server.ts';

const token = 'https://api.example.com/v1 sk_secret';

const noChange = () => undefined;

type OnStoreChange = LimiterObserver['onStoreChange'];
const observers = new Map<OnStoreChange, LimiterObserver>();

/** The same object for all calls of a client. */
function observerOf(onStoreChange: OnStoreChange): LimiterObserver {
  const observer = observers.get(onStoreChange) ?? { onStoreChange, onGateChange: noChange };
  observers.set(onStoreChange, observer);
  return observer;
}

/** Stands for one process: a limiter of its own, on a connection of its own. */
interface Process {
  readonly limiter: Scheduler;
  refused: number;
  done: number;
}

describe.each<RedisServerProgram>(['redis-server', 'valkey-server'])(
  'processes that share a budget on %s',
  (program) => {
    describe.runIf(canRun(program))('that is installed', () => {
      let redis: RedisServer;
      const closers: (() => void)[] = [];

      beforeEach(async () => {
        redis = await RedisServer.start(program);
      });
      afterEach(async () => {
        for (const close of closers.splice(0)) close();
        await redis.kill();
      });

      /** Odd ones use ioredis, even ones node-redis. */
      async function startProcess(index: number): Promise<Process> {
        const process: Process = { limiter: new Scheduler(token), refused: 0, done: 0 };
        const store = redisRateLimitStore(index % 2 === 0 ? await nodeRedis() : ioRedis());
        process.limiter.configure({
          window: 1000,
          store,
        });
        return process;
      }

      async function nodeRedis() {
        const client = createClient({ url: redis.url, socket: { reconnectStrategy: 20 } }).on('error', () => undefined);
        await client.connect();
        closers.push(() => client.destroy());
        return client;
      }

      function ioRedis() {
        const client = new Redis(redis.url, { retryStrategy: () => 20 }).on('error', () => undefined);
        closers.push(() => client.disconnect());
        return client;
      }

      async function call(process: Process, api: DocumentedServer, onStoreChange: OnStoreChange = noChange) {
        const observer = observerOf(onStoreChange);
        for (let isRetry = false; ; isRetry = true) {
          const permit: Permit = await process.limiter.acquire({
            method: 'GET',
            path: '/',
            route: '/',
            isRetry,
            observer,
          });
          await pause(1);
          const { status, headers } = api.answer(Date.now());
          await pause(1);
          permit.recordAnswer(status, headers);
          if (status === 200) break;
          process.refused += 1;
        }
        process.done += 1;
      }

      it('together send what the API allows, and no more', async () => {
        const api = new DocumentedServer({ windows: 'first-request', limit: 40, window: 1000 });
        const processes = await Promise.all([0, 1, 2, 3].map(startProcess));

        await Promise.all(processes.flatMap((process) => times(25, () => call(process, api))));

        expect(api.refused).toBe(0);
        expect(processes.map(({ done }) => done)).toEqual([25, 25, 25, 25]);
      });

      it('follow windows aligned to the clock, though each knows the time by its own responses only', async () => {
        const api = new DocumentedServer({ windows: 'aligned', limit: 40, window: 1000 });
        const processes = await Promise.all([0, 1, 2].map(startProcess));

        await Promise.all(processes.flatMap((process) => times(30, () => call(process, api))));

        expect(api.refused).toBe(0);
        expect(processes.map(({ done }) => done)).toEqual([30, 30, 30]);
      });

      it('keep one small key, which names no token and expires', async () => {
        const api = new DocumentedServer({ windows: 'first-request', limit: 40, window: 1000 });
        const process = await startProcess(0);
        await Promise.all(times(10, () => call(process, api)));

        const client = ioRedis();
        const keys = await client.keys('*');
        expect(keys).toHaveLength(1);
        expect(keys[0]).toMatch(/^example-sdk:rate-limit:[0-9a-f]{64}$/);
        expect(await client.get(keys[0]!)).not.toContain('secret');
        expect(await client.memory('USAGE', keys[0]!)).toBeLessThan(1_000);
        const life = await client.pttl(keys[0]!);
        expect(life).toBeGreaterThan(0);
        expect(life).toBeLessThan(200_000);
      });

      it('get what another one does not need', async () => {
        const api = new DocumentedServer({ windows: 'first-request', limit: 40, window: 60_000 });
        const [one, other] = await Promise.all([0, 1].map(startProcess));
        for (let index = 0; index < 4; index += 1) await call(one!, api);

        await Promise.all(times(36, () => call(other!, api)));

        expect(api.refused).toBe(0);
        expect(api.admitted).toBe(40);
      });

      it('know of somebody who does not share when one of them has seen it', async () => {
        const api = new DocumentedServer({ windows: 'first-request', limit: 40, window: 1000 });
        const [one, other] = await Promise.all([0, 1].map(startProcess));
        await call(one!, api);
        for (let index = 0; index < 30; index += 1) api.answer(Date.now());
        await call(one!, api);
        await pause(400);

        await Promise.all(times(20, () => call(other!, api)));

        expect(other!.done).toBe(20);
        expect(api.refused).toBeLessThanOrEqual(5);
      });

      it.each([
        ['is killed', () => redis.kill()],
        ['is emptied', () => ioRedis().flushall()],
        ['is paused', () => ioRedis().call('CLIENT', 'PAUSE', '900')],
        [
          'no longer answers',
          () => {
            redis.freeze();
            return Promise.resolve();
          },
        ],
        ['is restarted', () => redis.restart()],
      ])('finish all calls when the server %s in the middle', async (_, disturb: () => Promise<unknown>) => {
        const api = new DocumentedServer({ windows: 'first-request', limit: 40, window: 1000 });
        const processes = await Promise.all([0, 1].map(startProcess));

        const calls = processes.flatMap((process) => times(50, () => call(process, api)));
        await pause(300);
        await disturb();
        await Promise.all(calls);

        expect(processes.map(({ done }) => done)).toEqual([50, 50]);
        expect(api.refused).toBeLessThan(40);
        redis.thaw();
      });

      it('say once that the server is gone, and once that it is back', async () => {
        const api = new DocumentedServer({ windows: 'first-request', limit: 100_000, window: 60_000 });
        const process = await startProcess(1);
        const onStoreChange = vi.fn<LimiterObserver['onStoreChange']>();
        await call(process, api, onStoreChange);
        await redis.kill();

        await Promise.all(times(50, () => call(process, api, onStoreChange)));
        await vi.waitUntil(
          async () => {
            await call(process, api, onStoreChange);
            return onStoreChange.mock.calls.length > 0;
          },
          { timeout: 10_000 },
        );
        expect(onStoreChange).toHaveBeenCalledTimes(1);
        expect(onStoreChange.mock.calls[0]![0]).toMatchObject({ available: false, error: expect.any(Error) as Error });

        await redis.restart();
        await vi.waitUntil(
          async () => {
            await call(process, api, onStoreChange);
            return onStoreChange.mock.calls.length > 1;
          },
          { timeout: 10_000 },
        );
        expect(onStoreChange).toHaveBeenCalledTimes(2);
        expect(onStoreChange).toHaveBeenLastCalledWith({ available: true });
      });
    });
  },
);

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function pause(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}
