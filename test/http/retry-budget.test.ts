import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InternalServerError, type Client, type ClientOptions } from '@example/sdk';
import { RetryBudget } from '../../src/http/retry-budget.ts';
import { clientOf, rejection, throwing, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

// The golden ratio spreads the backoff of any number of calls evenly, and the same way in each run.
beforeEach(() => {
  let call = 0;
  vi.spyOn(Math, 'random').mockImplementation(() => (++call * 0.618_033_988_749_895) % 1);
  return () => vi.restoreAllMocks();
});

const lost = new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
const unpaced = { rateLimit: false } as const;
const many = (count: number, call: (index: number) => PromiseLike<unknown>) =>
  settled(Promise.allSettled(Array.from({ length: count }, (_, index) => call(index))));
const failures = (results: PromiseSettledResult<unknown>[]) => results.filter(({ status }) => status === 'rejected');

/** An API that is down until `isDown` is false, and a client of it. */
function outage() {
  const state = { isDown: true };
  const api = inProcessApi(() => (state.isDown ? errorResponse(503) : Response.json(user)));
  return { api, state, client: clientOf(api, unpaced) };
}

describe('the retry budget', () => {
  it.each<[string, () => Response]>([
    ['that is down', () => errorResponse(503)],
    ['whose connections are lost', throwing(lost)],
  ])('limits 500 calls to an API %s to 20 retries, and one a second', async (_, fail) => {
    const api = inProcessApi(fail);
    const client = clientOf(api, unpaced);

    const results = await many(500, () => client.users.get('user_123'));

    expect(failures(results)).toHaveLength(500);
    expect(api.requests).toHaveLength(500 + 20 + 3);
  });

  it('suffices for every call to be retried after a short outage, even if all 500 failed at once', async () => {
    const seen = new Set<string>();
    const api = inProcessApi(({ url }) => {
      if (seen.has(url)) return Response.json(user);
      seen.add(url);
      return errorResponse(503);
    });
    const client = clientOf(api, unpaced);

    const results = await many(500, (index) => client.users.get(`user_${index}`));

    expect(failures(results)).toEqual([]);
    expect(api.requests).toHaveLength(1000);
  });

  it.each([200, 404])('allows all retries at once when a %i has shown that the outage is over', async (status) => {
    let isDown = true;
    const api = inProcessApi(async ({ url }) => {
      if (isDown) return errorResponse(503);
      if (url.endsWith('another')) return status === 404 ? errorResponse(404) : Response.json(user);
      // However slow the answers to those under way are.
      await sleep(10_000);
      return Response.json(user);
    });
    const client = clientOf(api, unpaced);
    const start = performance.now();
    const calls = Promise.allSettled(Array.from({ length: 99 }, () => client.users.get('user_123')));
    await passTime(0);
    isDown = false;
    await passTime(5000);
    expect(api.requests).toHaveLength(99 + 20);

    await settled(Promise.allSettled([client.users.get('another')]));

    expect(failures(await settled(calls))).toEqual([]);
    expect(api.requests).toHaveLength(99 + 1 + 99);
    expect(performance.now() - start).toBeLessThanOrEqual(5000 + 10_000 + 50);
  });

  it.each<[string, (client: Client) => Promise<unknown>]>([
    ['is whole again after one call that works', (client) => client.users.get('user_123')],
    ['is whole again after 20 s without a call', () => sleep(20_000)],
  ])('%s', async (_, recover) => {
    const { api, state, client } = outage();
    await many(100, () => client.users.get('user_123'));

    state.isDown = false;
    await settled(recover(client));
    state.isDown = true;
    const before = api.requests.length;
    await many(20, () => client.users.get('user_123', { maxRetries: 1 }));

    expect(api.requests.length - before).toBe(20 + 20);
  });

  it.each<[string, ClientOptions, retries: number]>([
    ['one that withOptions makes: it shares the budget', { timeout: 1000 }, 1],
    ['one with the token of another tenant: it has one of its own', { apiToken: 'of-another-tenant' }, 20],
    ['one with another base URL: it has one of its own', { baseUrl: 'https://api.example.org/v1' }, 20],
  ])('is that of a token and a base URL; after 60 calls of a client, %s', async (_, options, retries) => {
    const { api, client } = outage();
    await many(60, () => client.users.get('user_123'));
    const before = api.requests.length;

    await many(20, () => client.withOptions(options).users.get('user_123', { maxRetries: 1 }));

    expect(api.requests.length - before).toBe(20 + retries);
  });

  it.each([
    ['is retried if they show that the API works', 200],
    ['is retried later if they fail, and fails with its own error', 503],
  ])('lets a call that can pay for no retry wait for those under way: it %s', async (_, status) => {
    let isDown = true;
    const api = inProcessApi(async ({ url }) => {
      if (isDown) return errorResponse(503);
      if (url.endsWith('slow')) await sleep(20_000);
      return status === 200 ? Response.json(user) : errorResponse(status);
    });
    const client = clientOf(api, unpaced);
    for (let call = 0; call < 20; call++) client.users.get('slow', { maxRetries: 1 }).catch(() => undefined);
    await passTime(0);
    const call = client.users.get('user_123', { maxRetries: 1 });
    const result = Promise.allSettled([call]);
    await passTime(0);
    isDown = false;

    await settled(result);

    expect(api.requests.filter(({ url }) => url.endsWith('user_123'))).toHaveLength(2);
    expect((await result)[0].status).toBe(status === 200 ? 'fulfilled' : 'rejected');
  });

  it('begins the retries that wait when those under way are aborted', async () => {
    let isDown = true;
    const api = inProcessApi(() => (isDown ? errorResponse(503, { 'retry-after': '60' }) : Response.json(user)));
    const client = clientOf(api, unpaced);
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = Promise.allSettled(Array.from({ length: 20 }, () => client.users.get('user_123', { signal })));
    await passTime(0);
    const call = client.users.get('user_123');
    await passTime(1000);
    isDown = false;

    controller.abort();

    expect(await settled(call)).toEqual(user);
    expect(failures(await aborted)).toHaveLength(20);
  });

  it('ends the wait of a call that is aborted', async () => {
    const api = inProcessApi(() => errorResponse(503, { 'retry-after': '60' }));
    const client = clientOf(api, unpaced);
    const others = Promise.allSettled(Array.from({ length: 20 }, () => client.users.get('user_123')));
    await passTime(10);
    const controller = new AbortController();
    const call = rejection(client.users.get('user_123', { signal: controller.signal }));
    await passTime(1000);

    controller.abort();

    expect(await call).toBe(controller.signal.reason);
    await settled(others);
  });

  it('is refunded by a retry that is aborted, which says nothing about the API', async () => {
    let isHanging = false;
    const api = inProcessApi((request) => (isHanging ? noAnswer(request) : errorResponse(503)));
    const client = clientOf(api, unpaced);
    for (let call = 0; call < 60; call++) {
      const controller = new AbortController();
      isHanging = false;
      const aborted = rejection(client.users.get('user_123', { signal: controller.signal }));
      await passTime(0);
      isHanging = true;
      await passTime(50);
      controller.abort();
      await aborted;
    }
    isHanging = false;
    const before = api.requests.length;

    await settled(rejection(client.users.get('user_123')));

    expect(api.requests.length - before).toBe(3);
  });
});

describe('a route has its part of the budget', () => {
  it.each([1, 3, 10])('so that %i that always fail take no retries from the others', async (dead) => {
    const seen = new Set<string>();
    const api = inProcessApi(({ url }) => {
      if (!url.includes('dead') && seen.has(url)) return Response.json(user);
      seen.add(url);
      return errorResponse(503);
    });
    const client = clientOf(api, unpaced);
    const calls = (count: number, path: (id: number) => string) =>
      Array.from({ length: count }, async (_, id) => {
        await sleep(id * 100);
        await client.request('GET', path(id), { params: { id: `id_${id}` } });
      });

    const failing = Promise.allSettled(calls(300, (id) => `/dead_${id % dead}/{id}`));
    const results = await settled(Promise.allSettled(calls(300, () => '/users/{id}')));

    expect(failures(results)).toEqual([]);
    expect(failures(await settled(failing))).toHaveLength(300);
    // Until the last retry, 33 seconds have passed.
    expect(api.requests.filter(({ url }) => url.includes('dead')).length).toBeLessThanOrEqual(300 + (20 + 33) * dead);
  });

  it('and an outage of all is not multiplied by their number: 500 calls send at most 550 requests', async () => {
    const { api, state, client } = outage();
    state.isDown = false;
    await client.request('GET', '/route_0'); // That the API has worked allows no more of them.
    state.isDown = true;

    await many(500, (index) => client.request('GET', `/route_${index}`));

    expect(api.requests.length).toBeLessThanOrEqual(1 + 550);
    expect(api.requests.length).toBeGreaterThan(1 + 500);
  });
});

describe('a retry is announced if it is sent', () => {
  it.each([
    [{}, 23],
    [{ 'retry-after': '0' }, 23],
    [{ 'retry-after': '9' }, 1000], // The API says when, so that the budget doesn't count them.
  ])('with one event and one line each, of 500 calls to an API that is down: %j', async (headers, retries) => {
    const api = inProcessApi(() => errorResponse(503, headers));
    const info = vi.fn();
    const logger = { error: info, warn: info, info, debug: info };
    const client = clientOf(api, { ...unpaced, logger, logLevel: 'info' });
    const onRetry = vi.fn();
    client.on('retry', onRetry);

    await many(500, () => client.users.get('user_123'));

    expect(api.requests.length - 500).toBe(retries);
    expect(onRetry).toHaveBeenCalledTimes(retries);
    expect(info).toHaveBeenCalledTimes(retries);
  });
});

describe('a call that finds the budget spent', () => {
  // Of a client with two retries, after 200 and 400 ms: no call that it keeps may be lost.
  it.each([20, 5])('is retried if the API works again when its time has come: a call each %i ms', async (gap) => {
    const { client, state } = outage();
    const calls = Array.from({ length: 3000 / gap }, async (_, index) => {
      await sleep(index * gap);
      if (index * gap >= 2000) state.isDown = false;
      return client.users.get('user_123');
    });

    const results = await settled(Promise.allSettled(calls));

    expect(failures(results.slice(1400 / gap))).toEqual([]);
  });

  it('fails with the error of its last attempt if its totalTimeout ends before its next retry could be made', async () => {
    const { client } = outage();
    await many(100, () => client.users.get('user_123'));
    const calls = Array.from({ length: 5 }, () => rejection(client.users.get('user_123', { totalTimeout: 1500 })));
    for (const error of await settled(Promise.all(calls))) expect(error).toBeInstanceOf(InternalServerError);
  });

  it('is retried although each first attempt fails, if retries work', async () => {
    let isDown = true;
    const seen = new Set<string>();
    const api = inProcessApi(({ url }) => {
      if (!isDown && seen.has(url)) return Response.json(user);
      seen.add(url);
      return errorResponse(502);
    });
    const client = clientOf(api, unpaced);
    await many(100, () => client.users.get('user_123'));
    isDown = false;

    const results = await many(50, async (index) => {
      await sleep(index * 600);
      return client.users.get(`user_${index}`);
    });

    expect(failures(results)).toEqual([]);
  });
});

it.each([2, 3])('one broken server of %i behind a load balancer uses up no budget', async (servers) => {
  const attempts = new Map<string, number>();
  const fails = (url: string, attempt: number) => (Number(url.split('_').at(-1)) * 7 + attempt * 5) % 11 < 11 / servers;
  const api = inProcessApi(({ url }) => {
    const attempt = (attempts.get(url) ?? 0) + 1;
    attempts.set(url, attempt);
    return fails(url, attempt) ? errorResponse(502) : Response.json(user);
  });
  const client = clientOf(api, unpaced);

  const results = await many(1500, async (index) => {
    await sleep(index * 20);
    return client.users.get(`user_${index}`);
  });

  const unlucky = results.filter((_, index) => [1, 2, 3].every((attempt) => fails(`_${index}`, attempt)));
  expect(failures(results)).toHaveLength(unlucky.length);
});

it('calls that an API asks to wait with Retry-After are all retried, however many of them there are', async () => {
  const isDown = () => performance.now() - start < 120_000;
  const api = inProcessApi(() => (isDown() ? errorResponse(503, { 'retry-after': '60' }) : Response.json(user)));
  const logger = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
  const client = clientOf(api, { logger, logLevel: 'warn' });
  const start = performance.now();

  const calls = await many(70, async (index) => {
    await sleep(index * 2000);
    await client.users.get('user_123');
  });

  expect(failures(calls)).toEqual([]);
  // One for all that wait in that time.
  expect(logger.warn.mock.calls.map(([line]) => String(line).slice(-21))).toEqual([
    'Retrying in 60000 ms.',
    'Retrying in 60000 ms.',
  ]);
});

it.each([5, 50, 99])(
  '%i calls that lose their connections in a window that is used up are all retried',
  async (inFlight) => {
    let isDown = false;
    let used = 0;
    let window = 0;
    const api = inProcessApi(async () => {
      await sleep(50);
      if (isDown) throw lost;
      const now = Math.floor(Date.now() / 60_000);
      used = now === window ? used + 1 : 1;
      window = now;
      const headers = budget(100, Math.max(0, 100 - used), (window + 1) * 60);
      return used <= 100 ? Response.json(user, { headers }) : errorResponse(429, headers);
    });
    const client = clientOf(api, {});
    await many(100 - inFlight, () => client.users.get('user_123'));

    const calls = Promise.allSettled(Array.from({ length: inFlight }, () => client.users.get('user_123')));
    isDown = true;
    await passTime(55);
    isDown = false;

    expect(failures(await settled(calls))).toEqual([]);
  },
);

it('retries that wait for the rate limit take nothing from others', async () => {
  const start = performance.now();
  let seen = 0;
  const api = inProcessApi(() => {
    seen += 1;
    const headers = budget(200, Math.max(0, 200 - seen), Math.ceil(Date.now() / 60_000) * 60);
    return performance.now() - start < 50_000 ? errorResponse(503, headers) : Response.json(user, { headers });
  });
  const client = clientOf(api, { rateLimit: { limit: 200 } });

  const results = await many(200, (index) => client.users.get(`user_${index}`));

  expect(failures(results)).toEqual([]);
});

it('a route owes at most a whole budget, however many retries were allowed because the API seemed to work', async () => {
  const route = new RetryBudget().part('token').part('GET /users/{id}');
  route.record(true);
  for (let retry = 0; retry < 60; retry++) expect(await route.beginRetry(undefined)).toBe(true);
  for (let retry = 0; retry < 60; retry++) route.endRetry(false);

  expect(await route.beginRetry(undefined)).toBe(false);
  await passTime(1000);
  expect(await route.beginRetry(undefined)).toBe(true);
});

it('of the budgets of rotated tokens, the thousand that were used last are kept', () => {
  const isKept = (others: number) => {
    const budgets = new RetryBudget();
    const [used, old] = [budgets.part('used'), budgets.part('old')];
    for (let token = 0; token < others; token++) {
      budgets.part(`token-${token}`);
      expect(budgets.part('used')).toBe(used);
    }
    return budgets.part('old') === old;
  };
  expect([isKept(998), isKept(999)]).toEqual([true, false]);
});
