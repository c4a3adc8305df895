import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { ConnectionError, InternalServerError, RateLimitError } from '@example/sdk';
import type { Client, EndpointOptions, RetryEvent } from '@example/sdk';
import { planRetry } from '../../src/http/retry.ts';
import { clientOf, fail, json, newUser, rejection, serve, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, noAnswer, unknownHost } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);
beforeEach(() => fixJitter(0));

const key = { idempotencyKey: 'key-1' };

type Call = (client: Client) => Promise<unknown>;

const withKeys = (client: Client) => client.withOptions({ apiSupportsIdempotencyKeys: true });

const calls: Record<'GET, PUT, DELETE' | 'POST, PATCH' | 'with a supported key', Call[]> = {
  'GET, PUT, DELETE': [
    (client) => client.users.get('user_123'),
    (client) => client.request('PUT', '/teams/team_1', { body: {} }),
    (client) => client.request('DELETE', '/teams/team_1'),
  ],
  'POST, PATCH': [
    (client) => client.users.create(newUser),
    (client) => client.request('PATCH', '/teams/team_1', { body: {} }),
    // Nothing says that the API supports keys.
    (client) => client.users.create(newUser, key),
  ],
  'with a supported key': [
    (client) => withKeys(client).users.create(newUser, key),
    (client) => withKeys(client).request('PATCH', '/teams/team_1', { body: {}, ...key }),
  ],
};

const brokenOff = () => new ReadableStream({ pull: () => Promise.reject(new Error('reset')) });

/** The requests that are sent with `maxRetries: 2`. The table of docs/retries.md says the same. */
const table: [outcome: string, get: number, post: number, postWithKey: number, Parameters<typeof inProcessApi>[0]][] = [
  ['429', 3, 3, 3, () => errorResponse(429, { 'retry-after': '0' })],
  ['503 with Retry-After', 3, 1, 3, () => errorResponse(503, { 'retry-after': '0' })],
  ['500', 3, 1, 3, () => errorResponse(500)],
  ['422', 1, 1, 1, () => errorResponse(422)],
  ['reset after sending', 3, 1, 3, () => Promise.reject(new TypeError('fetch failed'))],
  ['timeout after sending', 3, 1, 3, noAnswer],
  ['reset in the middle of the body', 3, 1, 3, () => new Response(brokenOff(), { status: 201 })],
  ['malformed 2xx', 1, 1, 1, () => new Response('{"id":')],
];

describe('how often a call is sent', () => {
  it.each(table)('%s: a GET %i times, a POST %i, with a supported key %i', async (_, get, post, withKey, answer) => {
    const expected = { 'GET, PUT, DELETE': get, 'POST, PATCH': post, 'with a supported key': withKey };
    for (const [kind, times] of Object.entries(expected)) {
      for (const call of calls[kind as keyof typeof calls]) {
        const api = inProcessApi(answer);
        await settled(rejection(call(clientOf(api, { rateLimit: false }))));
        expect(api.requests.length, kind).toBe(times);
      }
    }
  });

  it('any status from 400 to 599: again after 429, and after five others if that repeats no effect', () => {
    const retried = (isIdempotent: boolean) =>
      Array.from({ length: 200 }, (_, index) => 400 + index).filter((status) => {
        const failure = { kind: 'status', status, retryAfter: undefined } as const;
        return planRetry(failure, { isIdempotent, options: { maxRetries: 2 } }, 0, undefined, 1);
      });

    expect(retried(true)).toEqual([408, 429, 500, 502, 503, 504]);
    expect(retried(false)).toEqual([429]);
  });

  it('unknown host: every call is retried, because nothing was sent', async () => {
    for (const call of Object.values(calls).flat()) {
      const api = inProcessApi(unknownHost);

      expect(await rejection(call(clientOf(api)))).toBeInstanceOf(ConnectionError);
      expect(api.requests).toHaveLength(3);
    }
  });

  it.each([
    ['while the answer is read', { code: 'EHOSTUNREACH', syscall: 'read' }],
    ['at an audit log of its own', { code: 'ECONNREFUSED', syscall: 'connect' }],
  ])('a fetch that fails %s may have sent the POST, which is not retried', async (_, fields) => {
    const cause = Object.assign(new Error('failed'), fields);
    const api = inProcessApi(() => Promise.reject(new TypeError('fetch failed', { cause })));

    expect(await rejection(clientOf(api).users.create(newUser))).toBeInstanceOf(ConnectionError);
    expect(api.requests).toHaveLength(1);
  });

  it('a response proves that there was a connection, whatever the error of its body says', async () => {
    const api = inProcessApi((request) => {
      const body = new ReadableStream({ pull: () => unknownHost(request) });
      return new Response(body, { status: 201 });
    });

    expect(await rejection(clientOf(api).users.create(newUser))).toBeInstanceOf(ConnectionError);
    expect(api.requests).toHaveLength(1);
  });
});

describe('a retry', () => {
  it('has the same idempotency key and body, and succeeds once the API is back', async () => {
    const statuses = [500, 503];
    const server = await serve((_, response) => json(response, statuses.shift() ?? 201, user));

    expect(await withKeys(clientOf(server)).users.create(newUser, key)).toEqual(user);
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
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { maxRetries: 1 });

    await rejection(client.users.get('user_123'));
    await rejection(client.users.get('user_123', { maxRetries: 0 }));

    expect(api.requests).toHaveLength(2 + 1);
  });

  it.each([
    ['with maxRetries: 0, not even after a 429', RateLimitError, { status: 429, retryAfter: '7' }, { maxRetries: 0 }],
    ['when Retry-After is more than two minutes away', InternalServerError, { status: 503, retryAfter: '3600' }, {}],
    ['when it is ages away', InternalServerError, { status: 503, retryAfter: '9'.repeat(12) }, {}],
    [
      'when totalTimeout would end first',
      InternalServerError,
      { status: 503, retryAfter: '60' },
      { totalTimeout: 5000 },
    ],
  ])('is not made %s: the call fails at once', async (_, errorClass, { status, retryAfter }, options) => {
    const api = inProcessApi(() => errorResponse(status, { 'retry-after': retryAfter }));

    expect(await rejection(clientOf(api).users.get('user_123', options))).toBeInstanceOf(errorClass);
    expect(api.requests).toHaveLength(1);
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

  it('is not made after a 429 whose Retry-After no number can hold: its retryAfter is finite', async () => {
    const api = inProcessApi(() => errorResponse(429, { 'retry-after': '9'.repeat(400) }));
    const client = clientOf(api, { rateLimit: false });

    expect(await rejection(client.users.get('user_123'))).toMatchObject({ status: 429, retryAfter: 99_999_999_999 });
    expect(api.requests).toHaveLength(1);
  });

  it.each([
    ['was refused', () => errorResponse(429, { 'retry-after': '100' })],
    [
      'failed in a window that is used up',
      () => errorResponse(503, { date: new Date().toUTCString(), ...budget(100, 0, Date.now() / 1000 + 60) }),
    ],
  ])(
    'of a call that %s is not announced if it would wait for longer than maxWait, and then not made',
    async (_, answer) => {
      fixJitter(1);
      const api = inProcessApi(answer);
      const info = vi.fn();
      const logger = { error: vi.fn(), warn: vi.fn(), info, debug: vi.fn() };
      const client = clientOf(api, { rateLimit: { maxWait: 2000 }, logger, logLevel: 'info' });
      const onRetry = vi.fn();
      client.on('retry', onRetry);

      expect(await settled(rejection(client.users.get('user_123')))).toMatchObject({ status: answer().status });

      expect(api.requests).toHaveLength(1);
      expect(onRetry).not.toHaveBeenCalled();
      expect(info).not.toHaveBeenCalledWith(expect.stringContaining('Retrying'), expect.anything());
    },
  );

  it('that waits for the rate limit is announced before it waits, once', async () => {
    const api = inProcessApi(() =>
      api.requests.length === 1 ? errorResponse(429, { 'retry-after': '7' }) : Response.json(user),
    );
    const client = clientOf(api);
    const events: unknown[] = [];
    for (const name of ['request', 'retry', 'rateLimitWait'] as const)
      client.on(name, ({ attempt }) => events.push([name, attempt]));

    expect(await settled(client.users.get('user_123'))).toEqual(user);

    expect(events).toEqual([
      ['request', 1],
      ['retry', 1],
      ['rateLimitWait', 2],
      ['request', 2],
    ]);
  });

  it('waits for the end of the window, by the clock of the server, if a 429 has no Retry-After', async () => {
    const headers = { date: 'Thu, 01 Jan 2026 00:00:10 GMT', ...budget(100, 0, Date.UTC(2026, 0, 1) / 1000 + 40) };
    const api = inProcessApi(() => errorResponse(429, headers));

    await settled(rejection(clientOf(api, { rateLimit: false, maxRetries: 1 }).users.get('user_123')));

    expect(api.requests.map(({ at }) => at)).toEqual([0, 30_000]);
  });

  it('emits an event, and the last error is that of the last attempt', async () => {
    const statuses = [500, 503, 504];
    const client = clientOf(inProcessApi(() => errorResponse(statuses.shift() ?? 418)));
    const events: RetryEvent[] = [];
    client.on('retry', (event) => events.push(event));

    expect(await rejection(client.users.get('user_123'))).toMatchObject({ status: 504 });

    const target = { callId: events[0]?.callId, method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(events).toEqual([
      { ...target, attempt: 1, delay: 0, status: 500, reason: 'Answered 500. (500 GET /users/{id})' },
      { ...target, attempt: 2, delay: 0, status: 503, reason: 'Answered 503. (503 GET /users/{id})' },
    ]);
  });
});

it('a refusal that is contention is no retry, but with maxRetries: 0 the call is not sent again all the same', () => {
  const plan = (maxRetries: number, retries: number) =>
    planRetry(
      { kind: 'status', status: 429, retryAfter: undefined },
      { isIdempotent: false, options: { maxRetries } },
      retries,
      { isUncounted: true },
      1,
    );

  expect(plan(2, 2)).toEqual({ delay: 0, isUncounted: true });
  expect(plan(0, 0)).toBeUndefined();
});

describe('the delay', () => {
  const call = { isIdempotent: true, options: { maxRetries: 9 } };
  const after = (retries: number, random: number, retryAfter?: number) =>
    planRetry({ kind: 'status', status: 503, retryAfter }, call, retries, undefined, random)?.delay;

  it('doubles from one second to eight, and half of it is random', () => {
    expect([0, 1, 2, 3, 4].map((retries) => after(retries, 1))).toEqual([1000, 2000, 4000, 8000, 8000]);
    expect([0, 0.25, 0.5, 1].map((random) => after(2, random))).toEqual([2000, 2500, 3000, 4000]);
  });

  it('is the same if Retry-After is 0, so that retries are not over before a short outage is', async () => {
    fixJitter(1);
    const api = inProcessApi(() => errorResponse(503, { 'retry-after': '0' }));
    await settled(rejection(clientOf(api).users.get('user_123', { maxRetries: 1 })));
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000]);
  });

  it('is in whole milliseconds', () => {
    expect(after(0, 1 / 3)).toBe(667);
    expect(after(0, 0.5, 1.2)).toBe(1);
  });
});

describe('a DELETE that finds nothing', () => {
  type Answer = Parameters<typeof inProcessApi>[0];
  const lost: Answer = () => Promise.reject(new TypeError('fetch failed'));

  async function remove(answers: readonly Answer[], options?: EndpointOptions): Promise<unknown> {
    const api = inProcessApi((request) => answers[api.requests.length - 1]?.(request) ?? errorResponse(404));
    const call = clientOf(api).request('DELETE', '/teams/team_1', options);
    return settled(call.catch((error: unknown) => error));
  }

  it.each([
    ['was lost', lost],
    ['was a 502', () => errorResponse(502)],
  ])('has succeeded if the answer of an attempt before %s', async (_, first) => {
    expect(await remove([first])).toBeUndefined();
  });

  it.each<[string, readonly Answer[], EndpointOptions?]>([
    ['no attempt was made before', []],
    ['the one before was refused', [() => errorResponse(429, { 'retry-after': '0' })]],
    ['the one before was never sent', [unknownHost]],
    ['what was deleted is to be returned', [lost], { schema: z.looseObject({}) }],
  ])('is an error if %s', async (_, answers, options) => {
    expect(await remove(answers, options)).toMatchObject({ name: 'NotFoundError' });
  });
});
