import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createRateLimitStore } from '../../src/sharing/index.ts';
import { Client, RateLimitError, RateLimitWaitError } from '@example/sdk';
import type { ClientOptions, Fetch, RateLimitWaitEvent } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { holdingTime, passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

// What a client does about the rate limit. The other files in this folder test the arithmetic, and other kinds of servers.

beforeEach(useVirtualTime);

/** A client of the documented API, which here allows `limit` requests in each minute. */
function setup(limit: number, options: ClientOptions = {}) {
  const sandbox = createSandbox({ rateLimit: { limit, window: 60_000 }, users: 1 });
  /** How many requests were sent at which time. */
  const sent = new Map<number, number>();
  const fetch: Fetch = holdingTime((url, init) => {
    const now = performance.now();
    sent.set(now, (sent.get(now) ?? 0) + 1);
    return sandbox.fetch(url, init);
  });
  const client = new Client({ apiToken: sandbox.apiToken, fetch, logLevel: 'off', ...options });
  const refusals = () => sandbox.requests.filter(({ status }) => status === 429).length;
  return { sandbox, fetch, client, refusals, sent };
}

const times = (count: number, call: () => PromiseLike<unknown>) =>
  settled(Promise.all(Array.from({ length: count }, call)));
const list = (client: Client) => () => client.projects.list({ per_page: 1 });

describe('a client', () => {
  it('sends more calls than a window allows, each as early as possible, without one being refused', async () => {
    const { client, refusals, sent } = setup(20);

    await times(50, list(client));

    expect(refusals()).toBe(0);
    expect([...sent]).toEqual([
      [0, 20],
      [60_000, 20],
      [120_000, 10],
    ]);
  });

  it('shares the budget with the other clients on its token', async () => {
    const { sandbox, fetch, client, refusals, sent } = setup(20);
    const other = new Client({ apiToken: sandbox.apiToken, fetch });

    await Promise.all([times(15, list(client)), times(15, list(other.withOptions({ timeout: 5000 })))]);

    expect(refusals()).toBe(0);
    expect([...sent]).toEqual([
      [0, 20],
      [60_000, 10],
    ]);
  });

  it('reports the budget', async () => {
    const { fetch, client } = setup(20);
    expect(client.rateLimit).toMatchObject({ limit: 100, waiting: 0 });
    const reset = Date.now() / 1000 + 60;

    await times(3, list(client));

    expect(client.rateLimit).toEqual({ limit: 20, remaining: 17, reset, waiting: 0 });
    expect(new Client({ apiToken: 'another', fetch }).rateLimit?.remaining).toBe(100);
  });

  it('counts a request that got no response as used until the window ends: the API may have counted it', async () => {
    let reset = Date.now() / 1000 + 60;
    let isDown = false;
    const api = inProcessApi(() => {
      if (isDown) throw new TypeError('terminated');
      const headers = budget(20, 19, reset);
      return Response.json(user, { headers });
    });
    const client = clientOf(api, { maxRetries: 0 });
    await client.users.get('user_123');
    expect(client.rateLimit?.remaining).toBe(19);

    isDown = true;
    await rejection(client.users.get('user_123'));

    expect(client.rateLimit?.remaining).toBe(18);

    isDown = false;
    reset += 60;
    await client.users.get('user_123');
    expect(client.rateLimit?.remaining).toBe(19);
  });

  it('counts what a replica answers that still announces the last window, and believes the newer one', async () => {
    const reset = Date.now() / 1000 + 60;
    const resets = [reset, reset - 60, reset + 1];
    const api = inProcessApi(() => {
      const headers = budget(20, 19, resets.shift());
      return Response.json(user, { headers });
    });
    const client = clientOf(api);
    for (const id of ['user_1', 'user_2', 'user_3']) await client.users.get(id);

    // A second later is the same window.
    expect(client.rateLimit).toEqual({ limit: 20, remaining: 17, reset: reset + 1, waiting: 0 });
  });

  it('keeps to the documented limit in any minute if the API announces none', async () => {
    const sentAt: number[] = [];
    const api = inProcessApi(() => {
      sentAt.push(performance.now());
      return Response.json(user);
    });
    const client = clientOf(api);
    const calls = Array.from({ length: 350 }, async (_, index) => {
      await sleep(index * 500);
      return client.users.get(`user_${index}`);
    });
    await settled(Promise.all(calls));
    const most = Math.max(...sentAt.map((from) => sentAt.filter((at) => at >= from && at < from + 60_000).length));
    expect(most).toBe(100);
  });

  it.each([-3600, 3600])(
    'does not believe a clock of the computer that is %i s off, where answers have no Date',
    async (offset) => {
      const end = Date.now() / 1000 + 60 + offset;
      let used = 0;
      const api = inProcessApi(() => {
        const window = Math.floor(performance.now() / 60_000);
        const remaining = 3 * (window + 1) - ++used;
        return remaining < 0
          ? errorResponse(429)
          : Response.json(user, { headers: budget(3, remaining, end + 60 * window) });
      });
      const client = clientOf(api);
      await times(9, () => client.users.get('user_1'));
      expect(performance.now()).toBeLessThanOrEqual(125_000);
      expect(api.requests).toHaveLength(9);
    },
  );

  it('reports nothing if it does not pace, or does not know the token yet', () => {
    const { client } = setup(20, { rateLimit: false });

    expect(client.rateLimit).toBeUndefined();
    expect(client.withOptions({ rateLimit: {}, apiToken: () => 'token' }).rateLimit).toBeUndefined();
  });

  it('is refused, and retries as configured, with rateLimit: false', async () => {
    const { client, refusals } = setup(20, { rateLimit: false, maxRetries: 0 });

    const results = await settled(Promise.allSettled(Array.from({ length: 25 }, list(client))));

    expect(refusals()).toBe(5);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  });
});

describe('a call that has to wait', () => {
  it('emits an event', async () => {
    const { client } = setup(5);
    const events: RateLimitWaitEvent[] = [];
    client.on('rateLimitWait', (event) => events.push(event));
    await times(5, list(client));

    await times(2, list(client));

    const target = { method: 'GET', path: '/projects', route: '/projects', attempt: 1 };
    expect(events).toEqual([
      { ...target, callId: events[0]?.callId, delay: 60_000, waiting: 1 },
      { ...target, callId: events[1]?.callId, delay: 60_000, waiting: 2 },
    ]);
    expect(events[0]?.callId).not.toBe(events[1]?.callId);
  });

  it.each([
    [10_000, 0],
    [60_000, 1],
  ])(
    'is logged if it waits for more than ten seconds, in one line for all calls that wait: %i ms',
    async (window, lines) => {
      const logger = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
      const sandbox = createSandbox({ rateLimit: { limit: 5, window } });
      const fetch = holdingTime(sandbox.fetch);
      const { apiToken } = sandbox;
      const client = new Client({ apiToken, fetch, rateLimit: { window }, logger, logLevel: 'info' });
      await times(5, list(client));

      await times(3, list(client));

      const line = `[@example/sdk] GET /projects waits about 60 s for the rate limit. Calls waiting: 1.`;
      const fields = expect.objectContaining({ route: '/projects', attempt: 1, delay: window, waiting: 1 });
      expect(logger.warn.mock.calls).toEqual([[line, fields]].slice(0, lines));
      expect(logger.info).not.toHaveBeenCalled();
    },
  );

  it('rejects at once if it would wait for longer than maxWait, and is sent otherwise', async () => {
    const { client, sent } = setup(5, { rateLimit: { maxWait: 60_000 } });
    await times(5, list(client));
    const error = await rejection(list(client.withOptions({ rateLimit: { maxWait: 59_999 } }))());
    expect(error).toBeInstanceOf(RateLimitWaitError);
    expect(error).toMatchObject({ method: 'GET', path: '/projects', retryAfter: 60 });

    await settled(list(client)());

    expect([...sent]).toEqual([
      [0, 5],
      [60_000, 1],
    ]);
  });

  it('rejects with the response of the API if it was refused, and would wait for too long to be sent again', async () => {
    const headers = { 'retry-after': '30', 'x-request-id': 'req_1' };
    const api = inProcessApi(() =>
      Response.json({ error: { code: 'slow_down', message: 'No.' } }, { status: 429, headers }),
    );

    const error = await rejection(clientOf(api, { rateLimit: { maxWait: 1000 } }).users.get('user_123'));

    expect(error).toMatchObject({ status: 429, code: 'slow_down', requestId: 'req_1', retryAfter: 30 });
    expect(api.requests).toHaveLength(1);
  });

  it('leaves the queue when its signal aborts, and sends nothing', async () => {
    const { client, sent } = setup(5);
    await times(5, list(client));
    const controller = new AbortController();

    const aborted = rejection(client.projects.list({}, { signal: controller.signal }));
    await passTime(59_999);
    expect(client.rateLimit?.waiting).toBe(1);
    controller.abort(new Error('changed my mind'));

    expect(await aborted).toEqual(new Error('changed my mind'));
    expect(client.rateLimit?.waiting).toBe(0);
    await passTime(60_000);
    expect([...sent]).toEqual([[0, 5]]);
  });

  it('rejects at once if its totalTimeout is shorter than the wait, and sends nothing', async () => {
    const { client, sent } = setup(5);
    await times(5, list(client));

    const late = await rejection(client.projects.list({}, { totalTimeout: 300 }));

    expect(late).toBeInstanceOf(RateLimitWaitError);
    expect(late).toMatchObject({ message: expect.stringMatching(/^Not sent: .* s, and totalTimeout leaves 300 ms\./) });
    expect(client.rateLimit?.waiting).toBe(0);
    await passTime(60_000);
    expect([...sent]).toEqual([[0, 5]]);
  });
});

describe('a call that the API refuses', () => {
  it('is sent again until the API admits it, however often others are admitted first', async () => {
    let refusals = 2;
    const api = inProcessApi(async ({ url }) => {
      await sleep(100);
      return url.endsWith('unlucky') && refusals-- > 0
        ? errorResponse(429, { 'retry-after': '1' })
        : Response.json(user);
    });
    const client = clientOf(api, { rateLimit: { limit: 1000 }, maxRetries: 1 });
    let isDone = false;
    const goOn = async () => {
      while (!isDone) await client.users.get('lucky');
    };

    const unlucky = client.users.get('unlucky').finally(() => (isDone = true));

    await settled(Promise.all([unlucky, goOn(), goOn()]));
    const sentAt = (id: string) => api.requests.filter(({ url }) => url.endsWith(id)).map(({ at }) => at);
    expect(sentAt('/unlucky')).toEqual([0, 1100, 2200]);
    // The refusals concern that call alone: the others are sent one after the other, without a pause.
    const others = sentAt('/lucky');
    expect(others.every((at, index) => index === 0 || at - others[index - 1]! <= 100)).toBe(true);
  });

  it('fails if the API refuses everything', async () => {
    const api = inProcessApi(() => errorResponse(429, { 'retry-after': '1' }));

    const error = await settled(rejection(clientOf(api, { maxRetries: 1 }).users.get('user_123')));

    expect(error).toBeInstanceOf(RateLimitError);
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000]);
  });
});

describe('a store that is unavailable', () => {
  it('is reported once by an event and a line in the log, and no call fails', async () => {
    const warn = vi.fn();
    const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
    const store = createRateLimitStore(() => Promise.reject(new Error('connect ECONNREFUSED')));
    const { client } = setup(50, { rateLimit: { store }, logger, logLevel: 'info' });
    const events: unknown[] = [];
    client.on('rateLimitStore', (event) => events.push(event));

    const calls = Promise.all(Array.from({ length: 10 }, list(client)));
    // The token is hashed on another thread, for which virtual time does not wait.
    while (events.length === 0) await setImmediate();
    await settled(calls);

    expect(events).toEqual([{ available: false, reason: 'connect ECONNREFUSED' }]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      '[@example/sdk] The rate-limit store is unavailable (connect ECONNREFUSED). This process paces its calls on its own.',
      events[0],
    );
  });
});

describe('a fault of 429 on a local API', () => {
  it.each([0, 1])('costs seconds, not a minute, after %i calls', async (before) => {
    const { sandbox, client } = setup(100);
    await times(before, list(client));
    sandbox.faults.next({ status: 429 });

    await settled(client.projects.list());

    expect(performance.now()).toBeLessThanOrEqual(2000);
    expect(sandbox.requests.map(({ status }) => status).slice(before)).toEqual([429, 200]);
  });
});

it.each([-90, 0, 58, 65, 90, 3600])(
  'a clock that is %i s ahead costs nothing where responses have no Date',
  async (ahead) => {
    let left = 100;
    const api = inProcessApi(async () => {
      await sleep(100);
      return Response.json(user, { headers: budget(100, (left -= 1), Date.UTC(2026, 0, 1) / 1000 + 60 - ahead) });
    });
    const { users } = clientOf(api);
    await times(50, () => users.get('user_123'));
    expect(performance.now()).toBeLessThanOrEqual(1000);
  },
);
