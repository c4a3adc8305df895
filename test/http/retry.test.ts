import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionError, InternalServerError, RateLimitError } from '@example/sdk';
import type { CallEndEvent, CallError, Client, FetchResponse, RetryEvent, ShouldRetry } from '@example/sdk';
import { planRetry, type Failure } from '../../src/http/retry.ts';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, unknownHost, type SentRequest } from '../support/in-process-api.ts';
import { lost, replying, type Reply } from '../support/replies.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

const minute = 60_000;

describe('planRetry', () => {
  const status = (code: number, requestedDelay?: number): Failure => ({ kind: 'status', status: code, requestedDelay });
  const defaults = { failure: status(503), duration: 0, isIdempotent: true, maxRetries: 2, retries: 0, random: 1 };
  const none = { countsAsRetry: true, rest: 0, isLastRetry: false };
  type Given = Partial<typeof defaults> & { endsAt?: number; verdict?: Partial<typeof none> };
  const plan = (given: Given) => {
    const { failure, duration, isIdempotent, maxRetries, retries, random } = { ...defaults, ...given };
    const failed = { failure, duration, verdict: { ...none, ...given.verdict } };
    return planRetry(failed, { isIdempotent, endsAt: given.endsAt, options: { maxRetries } }, retries, random, 5000);
  };

  it.each<[what: string, Given, [delay: number, retries: number]?]>([
    ['0.67 to 1 s', { random: 0 }, [667, 1]],
    ['then 2.7 to 4 s', { retries: 1, random: 0.5 }, [3333, 2]],
    ['then up to 8 s', { retries: 8, maxRetries: 9 }, [8000, 9]],
    ['counted from when the attempt was sent', { duration: 300 }, [700, 1]],
    ['half of what totalTimeout leaves', { retries: 1, endsAt: 7200 }, [1100, 2]],
    ['but what Retry-After says', { failure: status(503, 7000), endsAt: 7200 }, [7000, 1]],
    ['at least a moment', { duration: 30_000 }, [1, 1]],
    ['what Retry-After says, from its response on', { failure: status(503, 7000), duration: 500 }, [7000, 1]],
    ['up to two minutes', { failure: status(503, 2 * minute) }, [2 * minute, 1]],
    ['not after more', { failure: status(503, 2 * minute + 1) }],
    ['up to an hour after a 429', { failure: status(429, 60 * minute) }, [60 * minute, 1]],
    ['not after more', { failure: status(429, 60 * minute + 1) }],
    ['what the limiter says, uncounted', { verdict: { countsAsRetry: false, rest: 4000 }, retries: 2 }, [4000, 2]],
    ['not with maxRetries: 0, whatever it is', { verdict: { countsAsRetry: false }, maxRetries: 0 }],
    ['the last one if the route always fails', { verdict: { isLastRetry: true } }, [4000, 2]],
    ['and none after it', { verdict: { isLastRetry: true }, retries: 2 }],
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
const patch = (client: Client, more = {}) => client.request('PATCH', '/teams/team_1', { body: {}, ...more });

const calls: Record<string, ((client: Client) => Promise<unknown>)[]> = {
  'GET, PUT, DELETE': [get, (it) => it.request('PUT', '/teams'), (it) => it.request('DELETE', '/teams')],
  // The API doesn't say that it supports the key.
  'POST, PATCH': [(it) => it.users.create(newUser), patch, (it) => it.users.create(newUser, key)],
  'with a supported key': [(it) => withKeys(it).users.create(newUser, key), (it) => patch(withKeys(it), key)],
};

/** A success whose body breaks off. */
const brokenOff = (problem: (request: SentRequest) => unknown) => (request: SentRequest) =>
  new Response(new ReadableStream({ pull: () => problem(request) as Promise<never> }), { status: 201 });

describe('a call', () => {
  // How often requests are sent with `maxRetries: 2`, as in the table in docs/retries.md, and what the error and the
  // event say about a call other than a GET: whether it may have taken effect.
  it.each<[outcome: string, get: number, post: number, withKey: number, mayHave: boolean, error: string, Reply]>([
    ['503 with Retry-After', 3, 1, 3, true, 'InternalServerError', () => errorResponse(503, { 'retry-after': '1' })],
    ['408', 3, 1, 3, true, 'APIError', 408],
    ['422', 1, 1, 1, false, 'UnprocessableEntityError', 422],
    ['no such host', 3, 3, 3, false, 'ConnectionError', 'no such host'],
    ['reset after sending', 3, 1, 3, true, 'ConnectionError', 'a reset'],
    ['no reason', 3, 1, 3, true, 'ConnectionError', 'no reason'],
    ['timeout after sending', 3, 1, 3, true, 'TimeoutError', 'no answer'],
    ['reset in the middle of the body', 3, 1, 3, true, 'ConnectionError', brokenOff(lost('ECONNRESET'))],
    ['a body that says that nothing was sent', 3, 1, 3, true, 'ConnectionError', brokenOff(unknownHost)],
    ['malformed 2xx', 1, 1, 1, true, 'ResponseValidationError', () => new Response('{"id":')],
    ['a value that is not a response', 1, 1, 1, true, 'ConnectionError', () => ({}) as FetchResponse],
  ])('%s: a GET is sent %i times, a POST %i, with a supported key %i; has it taken effect: %s', async (...row) => {
    const [, get, post, withKey, mayHave, name, reply] = row;
    const times = { 'GET, PUT, DELETE': get, 'POST, PATCH': post, 'with a supported key': withKey };
    for (const [kind, each] of Object.entries(calls)) {
      for (const rateLimit of [false, {}] as const) {
        for (const call of each) {
          const api = replying(reply);
          const ends: CallEndEvent[] = [];
          const client = clientOf(api, { rateLimit }).on('callEnd', (event) => ends.push(event));
          const error = (await settled(rejection(call(client)))) as CallError;
          const mayHaveTakenEffect = mayHave && error.method !== 'GET';
          expect([error, ends[0]]).toMatchObject([{ name, mayHaveTakenEffect }, { mayHaveTakenEffect }]);
          // The message says so only if nothing else implies it.
          const isSaid = error.message.includes('The call may have taken effect.');
          expect(isSaid).toBe(error instanceof ConnectionError && mayHaveTakenEffect);
          const sent = api.requests.map(({ init }) => ({ ...init, signal: undefined }));
          const expected: unknown[] = Array(times[kind as keyof typeof times]).fill(sent[0]);
          expect({ kind, rateLimit, sent }).toEqual({ kind, rateLimit, sent: expected });
        }
      }
    }
  });

  // After a 429: test/rate-limit/refusals.test.ts.
  it('fails immediately, without announcing a retry, if totalTimeout would end at the time of the retry', async () => {
    const api = replying(() => errorResponse(503, { 'retry-after': '5' }));
    const onRetry = vi.fn();
    const call = get(clientOf(api, { totalTimeout: 5000 }).on('retry', onRetry));
    expect(await settled(rejection(call))).toMatchObject({ status: 503 });
    expect([api.requests.length, performance.now(), onRetry.mock.calls.length]).toEqual([1, 0, 0]);
  });

  it('is retried earlier if totalTimeout leaves little time', async () => {
    const api = replying(500);
    await settled(rejection(get(clientOf(api, { totalTimeout: 3000 }))));
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000, 2000]);
  });

  it.each([0, 2000])('is retried after a failure, whatever maxWait is: %i', async (maxWait) => {
    const api = replying(500);
    await settled(rejection(get(clientOf(api, { rateLimit: { maxWait } }))));
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1000, 5000]);
  });

  it("emits an event when each retry is planned, and rejects with the last attempt's error", async () => {
    const events: RetryEvent[] = [];
    const client = clientOf(replying(500, 503, 504)).on('retry', (event) => events.push(event));
    expect(await settled(rejection(get(client)))).toMatchObject({ status: 504 });
    const target = { callId: events[0]?.callId, method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(events).toEqual([
      { ...target, attempt: 1, delay: 1000, status: 500, reason: 'Answered 500. (500 GET /users/{id})' },
      { ...target, attempt: 2, delay: 4000, status: 503, reason: 'Answered 503. (503 GET /users/{id})' },
    ]);
  });
});

describe('mayHaveTakenEffect', () => {
  const noToken = (client: Client) => client.withOptions({ apiToken: () => expect.fail() });
  const impatient = (client: Client) => client.withOptions({ rateLimit: { maxWait: 0 } });

  it.each<[what: string, name: string, (client: Client) => Promise<unknown>]>([
    ['a token function fails', 'ExampleError', (client) => noToken(client).users.create(newUser)],
    ['an option is wrong', 'InvalidRequestError', (client) => client.users.create(newUser, { timeout: -1 })],
    ['it would wait too long', 'RateLimitWaitError', (client) => impatient(client).users.create(newUser)],
  ])('is false if nothing was sent, because %s', async (_, name, call) => {
    const api = replying(() => Response.json(user, { headers: budget(1, 0, Date.now() / 1000 + 60) }));
    const client = clientOf(api);
    await client.users.get('user_123');
    expect(await settled(rejection(call(client)))).toMatchObject({ name, mayHaveTakenEffect: false });
    expect(api.requests).toHaveLength(1);
  });

  it.each<[what: string, mayHave: boolean, name: string, Reply[]]>([
    ['a 500, then a 404', true, 'APIError', [500, 404]],
    ['a reset, then no such host', true, 'ConnectionError', ['a reset', 'no such host', 'no such host']],
    ['no such host, then a 422', false, 'UnprocessableEntityError', ['no such host', 422]],
    ['a refusal, then a 422', false, 'UnprocessableEntityError', [429, 422]],
  ])('takes one attempt: a PUT that gets %s: %s', async (_, mayHaveTakenEffect, name, replies) => {
    const api = replying(...replies);
    const error = await settled(rejection(clientOf(api).request('PUT', '/teams')));
    expect(error).toMatchObject({ name, mayHaveTakenEffect });
    expect(api.requests).toHaveLength(replies.length);
  });

  it.each([0, 100])('is in the event of an aborted call: after %i ms', async (delay) => {
    const onEnd = vi.fn();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), delay);
    if (delay === 0) controller.abort();
    const { users } = clientOf(replying('no answer')).on('callEnd', onEnd);
    await settled(rejection(users.create(newUser, { signal: controller.signal })));
    expect(onEnd.mock.calls).toMatchObject([[{ outcome: 'aborted', mayHaveTakenEffect: delay > 0 }]]);
  });
});

describe('shouldRetry', () => {
  it("gets the error and the attempt before each retry; a call's function replaces the client's", async () => {
    const shouldRetry = vi.fn<ShouldRetry>(() => true);
    const { users } = clientOf(replying(500), { shouldRetry: () => false });
    await settled(rejection(users.get('user_123', { shouldRetry })));
    // A call that could repeat an effect is not retried, so the function isn't called.
    await settled(rejection(users.create(newUser, { shouldRetry })));

    const target = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(shouldRetry.mock.calls).toEqual([
      [expect.any(InternalServerError), { ...target, attempt: 1, delay: 1000 }],
      [expect.any(InternalServerError), { ...target, attempt: 2, delay: 4000 }],
    ]);
  });

  it('can veto a retry, even one after a 429: the call rejects with the error of the attempt', async () => {
    const api = replying(500, 429);
    const shouldRetry: ShouldRetry = (error) => !(error instanceof RateLimitError);
    expect(await settled(rejection(get(clientOf(api, { shouldRetry }))))).toMatchObject({ status: 429 });
    expect(api.requests).toHaveLength(2);
  });

  it('may throw: the call rejects with what it threw as the cause', async () => {
    const broken = () => {
      throw new TypeError('no such field');
    };
    expect(await settled(rejection(get(clientOf(replying(500), { shouldRetry: broken }))))).toMatchObject({
      ...{ name: 'ExampleError', message: 'shouldRetry failed; see the cause.' },
      cause: { name: 'TypeError', message: 'no such field' },
    });
  });

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['Promise', () => Promise.reject(new Error('late'))], // a promise would always be truthy
  ])('must return a boolean: if it returns %s, the call rejects and says so', async (got, shouldRetry) => {
    // Callers without types may return anything.
    const client = clientOf(replying(500), { shouldRetry: shouldRetry as ShouldRetry });
    expect(await settled(rejection(client.request('PUT', '/teams')))).toMatchObject({
      name: 'ExampleError', // An InvalidRequestError would say that nothing was sent.
      message: `shouldRetry must return true or false; got ${got}.`,
      ...{ mayHaveTakenEffect: true, cause: { status: 500 } },
    });
  });
});
