import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientOptions } from '@example/sdk';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

/** An API that allows each token two requests in a minute. */
function limitedApi() {
  const used = new Map<string, number>();
  const start = Date.now();
  return inProcessApi(({ init }) => {
    const window = Math.floor((Date.now() - start) / 60_000);
    const key = `${init.headers['authorization']} ${window}`;
    const count = (used.get(key) ?? 0) + 1;
    used.set(key, count);
    const headers = {
      date: new Date().toUTCString(),
      ...budget(2, Math.max(0, 2 - count), start / 1000 + (window + 1) * 60),
    };
    return count > 2 ? errorResponse(429, headers) : Response.json(user, { headers });
  });
}

/** The token and the time of each request. */
const sent = (api: ReturnType<typeof limitedApi>) =>
  api.requests.map(({ init, at }) => [init.headers['authorization'], at]);

describe('a token function', () => {
  it('is called once for a call that need not wait, and once more for a call that waited', async () => {
    const apiToken = vi.fn(() => 'token-1');
    const client = clientOf(limitedApi(), { apiToken });

    await client.users.get('1');
    await client.users.get('2');
    expect(apiToken).toHaveBeenCalledTimes(2);

    await settled(client.users.get('3'));
    expect(apiToken).toHaveBeenCalledTimes(4);
  });

  /** A client whose token function changes when its third call waits, and other clients of the first token. */
  async function waiting(changed: () => string | Promise<string>, options: ClientOptions = {}) {
    const api = limitedApi();
    let apiToken: () => string | Promise<string> = () => 'token-1';
    const client = clientOf(api, { ...options, apiToken: () => apiToken() });
    await client.users.get('1');
    await client.users.get('2');
    client.once('rateLimitWait', () => (apiToken = changed));
    return { client, other: clientOf(api, { apiToken: 'token-1' }), sentAfter: () => sent(api).slice(2) };
  }

  it('may rotate the token while a call waits: the call goes on with the new one, and leaves the old budget to others', async () => {
    const { client, other, sentAfter } = await waiting(() => 'token-2');

    const rotated = client.users.get('3').then();
    await passTime(1); // It is the first that waits.
    await settled(Promise.all([rotated, other.users.get('4'), other.users.get('5')]));

    expect(sentAfter().sort()).toEqual([
      ['Bearer token-1', 60_000],
      ['Bearer token-1', 60_000],
      ['Bearer token-2', 60_000],
    ]);
  });

  it('that is rotated while a call waits leaves it what is left of its maxWait', async () => {
    const api = inProcessApi(({ init }) => {
      const length = init.headers['authorization'] === 'Bearer token-1' ? 60 : 90;
      const headers = { date: new Date().toUTCString(), ...budget(1, 0, Date.now() / 1000 + length) };
      return Response.json(user, { headers });
    });
    let apiToken = 'token-1';
    const client = clientOf(api, { apiToken: () => apiToken, rateLimit: { maxWait: 70_000 } });
    await client.users.get('1');
    const call = rejection(client.users.get('2'));
    await passTime(1);
    apiToken = 'token-2';
    await clientOf(api, { apiToken }).users.get('3');

    expect(await settled(call)).toMatchObject({
      name: 'RateLimitWaitError',
      retryAfter: 31,
      message: expect.stringMatching(/in about 31 s, and maxWait is 70000 ms, of which \d{5} ms are over\./),
    });
    expect(api.requests).toHaveLength(2);
  });

  it.each([
    ['30', 20_000, 'RateLimitError', 1],
    ['99999999999', Infinity, 'User', 2],
  ])(
    'that is rotated after a refusal waits no longer than maxWait, nor than an hour: %s s, %i ms',
    async (asked, maxWait, name, requests) => {
      let token = 'token-1';
      const api = inProcessApi(() => {
        if (token === 'token-2') return Response.json(user);
        token = 'token-2';
        return errorResponse(429, { 'retry-after': asked });
      });
      const client = clientOf(api, { apiToken: () => token, rateLimit: { maxWait } });
      const onWait = vi.fn();
      client.on('rateLimitWait', onWait);
      const start = performance.now();
      const outcome = client.users.get('1').then(
        () => 'User',
        (error: unknown) => (error as Error).name,
      );

      expect(await settled(outcome)).toBe(name);
      expect(api.requests).toHaveLength(requests);
      expect(performance.now() - start).toBe(requests === 1 ? 0 : 3_600_000);
      expect(onWait).toHaveBeenCalledTimes(requests - 1);
    },
  );

  it('that is rotated after a refusal leaves the call its wait, although the new budget knows nothing of it', async () => {
    let token = 'token-1';
    const api = inProcessApi(() => {
      if (token !== 'token-1') return Response.json(user);
      token = 'token-2';
      return errorResponse(429, { 'retry-after': '30' });
    });
    const call = clientOf(api, { apiToken: () => token }).users.get('1');
    await passTime(10_000);
    token = 'token-3'; // The second one has expired while the call waited.
    await settled(call);
    expect(sent(api)).toEqual([
      ['Bearer token-1', 0],
      ['Bearer token-3', 30_000],
    ]);
  });

  it('that is rotated for each attempt waits as long after refusals as one that stays', async () => {
    let tokens = 0;
    const api = inProcessApi(() => errorResponse(429));
    const client = clientOf(api, { apiToken: () => `token-${++tokens}` });
    await settled(rejection(client.users.get('1')));
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000, 3000]);
  });

  it('takes its time without using up maxWait, which is about the rate limit', async () => {
    const token = async () => {
      if (performance.now() > 1000) await sleep(3000);
      return 'token-1';
    };
    const { users } = clientOf(limitedApi(), { apiToken: token, rateLimit: { maxWait: 4000 } });
    await users.get('1');
    await users.get('2');
    await passTime(55_000);
    expect(await settled(users.get('3'))).toEqual(user);
  });

  it('that throws for a minute is not taken for an API without answers', async () => {
    const logger = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
    const sealed = () => {
      throw new Error('The vault is sealed.');
    };
    const { client } = await waiting(sealed, { logger, logLevel: 'warn' });
    const calls = Promise.allSettled(Array.from({ length: 50 }, (_, id) => client.users.get(String(id))));
    await passTime(120_000);
    expect(logger.warn).toHaveBeenCalledWith(expect.stringContaining('Last outcome: not sent.'), expect.anything());
    await settled(calls);
  });

  it('that throws for a second fails few of the calls that wait', async () => {
    const { client, sentAfter } = await waiting(() => {
      if (performance.now() < 61_000) throw new Error('The vault is sealed.');
      return 'token-1';
    });
    const calls = await settled(
      Promise.allSettled(Array.from({ length: 50 }, (_, id) => client.users.get(String(id)))),
    );

    expect(sentAfter()).toHaveLength(calls.filter(({ status }) => status === 'fulfilled').length);
    expect(sentAfter().length).toBeGreaterThan(45);
  });

  it('that is still running when its call is cancelled does not hold the calls that wait', async () => {
    const { client, other, sentAfter } = await waiting(() => new Promise<never>(() => undefined));
    const controller = new AbortController();
    const cancelled = rejection(client.users.get('3', { signal: controller.signal }));
    await passTime(1);
    const others = Promise.all(['4', '5', '6'].map((id) => other.users.get(id)));
    setTimeout(() => controller.abort(), 65_000);

    await settled(Promise.all([cancelled, others]));
    expect(sentAfter().map(([, at]) => at)).toEqual([61_000, 65_001, 120_000]);
  });

  it.each<[string, () => string]>([
    ['throws', () => expect.fail('The vault is sealed.')],
    ['returns nothing', () => ''],
  ])('that %s after the call waited fails the call, and another call gets its place', async (_, failing) => {
    const { client, other, sentAfter } = await waiting(failing);

    const error = await settled(rejection(client.users.get('3')));
    await settled(Promise.all([other.users.get('4'), other.users.get('5')]));

    expect((error as Error).message).toContain('apiToken');
    expect(sentAfter()).toEqual([
      ['Bearer token-1', 60_000],
      ['Bearer token-1', 60_000],
    ]);
  });

  it('that never returns after the call waited is left when the call is aborted', async () => {
    const controller = new AbortController();
    const { client, sentAfter } = await waiting(() => {
      controller.abort('changed my mind');
      return new Promise(() => undefined);
    });

    expect(await settled(rejection(client.users.get('3', { signal: controller.signal })))).toBe('changed my mind');
    expect(sentAfter()).toEqual([]);
  });
});

describe('client.rateLimit', () => {
  it('is that of the token in use', async () => {
    let token = 'token-1';
    const client = clientOf(limitedApi(), { apiToken: () => token });
    expect(client.rateLimit).toBeUndefined();

    await client.users.get('1');
    await client.users.get('2');
    expect(client.rateLimit?.remaining).toBe(0);

    token = 'token-2';
    await client.users.get('3');
    expect(client.rateLimit?.remaining).toBe(1);
  });
});

it('a background call lets normal calls that arrive later pass; that of a call replaces that of its client', async () => {
  const api = limitedApi();
  const client = clientOf(api, { rateLimit: { limit: 2 } });
  const batch = client.withOptions({ priority: 'background' });

  await settled(
    Promise.all([
      client.users.get('a'),
      client.users.get('b'),
      batch.users.get('late'),
      client.users.get('also late', { priority: 'background' }),
      batch.users.get('urgent', { priority: 'normal' }),
      client.users.get('c', { priority: 'normal' }),
    ]),
  );

  const ids = api.requests.map(({ url }) => url.split('/').at(-1));
  expect(ids.slice(0, 4).sort()).toEqual(['a', 'b', 'c', 'urgent']);
  expect(ids.slice(4)).toEqual(['late', 'also%20late']);
});
