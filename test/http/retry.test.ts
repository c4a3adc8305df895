import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionError, InternalServerError, RateLimitError, TimeoutError } from '@example/sdk';
import type { Client, RetryEvent } from '@example/sdk';
import { planRetry } from '../../src/http/retry.ts';
import { parseRetryAfter, untilReset } from '../../src/rate-limit/headers.ts';
import { freePort } from '../support/free-port.ts';
import { clientOf, fail, json, newUser, rejection, serve, user, type Handler } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

beforeEach(() => fixJitter(0));

type Kind = 'GET' | 'POST' | 'POST with key';

/** A client of an API that performs requests with the same key once. */
const withKeys = (client: Client) => client.withOptions({ apiSupportsIdempotencyKeys: true });

const kinds: Record<Kind, (client: Client) => Promise<unknown>> = {
  GET: (client) => client.users.get('user_123'),
  POST: (client) => client.users.create(newUser),
  'POST with key': (client) => withKeys(client).users.create(newUser, { idempotencyKey: 'key-1' }),
};

const timeout = 10_000;

/** Fails in one way every time. */
const outcomes: Record<string, Handler> = {
  '429': (_, response) => fail(response, 429, { 'retry-after': '0' }),
  '503 with Retry-After': (_, response) => fail(response, 503, { 'retry-after': '0' }),
  '408': (_, response) => fail(response, 408),
  '500': (_, response) => fail(response, 500),
  '502': (_, response) => fail(response, 502),
  '503': (_, response) => fail(response, 503),
  '504': (_, response) => fail(response, 504),
  'reset after sending': (_, response) => response.destroy(),
  'timeout after sending': () => vi.advanceTimersByTime(timeout),
  'reset in the middle of the body': (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"id":', () => response.destroy());
  },
  '400': (_, response) => fail(response, 400),
  '401': (_, response) => fail(response, 401),
  '403': (_, response) => fail(response, 403),
  '404': (_, response) => fail(response, 404),
  '409': (_, response) => fail(response, 409),
  '422': (_, response) => fail(response, 422),
  '501': (_, response) => fail(response, 501),
  'malformed 2xx': (_, response) => response.end('{"id":'),
};

/** Requests the server gets with `maxRetries: 2`: GET, POST, POST with an idempotency key. */
const table: [outcome: string, GET: number, POST: number, withKey: number][] = [
  ['429', 3, 3, 3],
  ['503 with Retry-After', 3, 3, 3],
  ['408', 3, 1, 3],
  ['500', 3, 1, 3],
  ['502', 3, 1, 3],
  ['503', 3, 1, 3],
  ['504', 3, 1, 3],
  ['reset after sending', 3, 1, 3],
  ['timeout after sending', 3, 1, 3],
  ['reset in the middle of the body', 3, 1, 3],
  ['400', 1, 1, 1],
  ['401', 1, 1, 1],
  ['403', 1, 1, 1],
  ['404', 1, 1, 1],
  ['409', 1, 1, 1],
  ['422', 1, 1, 1],
  ['501', 1, 1, 1],
  ['malformed 2xx', 1, 1, 1],
];

describe('how often a call is sent', () => {
  const rows = table.flatMap(([outcome, get, post, withKey]) => [
    { outcome, kind: 'GET' as const, sent: get },
    { outcome, kind: 'POST' as const, sent: post },
    { outcome, kind: 'POST with key' as const, sent: withKey },
  ]);

  it.each(rows)('$outcome: a $kind is sent $sent times', async ({ outcome, kind, sent }) => {
    const server = await serve(outcomes[outcome]!);
    const client = clientOf(server, { timeout, rateLimit: false });

    await rejection(kinds[kind](client));

    expect(server.requests).toHaveLength(sent);
  });

  it.each(Object.keys(kinds) as Kind[])(
    'connection refused: a %s is retried, because nothing was sent',
    async (kind) => {
      const client = clientOf({ url: `http://127.0.0.1:${await freePort()}/v1` });
      const retries: RetryEvent[] = [];
      client.on('retry', (event) => retries.push(event));

      expect(await rejection(kinds[kind](client))).toBeInstanceOf(ConnectionError);
      expect(retries).toHaveLength(2);
    },
  );

  it.each(Object.keys(kinds) as Kind[])('unknown host: a %s is retried, because nothing was sent', async (kind) => {
    const fields = { code: 'ENOTFOUND', syscall: 'getaddrinfo' };
    const api = inProcessApi(({ url }) => {
      const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), { ...fields, hostname: new URL(url).hostname });
      return Promise.reject(new TypeError('fetch failed', { cause }));
    });

    expect(await rejection(kinds[kind](clientOf(api)))).toBeInstanceOf(ConnectionError);
    expect(api.requests).toHaveLength(3);
  });

  it.each(Object.keys(kinds) as Kind[])('an aborted %s is not retried', async (kind) => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort(new Error('changed my mind')));
    const client = clientOf(server);
    const calls: Record<Kind, () => Promise<unknown>> = {
      GET: () => client.users.get('user_123', { signal: controller.signal }),
      POST: () => client.users.create(newUser, { signal: controller.signal }),
      'POST with key': () => client.users.create(newUser, { signal: controller.signal, idempotencyKey: 'key-1' }),
    };

    expect(await rejection(calls[kind]())).toEqual(new Error('changed my mind'));
    expect(server.requests).toHaveLength(1);
  });
});

describe('a connection that was established', () => {
  it.each(['EHOSTUNREACH', 'ENETUNREACH', 'ECONNREFUSED'])(
    'and fails with %s while it is read may have delivered the POST, which is not retried',
    async (code) => {
      const cause = Object.assign(new Error(`read ${code}`), { code, syscall: 'read' });
      const api = inProcessApi(() => Promise.reject(new TypeError('fetch failed', { cause })));

      await rejection(clientOf(api).users.create(newUser));

      expect(api.requests).toHaveLength(1);
    },
  );
});

describe('a refusal without Retry-After', () => {
  it('is retried when the window ends, by the clock of the server, with rateLimit: false', () => {
    const headers = (reset: number, remaining = '0') =>
      new Headers({
        date: 'Thu, 01 Jan 2026 00:00:00 GMT',
        'x-ratelimit-limit': '100',
        'x-ratelimit-remaining': remaining,
        'x-ratelimit-reset': String(Date.UTC(2026, 0, 1) / 1000 + reset),
      });

    expect(untilReset(headers(30))).toBe(30_000);
    expect(untilReset(headers(-5))).toBe(0);
    expect(untilReset(headers(30, '7'))).toBeUndefined();
    expect(untilReset(new Headers())).toBeUndefined();
  });
});

describe('a retry', () => {
  it('succeeds once the API is back', async () => {
    let failures = 2;
    const server = await serve((_, response) => (failures-- > 0 ? fail(response, 500) : json(response, 200, user)));

    expect(await clientOf(server).users.get('user_123')).toEqual(user);
  });

  it('is not made for a POST with an idempotency key if nothing says that the API supports keys', async () => {
    const failures: Handler[] = [
      (_, response) => fail(response, 500),
      (_, response) => fail(response, 503),
      (_, response) => response.destroy(),
      (_, response) => response.writeHead(201).write('{', () => response.destroy()),
    ];
    for (const failure of failures) {
      const server = await serve(failure);

      await rejection(clientOf(server).users.create(newUser, { idempotencyKey: 'key-1' }));

      expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1']);
    }
  });

  it('has the same idempotency key and body', async () => {
    const server = await serve((_, response) => fail(response, 500));

    await rejection(withKeys(clientOf(server)).users.create(newUser, { idempotencyKey: 'key-1' }));

    expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1', 'key-1', 'key-1']);
    expect(server.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([newUser, newUser, newUser]);
  });

  it('needs no new connection, because the body of the failed attempt is read to its end', async () => {
    const server = await serve((_, response) => fail(response, 500));

    await rejection(clientOf(server).users.get('user_123', { maxRetries: 20 }));

    expect(server.requests).toHaveLength(21);
    // The next attempt may start before the connection of the last is free, but they do not pile up.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('is made up to maxRetries times; the option of the call overrides that of the client', async () => {
    const server = await serve((_, response) => fail(response, 500));
    const client = clientOf(server, { maxRetries: 1 });

    await rejection(client.users.get('user_123'));
    await rejection(client.users.get('user_123', { maxRetries: 0 }));

    expect(server.requests).toHaveLength(2 + 1);
  });

  it('is not made with maxRetries: 0, not even for a 429', async () => {
    const server = await serve((_, response) => fail(response, 429, { 'retry-after': '7' }));

    const error = await rejection(clientOf(server).users.get('user_123', { maxRetries: 0 }));

    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ status: 429, retryAfter: 7 });
    expect(server.requests).toHaveLength(1);
  });

  it('is not made when Retry-After is more than two minutes away', async () => {
    const server = await serve((_, response) => fail(response, 503, { 'retry-after': '3600' }));

    expect(await rejection(clientOf(server).users.get('user_123'))).toBeInstanceOf(InternalServerError);
    expect(server.requests).toHaveLength(1);
  });

  it('is not waited for if totalTimeout would pass first: the call fails at once with the last error', async () => {
    const server = await serve((_, response) => fail(response, 503, { 'retry-after': '60' }));

    const error = await rejection(clientOf(server).users.get('user_123', { totalTimeout: 5000 }));

    expect(error).toBeInstanceOf(InternalServerError);
    expect(server.requests).toHaveLength(1);
  });

  it('waits between no time and 50 ms, 100 ms, 200 ms, …, as the jitter decides', async () => {
    for (const [random, sentAt] of [
      [0, [0, 0, 0, 0, 0, 0, 0]],
      [0.5, [0, 25, 75, 175, 375, 775, 1575]],
      [1, [0, 50, 150, 350, 750, 1550, 3150]],
    ] as const) {
      fixJitter(random);
      const api = inProcessApi(() => errorResponse(500));
      const start = performance.now();

      await settled(rejection(clientOf(api, { maxRetries: 6 }).users.get('user_123')));

      expect(api.requests.map(({ at }) => at - start)).toEqual(sentAt);
    }
  });

  it.each([
    ['503', 503, { rateLimit: {} }],
    ['429, with rateLimit: false', 429, { rateLimit: false }],
    ['429', 429, { rateLimit: {} }],
  ] as const)('waits for exactly as long as Retry-After says: %s', async (_, status, options) => {
    fixJitter(1);
    const api = inProcessApi(() => errorResponse(status, { 'retry-after': '7' }));

    await settled(rejection(clientOf(api, options).users.get('user_123')));

    expect(api.requests.map(({ at }) => at)).toEqual([0, 7000, 14_000]);
  });

  it('emits an event', async () => {
    const server = await serve((_, response) => fail(response, 500));
    const client = clientOf(server);
    const events: RetryEvent[] = [];
    client.on('retry', (event) => events.push(event));

    await rejection(client.users.get('user_123'));

    const reason = 'Answered 500. (500 GET /users/{id})';
    const target = { callId: events[0]?.callId, method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(events).toEqual([
      { ...target, attempt: 1, delay: 0, status: 500, reason },
      { ...target, attempt: 2, delay: 0, status: 500, reason },
    ]);
  });
});

describe('the last error', () => {
  it('is that of the last attempt', async () => {
    const statuses = [500, 503, 504];
    const server = await serve((_, response) => fail(response, statuses.shift() ?? 418));

    expect(await rejection(clientOf(server).users.get('user_123'))).toMatchObject({ status: 504 });
  });

  it('is a TimeoutError when no attempt was answered in time', async () => {
    const server = await serve(() => vi.advanceTimersByTime(timeout));

    expect(await rejection(clientOf(server).users.get('user_123', { timeout }))).toBeInstanceOf(TimeoutError);
    expect(server.requests).toHaveLength(3);
  });
});

describe('the delay', () => {
  const call = { repeatable: true, maxRetries: 9 };
  const after = (retries: number, random: number, retryAfter?: number, status = 503) =>
    planRetry({ kind: 'status', status, retryAfter }, call, retries, undefined, random)?.delay;

  it('doubles from 50 ms to eight seconds, with full jitter', () => {
    expect([0, 1, 2, 3, 4, 7, 8].map((retries) => after(retries, 1))).toEqual([50, 100, 200, 400, 800, 6400, 8000]);
    expect([0, 0.25, 0.5, 1].map((random) => after(2, random))).toEqual([0, 50, 100, 200]);
  });

  it('begins with a second if the API refuses calls', () => {
    expect([0, 1, 2, 3, 4].map((retries) => after(retries, 1, undefined, 429))).toEqual([1000, 2000, 4000, 8000, 8000]);
  });

  it('is in whole milliseconds', () => {
    expect(after(0, 1 / 3)).toBe(17);
    expect(after(0, 0.5, 1.2)).toBe(1);
  });

  it('is what Retry-After says, without jitter, when the server says so', () => {
    expect(after(0, 0.5, 7000)).toBe(7000);
    expect(after(5, 0.5, 0)).toBe(0);
  });
});

describe('Retry-After', () => {
  const parse = (value: string, date?: string) =>
    parseRetryAfter(new Headers({ 'retry-after': value, ...(date ? { date } : {}) }), Date.UTC(2026, 0, 1));

  it('is seconds or an HTTP date', () => {
    expect(parse('7')).toBe(7000);
    expect(parse('0')).toBe(0);
    expect(parse('Thu, 01 Jan 2026 00:00:05 GMT')).toBe(5000);
    expect(parse('Thu, 01 Jan 2026 00:00:05 GMT', 'Thu, 01 Jan 2026 00:00:02 GMT')).toBe(3000);
  });

  it('is 0 if the date has passed, and ignored if it is neither', () => {
    expect(parse('Wed, 31 Dec 2025 00:00:00 GMT')).toBe(0);
    expect(parse('soon')).toBeUndefined();
    expect(parse('-1')).toBeUndefined();
    expect(parse('')).toBeUndefined();
  });
});
