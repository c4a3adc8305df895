import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InternalServerError, RateLimitError } from '@example/sdk';
import type { Client, RetryEvent, ShouldRetry } from '@example/sdk';
import { planRetry, type Failure } from '../../src/http/retry.ts';
import { clientOf, newUser, rejection, throwing, user } from '../support/http-server.ts';
import { errorResponse, unknownHost } from '../support/in-process-api.ts';
import { lost, replying, type Reply } from '../support/replies.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

const minute = 60_000;

describe('planRetry', () => {
  const none = { isUncounted: false, rest: 0, isLastRetry: false };
  const status = (code: number, retryAfter?: number): Failure => ({ kind: 'status', status: code, retryAfter });
  const defaults = { failure: status(503), duration: 0, isIdempotent: true, maxRetries: 2, retries: 0, random: 1 };
  type Given = Partial<Omit<typeof defaults, 'failure'>> & { failure?: Failure; verdict?: Partial<typeof none> };
  const plan = (given: Given) => {
    const { failure, duration, isIdempotent, maxRetries, retries, random } = { ...defaults, ...given };
    const failed = { failure, duration, verdict: { ...none, ...given.verdict } };
    return planRetry(failed, { isIdempotent, options: { maxRetries } }, retries, random);
  };

  it.each<[what: string, Given, [delay: number, retries: number]?]>([
    ['0.67 to 1 s', { random: 0 }, [667, 1]],
    ['0.67 to 1 s', { random: 1 }, [1000, 1]],
    ['then 2.7 to 4 s', { retries: 1, random: 0.5 }, [3333, 2]],
    ['then up to 8 s', { retries: 2, maxRetries: 9 }, [8000, 3]],
    ['and no longer', { retries: 8, maxRetries: 9 }, [8000, 9]],
    ['counted from when the attempt was sent', { duration: 300 }, [700, 1]],
    ['at least a moment', { duration: 30_000 }, [1, 1]],
    ['what Retry-After says, from its response on', { failure: status(503, 7000), duration: 500 }, [7000, 1]],
    ['up to two minutes', { failure: status(503, 2 * minute) }, [2 * minute, 1]],
    ['not after more', { failure: status(503, 2 * minute + 1) }],
    ['up to an hour after a 429', { failure: status(429, 60 * minute), isIdempotent: false }, [60 * minute, 1]],
    ['not after more', { failure: status(429, 60 * minute + 1) }],
    ['what the limiter says, uncounted', { verdict: { isUncounted: true, rest: 4000 }, retries: 2 }, [4000, 2]],
    ['not with maxRetries: 0, whatever it is', { verdict: { isUncounted: true }, maxRetries: 0 }],
    ['not after maxRetries', { retries: 2 }],
    ['the last one if the route always fails', { verdict: { isLastRetry: true } }, [4000, 2]],
    ['and none after it', { verdict: { isLastRetry: true }, retries: 2 }],
    ['of what was not sent', { failure: { kind: 'unsent' }, isIdempotent: false }, [1000, 1]],
    ['of what was lost', { failure: { kind: 'lost' } }, [1000, 1]],
    ['not if that could repeat an effect', { failure: { kind: 'lost' }, isIdempotent: false }],
    ['not if it would fail again', { failure: { kind: 'final' } }],
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

beforeEach(() => {
  useVirtualTime();
  fixJitter(1);
});

const key = { idempotencyKey: 'key-1' };
const withKeys = (client: Client) => client.withOptions({ apiSupportsIdempotencyKeys: true });
const get = (client: Client) => client.users.get('user_123');

const calls: Record<string, ((client: Client) => Promise<unknown>)[]> = {
  'GET, PUT, DELETE': [
    get,
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

const brokenOff = (problem: Reply) => new ReadableStream({ pull: problem as () => Promise<never> });

describe('a call', () => {
  // The requests that are sent with `maxRetries: 2`. The table of docs/retries.md says the same.
  it.each<[outcome: string, get: number, post: number, postWithKey: number, Reply]>([
    ['503 with Retry-After', 3, 1, 3, () => errorResponse(503, { 'retry-after': '1' })],
    ['500', 3, 1, 3, 500],
    ['422', 1, 1, 1, 422],
    ['no such host', 3, 3, 3, 'no such host'],
    ['reset after sending', 3, 1, 3, 'a reset'],
    ['no reason', 3, 1, 3, 'no reason'],
    ['an error of an audit log of the fetch', 3, 1, 3, lost('ECONNREFUSED', { syscall: 'connect' })],
    ['timeout after sending', 3, 1, 3, 'no answer'],
    ['reset in the middle of the body', 3, 1, 3, () => new Response(brokenOff(lost('ECONNRESET')), { status: 201 })],
    [
      'a body that says that nothing was sent',
      3,
      1,
      3,
      (request) => new Response(brokenOff(() => unknownHost(request))),
    ],
    ['malformed 2xx', 1, 1, 1, () => new Response('{"id":')],
  ])('%s: a GET is sent %i times, a POST %i, with a supported key %i', async (_, ...row) => {
    const [reply, times] = [row[3], row.slice(0, 3)];
    for (const [index, each] of Object.values(calls).entries()) {
      for (const rateLimit of [false, {}] as const) {
        const apis = each.map((call) => ({ call, api: replying(reply) }));
        for (const { call, api } of apis) await settled(rejection(call(clientOf(api, { rateLimit }))));
        for (const { api } of apis) expect(api.requests).toHaveLength(Number(times[index]));
      }
    }
  });

  // After a 429: test/rate-limit/refusals.test.ts.
  it.each<[when: string, retryAfter: string, totalTimeout?: number]>([
    ['when Retry-After is more than two minutes away', '121'],
    ['when totalTimeout would end first', '60', 5000],
    ['when totalTimeout would end at the same time', '5', 5000],
  ])('is not sent again %s: it fails at once, and no retry is announced', async (_, retryAfter, totalTimeout) => {
    const api = replying(() => errorResponse(503, { 'retry-after': retryAfter }));
    const onRetry = vi.fn();
    const call = get(clientOf(api, { totalTimeout }).on('retry', onRetry));
    expect(await settled(rejection(call))).toMatchObject({ status: 503 });
    expect([api.requests.length, performance.now()]).toEqual([1, 0]);
    expect(onRetry).not.toHaveBeenCalled();
  });

  it.each([0, 2000])('is sent again after a failure however long maxWait is: %i', async (maxWait) => {
    const api = replying(500);
    await settled(rejection(get(clientOf(api, { rateLimit: { maxWait } }))));
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000, 5000]);
  });

  it('is sent again with the same key and body', async () => {
    const api = replying(500, 201);
    expect(await settled(withKeys(clientOf(api)).users.create(newUser, key))).toEqual(user);
    const sent = { body: JSON.stringify(newUser), headers: { 'idempotency-key': 'key-1' } };
    expect(api.requests.map(({ init }) => init)).toMatchObject([sent, sent]);
  });

  it('emits an event for each retry, when it is planned, and rejects with the error of the last attempt', async () => {
    const client = clientOf(replying(500, 503, 504));
    const events: RetryEvent[] = [];
    client.on('retry', (event) => events.push(event));

    expect(await settled(rejection(get(client)))).toMatchObject({ status: 504 });
    const target = { callId: events[0]?.callId, method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(events).toEqual([
      { ...target, attempt: 1, delay: 1000, status: 500, reason: 'Answered 500. (500 GET /users/{id})' },
      { ...target, attempt: 2, delay: 4000, status: 503, reason: 'Answered 503. (503 GET /users/{id})' },
    ]);
  });
});

describe('shouldRetry', () => {
  it('gets the error and the attempt before each retry; that of a call replaces that of its client', async () => {
    const shouldRetry = vi.fn<ShouldRetry>(() => true);
    const { users } = clientOf(replying(500), { shouldRetry: () => false });
    await settled(rejection(users.get('user_123', { shouldRetry })));
    // Nor about one that could repeat an effect.
    await settled(rejection(users.create(newUser, { shouldRetry })));

    const target = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(shouldRetry.mock.calls).toEqual([
      [expect.any(InternalServerError), { ...target, attempt: 1, delay: 1000 }],
      [expect.any(InternalServerError), { ...target, attempt: 2, delay: 4000 }],
    ]);
  });

  it.each<[string, number, ShouldRetry, sent: number]>([
    ['vetoes a retry', 500, (_, { attempt }) => attempt < 2, 2],
    ['vetoes one that would wait for the rate limit', 429, (error) => !(error instanceof RateLimitError), 1],
    ['causes none too many', 500, () => true, 3],
  ])('%s: the call rejects with the error of the attempt', async (_, status, shouldRetry, sent) => {
    const api = replying(status);
    expect(await settled(rejection(get(clientOf(api, { shouldRetry }))))).toMatchObject({ status });
    expect(api.requests).toHaveLength(sent);
  });

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['Promise', () => Promise.resolve(false)], // which would always be true
    ['Promise', () => Promise.reject(new Error('late'))],
  ])('has to return a boolean: the call rejects, and says so, if it returns %s', async (got, shouldRetry) => {
    // Callers without types may return anything.
    const client = clientOf(replying(500), { shouldRetry: shouldRetry as ShouldRetry });
    expect(await settled(rejection(client.request('PUT', '/teams')))).toMatchObject({
      name: 'ExampleError', // An InvalidRequestError would say that nothing was sent.
      message: `shouldRetry must return true or false; got ${got}.`,
      ...{ mayHaveTakenEffect: true, cause: { status: 500 } },
    });
  });

  it('may throw anything, which ends the call as a failure', async () => {
    const client = clientOf(replying(500), { shouldRetry: throwing(undefined) });
    const outcomes: unknown[] = [];
    client.on('callEnd', ({ outcome, status, attempts }) => outcomes.push([outcome, status, attempts]));
    expect(await settled(rejection(get(client)))).toBeUndefined();
    expect(outcomes).toEqual([['failure', 500, 1]]);
  });
});
