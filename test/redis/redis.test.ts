import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { redisRateLimitStore, redisReplayStore, type RedisClient } from '@example/sdk/redis';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { scriptRunner } from '../../src/redis/client.ts';
import { claimed } from '../replay/support/replay-store-contract.ts';
import { firstRequest, grantOf, itIsARateLimitStore } from '../sharing/support/store-requests.ts';
import { FakeRedis } from './support/fake-redis.ts';

// test/replay/stores.test.ts tests the replay store, servers.system.test.ts tests both stores on real servers.

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));

const window = { reset: 1000, timeLeft: 60_000 };

describe("a user's client", () => {
  it.each(['ioredis', 'nodeRedis'] as const)('runs scripts, and may fail: %s', async (kind) => {
    const redis = new FakeRedis();
    const run = () => scriptRunner(redis[kind], 1_000)(`return redis.call('DEL', KEYS[1])`, 'key');
    expect(await run()).toBe(0);
    redis.fault = () => Promise.reject(new Error('READONLY'));
    await expect(run()).rejects.toThrow('READONLY');
  });

  it('may return buffers, even of another realm, as in Jest, and values that no script returns', async () => {
    const reply = [Buffer.from('ünï'), 2, null, [runInNewContext('new Uint8Array([111, 107])') as unknown], {}];
    const client = { eval: () => Promise.resolve(reply), evalsha: vi.fn() };
    expect(await scriptRunner(client, 1_000)('return {}', 'key')).toEqual(['ünï', 2, null, ['ok'], null]);
  });

  it.each([
    ["'redis://localhost'", 'redis://localhost'],
    ['Object', { url: 'redis://me:secret@localhost' }],
    ['Object', { eval: () => 1 }],
    ['Object', { evalsha: () => 1 }],
    ['null', null],
    ['Promise', Promise.resolve()], // the result of connect()
  ])("is refused if it isn't one: %s", (got, client) => {
    const create = () => redisRateLimitStore(client as unknown as RedisClient);
    const expected = '`createClient()` of node-redis (4 or later) or `new Redis()` of ioredis (5 or later) returned';
    expect(create).toThrow(new InvalidRequestError(`The Redis client must be what ${expected}; got ${got}.`));
  });
});

it('redisReplayStore uses its options', async () => {
  const { ioredis, commands } = new FakeRedis();
  const options = { prefix: 'billing:', lease: 900, retention: 60_000 };
  for (const given of [undefined, options]) await (await claimed(redisReplayStore(ioredis, given), 'msg_1')).complete();
  const holder = expect.any(String) as string;
  expect(commands).toEqual([
    ['example-sdk:webhook:msg_1', holder, '15000'],
    ['example-sdk:webhook:msg_1', holder, '345600000'],
    ['billing:msg_1', holder, '900'],
    ['billing:msg_1', holder, '60000'],
  ]);
});

describe('redisRateLimitStore', () => {
  itIsARateLimitStore(() => {
    const redis = new FakeRedis();
    return () => redisRateLimitStore(redis.nodeRedis);
  });

  it('only writes changes, under its prefix, and keeps them until long after their window', async () => {
    const { ioredis, commands, values } = new FakeRedis();
    const request = firstRequest('a', { ...window, used: 100, normal: 1 });
    for (const options of [undefined, { prefix: 'mine:' }])
      for (let time = 0; time < 3; time++)
        expect(await redisRateLimitStore(ioredis, options).sync('key', request)).toHaveProperty('used', 100);
    const writes = commands.filter(({ length }) => length > 1).map(([key, , expiresIn]) => [key, expiresIn]);
    expect(writes).toEqual(['example-sdk:rate-limit:key', 'mine:key'].map((key) => [key, '180000']));
    expect([...values.keys()]).toEqual(writes.map(([key]) => key));
    const create = () => redisRateLimitStore(ioredis, { prefix: 7 as never });
    expect(create).toThrow(new InvalidRequestError('prefix must be a string; got 7.'));
  });

  it("counts time on the server's clock", async () => {
    const store = redisRateLimitStore(new FakeRedis().ioredis);
    await store.sync('key', firstRequest('a', window));
    vi.setSystemTime(Date.now() + 1_234);
    expect(grantOf(await store.sync('key', firstRequest('b'))).timeLeft).toBe(60_000 - 1_234);
  });

  it.each([15, 16])('tries again if another process wrote first: %i times', async (times) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.001);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const redis = new FakeRedis();
    let tries = 0;
    redis.fault = (run) => {
      if (redis.commands.at(-1)!.length > 1 && ++tries <= times)
        redis.values.set('example-sdk:rate-limit:key', { value: `{"limit":${tries}}`, expiresAt: Infinity });
      return run();
    };
    const synced = redisRateLimitStore(redis.ioredis).sync('key', firstRequest('a', window));
    if (times === 15) expect(await synced).toHaveProperty('processes', 1);
    else await expect(synced).rejects.toThrow('Other processes changed the rate limit in Redis 16 times in a row.');
    const pauses = timers.mock.calls.map(([, pause]) => 1000 * pause!).filter((pause) => pause < 1000);
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, ...Array<number>(times - 7).fill(256)]);
  });

  it("rejects if the server doesn't reply, or if a proxy sends something else", async () => {
    vi.useFakeTimers();
    const sync = (reply: unknown) => {
      const client = { eval: () => Promise.resolve(reply), evalsha: vi.fn() };
      return redisRateLimitStore(client).sync('key', firstRequest('a'));
    };
    await expect(sync('OK')).rejects.toThrow('did not return a list');
    const late = 'The Redis server did not reply within 10000 ms.';
    const refused = expect(sync(new Promise(() => undefined))).rejects.toThrow(late);
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  });
});
