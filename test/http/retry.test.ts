import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InternalServerError, RateLimitError } from '@example/sdk';
import type { Client, ClientOptions, RetryEvent, ShouldRetry } from '@example/sdk';
import { planRetry, type Failure } from '../../src/http/retry.ts';
import { clientOf, fail, json, newUser, rejection, serve, throwing, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer, unknownHost } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';
import { lost, offline } from './support/failures.ts';

const minute = 60_000;

describe('planRetry', () => {
  const none = { isUncounted: false, rest: 0, isLastRetry: false };
  const status = (code: number, retryAfter?: number): Failure => ({ kind: 'status', status: code, retryAfter });

  interface Given {
    readonly failure?: Failure;
    readonly duration?: number;
    readonly verdict?: Partial<typeof none>;
    readonly isIdempotent?: boolean;
    readonly maxRetries?: number;
    readonly retries?: number;
    readonly random?: number;
  }
  const plan = ({
    failure = status(503),
    duration = 0,
    verdict,
    isIdempotent = true,
    maxRetries = 2,
    retries = 0,
    random = 1,
  }: Given) =>
    planRetry(
      { failure, duration, verdict: { ...none, ...verdict } },
      { isIdempotent, options: { maxRetries } },
      retries,
      random,
    );

  it.each<[what: string, Given, [delay: number, retries: number] | undefined]>([
    ['0.67 to 1 s', { random: 0 }, [667, 1]],
    ['0.67 to 1 s', { random: 1 }, [1000, 1]],
    ['then 2.7 to 4 s', { retries: 1, random: 0 }, [2667, 2]],
    ['then 2.7 to 4 s', { retries: 1, random: 0.5 }, [3333, 2]],
    ['then 2.7 to 4 s', { retries: 1, random: 1 }, [4000, 2]],
    ['then up to 8 s', { retries: 2, maxRetries: 9 }, [8000, 3]],
    ['and no longer', { retries: 8, maxRetries: 9 }, [8000, 9]],
    ['counted from when the attempt was sent', { duration: 300 }, [700, 1]],
    ['counted from when the attempt was sent', { duration: 30_000 }, [0, 1]],
    ['what Retry-After says, from its response on', { failure: status(503, 7000), duration: 500 }, [7000, 1]],
    ['not after maxRetries', { retries: 2 }, undefined],
    ['up to two minutes', { failure: status(503, 2 * minute) }, [2 * minute, 1]],
    ['not after more', { failure: status(503, 2 * minute + 1) }, undefined],
    ['up to an hour after a 429', { failure: status(429, 60 * minute), isIdempotent: false }, [60 * minute, 1]],
    ['not after more', { failure: status(429, 60 * minute + 1) }, undefined],
    [
      'what the limiter says, and it counts as none',
      { verdict: { isUncounted: true, rest: 4000 }, retries: 2 },
      [4000, 2],
    ],
    ['not with maxRetries: 0, whatever it is', { verdict: { isUncounted: true }, maxRetries: 0 }, undefined],
    ['the last one if the route always fails', { verdict: { isLastRetry: true } }, [4000, 2]],
    ['and none after it', { verdict: { isLastRetry: true }, retries: 2 }, undefined],
    ['of what was not sent', { failure: { kind: 'unsent' }, isIdempotent: false }, [1000, 1]],
    ['of what was lost', { failure: { kind: 'lost' } }, [1000, 1]],
    ['not if that could repeat an effect', { failure: { kind: 'lost' }, isIdempotent: false }, undefined],
    ['not if it would fail again', { failure: { kind: 'final' } }, undefined],
  ])('%s: %o', (_, given, expected) => {
    expect(plan(given)).toEqual(expected && { delay: expected[0], retries: expected[1] });
  });

  it.each([
    [true, [408, 429, 500, 502, 503, 504]],
    [false, [429]],
  ])('of all statuses, idempotent: %s: %j', (isIdempotent, expected) => {
    const all = Array.from({ length: 200 }, (_, index) => 400 + index);
    expect(all.filter((code) => plan({ failure: status(code), isIdempotent }))).toEqual(expected);
  });
});

const key = { idempotencyKey: 'key-1' };
const withKeys = (client: Client) => client.withOptions({ apiSupportsIdempotencyKeys: true });
type Call = (client: Client) => Promise<unknown>;

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

const brokenOff = (problem = lost('ECONNRESET')) => new ReadableStream({ pull: problem });

/** The requests that are sent with `maxRetries: 2`. The table of docs/retries.md says the same. */
const table: [outcome: string, get: number, post: number, postWithKey: number, Parameters<typeof inProcessApi>[0]][] = [
  ['503 with Retry-After', 3, 1, 3, () => errorResponse(503, { 'retry-after': '1' })],
  ['500', 3, 1, 3, () => errorResponse(500)],
  ['422', 1, 1, 1, () => errorResponse(422)],
  ['no such host', 3, 3, 3, unknownHost],
  ['reset after sending', 3, 1, 3, lost('ECONNRESET')],
  ['no reason', 3, 1, 3, offline],
  ['an error of an audit log of the fetch', 3, 1, 3, lost('ECONNREFUSED', { syscall: 'connect' })],
  ['timeout after sending', 3, 1, 3, noAnswer],
  ['reset in the middle of the body', 3, 1, 3, () => new Response(brokenOff(), { status: 201 })],
  ['a body that says that nothing was sent', 3, 1, 3, (request) => new Response(brokenOff(() => unknownHost(request)))],
  ['malformed 2xx', 1, 1, 1, () => new Response('{"id":')],
];

describe('a call', () => {
  beforeEach(useVirtualTime);
  beforeEach(() => fixJitter(1));

  it.each(table)(
    '%s: a GET is sent %i times, a POST %i, with a supported key %i',
    async (_, get, post, withKey, answer) => {
      const expected = { 'GET, PUT, DELETE': get, 'POST, PATCH': post, 'with a supported key': withKey };
      for (const [kind, times] of Object.entries(expected)) {
        for (const call of calls[kind as keyof typeof calls]) {
          for (const rateLimit of [false, {}] as const) {
            const api = inProcessApi(answer);
            await settled(rejection(call(clientOf(api, { rateLimit }))));
            expect(api.requests.length, kind).toBe(times);
          }
        }
      }
    },
  );

  it('is sent until it is admitted: a 429 is no retry', async () => {
    for (const call of Object.values(calls).flat()) {
      const api = inProcessApi(() => (api.requests.length <= 5 ? errorResponse(429) : Response.json(user)));
      await settled(call(clientOf(api)));
      expect(api.requests.map(({ at }) => Math.round((at - api.requests[0]!.at) / 1000))).toEqual([0, 1, 3, 7, 15, 31]);
    }
  });

  it('that is alone outlasts a blip of three seconds, and ends within five', async () => {
    for (const isBack of [true, false]) {
      const start = performance.now();
      const api = inProcessApi(() =>
        isBack && performance.now() - start >= 3000 ? Response.json(user) : errorResponse(503),
      );
      const call = clientOf(api).users.get('user_123');
      if (isBack) expect(await settled(call)).toEqual(user);
      else expect(await settled(rejection(call))).toBeInstanceOf(InternalServerError);
      expect(performance.now() - start).toBe(5000);
    }
  });

  it.each<[string, { status: number; 'retry-after': string }, ClientOptions, error: unknown]>([
    [
      'with maxRetries: 0, not even after a 429',
      { status: 429, 'retry-after': '7' },
      { maxRetries: 0 },
      RateLimitError,
    ],
    ['when Retry-After is more than two minutes away', { status: 503, 'retry-after': '121' }, {}, InternalServerError],
    ['when that of a 429 is more than an hour away', { status: 429, 'retry-after': '3601' }, {}, RateLimitError],
    [
      'when totalTimeout would end first',
      { status: 503, 'retry-after': '60' },
      { totalTimeout: 5000 },
      InternalServerError,
    ],
    [
      'when totalTimeout would end at the same time',
      { status: 503, 'retry-after': '5' },
      { totalTimeout: 5000 },
      InternalServerError,
    ],
    [
      'when maxWait would end first',
      { status: 429, 'retry-after': '100' },
      { rateLimit: { maxWait: 2000 } },
      RateLimitError,
    ],
  ])(
    'is not sent again %s: it fails at once, and no retry is announced',
    async (_, { status, ...headers }, options, errorClass) => {
      const api = inProcessApi(() => errorResponse(status, headers));
      const client = clientOf(api, options);
      const onRetry = vi.fn();
      client.on('retry', onRetry);

      expect(await settled(rejection(client.users.get('user_123')))).toBeInstanceOf(errorClass);
      expect(api.requests).toHaveLength(1);
      expect(performance.now()).toBe(0);
      expect(onRetry).not.toHaveBeenCalled();
    },
  );

  it.each([0, 2000])('is sent again after a failure however long maxWait is: %i', async (maxWait) => {
    const api = inProcessApi(() => errorResponse(500));
    await settled(rejection(clientOf(api, { rateLimit: { maxWait } }).users.get('user_123')));
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000, 5000]);
  });

  it('is sent again with the same key and body, up to maxRetries times; the option of the call overrides that of the client', async () => {
    vi.useRealTimers();
    const server = await serve((_, response) => json(response, server.requests.length < 2 ? 500 : 201, user));
    expect(await withKeys(clientOf(server)).users.create(newUser, key)).toEqual(user);
    const sent = server.requests.map(({ headers, body }) => [headers['idempotency-key'], JSON.parse(body) as unknown]);
    expect(sent).toEqual(Array.from({ length: 2 }, () => ['key-1', newUser]));
    // The body of the failed attempt was read to its end.
    expect(server.connections()).toBeLessThanOrEqual(2);

    useVirtualTime();
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { maxRetries: 1 });
    await settled(rejection(client.users.get('user_123')));
    await settled(rejection(client.users.get('user_123', { maxRetries: 0 })));
    expect(api.requests).toHaveLength(2 + 1);
  });

  it('emits an event for each retry, when it is planned, and rejects with the error of the last attempt', async () => {
    const statuses = [500, 503, 504];
    const client = clientOf(inProcessApi(() => errorResponse(statuses.shift() ?? 418)));
    const events: RetryEvent[] = [];
    client.on('retry', (event) => events.push(event));

    expect(await settled(rejection(client.users.get('user_123')))).toMatchObject({ status: 504 });

    const target = { callId: events[0]?.callId, method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(events).toEqual([
      { ...target, attempt: 1, delay: 1000, status: 500, reason: 'Answered 500. (500 GET /users/{id})' },
      { ...target, attempt: 2, delay: 4000, status: 503, reason: 'Answered 503. (503 GET /users/{id})' },
    ]);
  });
});

// docs/retries.md says so, too.
it.each([
  ['GET', 421, 2, 'APIError'],
  ['POST', 421, 2, 'APIError'],
  ['POST', 407, 1, 'ConnectionError'],
] as const)(
  'the fetch of the runtime itself repeats a %s after a %i, or hides it: %i requests, %s',
  async (method, status, times, name) => {
    const server = await serve((_, response) => fail(response, status));
    const { users } = clientOf(server);

    expect(await rejection(method === 'GET' ? users.get('user_123') : users.create(newUser))).toMatchObject({ name });
    expect(server.requests.map((request) => request.method)).toEqual(Array.from({ length: times }, () => method));
  },
);

describe('shouldRetry', () => {
  beforeEach(useVirtualTime);
  beforeEach(() => fixJitter(1));

  it('gets the error and the attempt before each retry; that of a call replaces that of its client', async () => {
    const shouldRetry = vi.fn<ShouldRetry>(() => true);
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { shouldRetry: () => false });

    await settled(rejection(client.users.get('user_123', { shouldRetry })));

    const target = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(shouldRetry.mock.calls).toEqual([
      [expect.any(InternalServerError), { ...target, attempt: 1, delay: 1000 }],
      [expect.any(InternalServerError), { ...target, attempt: 2, delay: 4000 }],
    ]);
    expect(api.requests).toHaveLength(3);
  });

  it.each<[string, number, ShouldRetry, sent: number]>([
    ['', 500, (_, { attempt }) => attempt < 2, 2],
    [' that would wait for the rate limit', 429, (error) => !(error instanceof RateLimitError), 1],
  ])('vetoes a retry%s: the call rejects with the error of the attempt', async (_, status, shouldRetry, sent) => {
    const api = inProcessApi(() => errorResponse(status));

    expect(await settled(rejection(clientOf(api, { shouldRetry }).users.get('user_123')))).toMatchObject({ status });
    expect(api.requests).toHaveLength(sent);
  });

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['Promise', () => Promise.resolve(false)], // which would always be true
    ['Promise', () => Promise.reject(new Error('late'))],
  ])('has to return a boolean: the call rejects, and says so, if it returns %s', async (got, shouldRetry) => {
    const api = inProcessApi(() => errorResponse(500));
    // Callers without types may return anything.
    const client = clientOf(api, { shouldRetry: shouldRetry as ShouldRetry });

    expect(await settled(rejection(client.request('PUT', '/teams/{id}', { params: { id: '1' } })))).toMatchObject({
      name: 'ExampleError', // An InvalidRequestError would say that nothing was sent.
      message: `shouldRetry must return true or false; got ${got}.`,
      ...{ mayHaveTakenEffect: true, cause: { status: 500 } },
    });
    expect(api.requests).toHaveLength(1);
  });

  it('may throw anything, which ends the call as a failure', async () => {
    const client = clientOf(
      inProcessApi(() => errorResponse(500)),
      { shouldRetry: throwing(undefined) },
    );
    const outcomes: unknown[] = [];
    client.on('callEnd', ({ outcome, status }) => outcomes.push([outcome, status]));
    expect(await settled(rejection(client.users.get('user_123')))).toBeUndefined();
    expect(outcomes).toEqual([['failure', 500]]);
  });

  it('never causes a retry that could repeat an effect, or one too many', async () => {
    const shouldRetry = vi.fn<ShouldRetry>(() => true);
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { shouldRetry });

    await settled(rejection(client.users.create(newUser)));
    await settled(rejection(client.users.get('user_123', { maxRetries: 0 })));

    expect(api.requests).toHaveLength(2);
    expect(shouldRetry).not.toHaveBeenCalled();
  });
});
