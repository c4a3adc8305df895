import { beforeEach, describe, expect, it, vi } from 'vitest';
import { rateLimitStep } from '@example/sdk/rate-limit';
import { redisRateLimitStore, type RedisClient } from '@example/sdk/redis';
import { firstRequest } from '../sharing/support/store-requests.ts';

const window = { reset: 1000, timeLeft: 60_000 };
const now = 1_700_000_000_123;

// It tries again almost without a pause.
beforeEach(() => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.001);
  return () => random.mockRestore();
});

/** What the scripts do to a server. `between` runs before each write. */
function redis(between: (values: Map<string, string>) => void = () => undefined) {
  const values = new Map<string, string>();
  const writes: unknown[][] = [];
  const evalsha = (_sha: string, _keys: number, key: string, ...args: string[]) => {
    const [state, expiresIn, expected] = args;
    if (state === undefined) {
      return Promise.resolve([String(Math.floor(now / 1000)), '123000', values.get(key) ?? null]);
    }
    between(values);
    writes.push([key, expiresIn]);
    if (values.get(key) !== expected) return Promise.resolve(0);
    values.set(key, state);
    return Promise.resolve(1);
  };
  return { values, writes, client: { evalsha, eval: vi.fn() } as RedisClient };
}

describe('redisRateLimitStore', () => {
  it("takes the steps of rateLimitStep on the server's clock, and keeps the state until its window is long over", async () => {
    const { client, values, writes } = redis();
    const requests = ['a', 'b'].map((process) => firstRequest(process, { ...window, normal: 70 }));
    const replies = [];
    for (const request of requests) replies.push(await redisRateLimitStore(client).sync('key', request));

    const first = rateLimitStep(undefined, requests[0]!, now);
    const second = rateLimitStep(first.state, requests[1]!, now);
    expect(replies).toEqual([first.reply, second.reply]);
    expect([...values]).toEqual([['example-sdk:rate-limit:key', second.state]]);
    expect(writes).toEqual(Array(2).fill(['example-sdk:rate-limit:key', '180000']));
  });

  it('writes under its prefix, and nothing if nothing has changed', async () => {
    const { client, writes } = redis();
    const store = redisRateLimitStore(client, { prefix: 'mine:' });
    for (let time = 0; time < 3; time++)
      await store.sync('key', firstRequest('a', { ...window, used: 100, normal: 1 }));
    expect(writes).toEqual([['mine:key', '180000']]);
  });

  it.each([15, 16])('tries again if another process was faster: %i times', async (times) => {
    const { client, writes } = redis((values) => {
      if (writes.length < times) values.set('example-sdk:rate-limit:key', `{"limit":${writes.length}}`);
    });
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const synced = Promise.resolve(redisRateLimitStore(client).sync('key', firstRequest('a', window)));
    if (times === 15) expect(await synced).toHaveProperty('processes', 1);
    else await expect(synced).rejects.toThrow('Other processes changed the rate limit in Redis 16 times in a row.');
    expect(writes).toHaveLength(16);
    const pauses = timers.mock.calls.map(([, pause]) => 1000 * pause!).filter((pause) => pause < 1000);
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, ...Array<number>(times - 7).fill(256)]);
    timers.mockRestore();
  });

  it('rejects an answer that is none', async () => {
    const store = redisRateLimitStore({ evalsha: () => Promise.resolve('OK'), eval: vi.fn() });
    await expect(store.sync('key', firstRequest('a'))).rejects.toThrow('did not return a list');
  });
});
