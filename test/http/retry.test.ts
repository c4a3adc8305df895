import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionError, InternalServerError, RateLimitError } from '@example/sdk';
import type { CallEndEvent, CallError, Client, ClientOptions } from '@example/sdk';
import type { FetchResponse, RetryEvent, ShouldRetry } from '@example/sdk';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, lost, replying, unknownHost } from '../support/in-process-api.ts';
import type { Reply, SentRequest } from '../support/in-process-api.ts';
import { fixJitter, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

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

const busyFor = (seconds: number) => () => errorResponse(503, { 'retry-after': `${seconds}` });
/** A success whose body breaks off. */
const brokenOff = (problem: (request: SentRequest) => unknown) => (request: SentRequest) =>
  new Response(new ReadableStream({ pull: () => problem(request) as Promise<never> }), { status: 201 });

describe('a call', () => {
  // How often requests are sent with `maxRetries: 2`, as in the table in docs/retries.md, and what the error and the
  // event say about a call other than a GET: whether it may have taken effect.
  it.each<[outcome: string, get: number, post: number, withKey: number, mayHave: boolean, error: string, Reply]>([
    ['503 with Retry-After', 3, 1, 3, true, 'InternalServerError', busyFor(1)],
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

  it.each([
    ['GET', [408, 429, 500, 502, 503, 504]],
    ['POST', [429]],
  ] as const)('is retried after these statuses of all, as a %s: %j', async (method, expected) => {
    const retried: number[] = [];
    for (let status = 400; status < 600; status++) {
      const api = replying(status, 404);
      await settled(rejection(clientOf(api).request(method, '/teams')));
      if (api.requests.length > 1) retried.push(status);
    }
    expect(retried).toEqual(expected);
  });

  it.each<[when: string, ClientOptions, Reply, sentAt: number[], jitter?: number]>([
    ['after 1 s, and then after 4 s', {}, 500, [0, 1000, 5000]],
    ['after two thirds of this, with the least jitter', {}, 500, [0, 667, 3334], 2 / 3],
    ['after 8 s at most', { maxRetries: 4 }, 500, [0, 1000, 5000, 13_000, 21_000]],
    ['counted from when the attempt was sent', {}, () => sleep(300).then(() => errorResponse(500)), [0, 1000, 5000]],
    ['a moment after an attempt that took longer', { timeout: 5000 }, 'no answer', [0, 5001, 10_002]],
    ['when Retry-After says, from the response on', {}, () => sleep(500).then(busyFor(7)), [0, 7500, 15_000]],
    ['after two minutes, if Retry-After says so', {}, busyFor(120), [0, 120_000, 240_000]],
    ['not at all if Retry-After says more', {}, busyFor(121), [0]],
    ['after half of the time that totalTimeout leaves', { totalTimeout: 3000 }, 500, [0, 1000, 2000]],
    // After a 429: test/rate-limit/refusals.test.ts.
    ['not at all if totalTimeout would end by then', { totalTimeout: 5000 }, busyFor(5), [0]],
    ['when Retry-After says, if totalTimeout ends later', { totalTimeout: 5001 }, busyFor(5), [0, 5000]],
    ['even with maxWait: 0', { rateLimit: { maxWait: 0 } }, 500, [0, 1000, 5000]],
    ['even with a maxWait that is too short', { rateLimit: { maxWait: 2000 } }, 500, [0, 1000, 5000]],
  ])('is retried %s', async (_, options, reply, sentAt, jitter = 1) => {
    fixJitter(jitter);
    const api = replying(reply);
    const onRetry = vi.fn();
    const call = get(clientOf(api, options).on('retry', onRetry));
    // It is the attempt's error, not that of totalTimeout.
    expect(await settled(rejection(call))).not.toHaveProperty('message', expect.stringContaining('totalTimeout'));
    expect(api.requests.map(({ at }) => at)).toEqual(sentAt);
    expect(onRetry).toHaveBeenCalledTimes(sentAt.length - 1);
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
