import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ConnectionError, ExampleError, InternalServerError, UnavailableError } from '@example/sdk';
import type { CallEndEvent, Client, EndpointOptions, FetchResponse } from '@example/sdk';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, noAnswer, unknownHost } from '../support/in-process-api.ts';
import { lost, offline } from './support/failures.ts';
import type { SentRequest } from '../support/in-process-api.ts';
import { printed } from '../support/printed.ts';
import { fixJitter, passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

// What an error says about its call: whether it may have taken effect, what it waited for, and what failed last.

beforeEach(useVirtualTime);
beforeEach(() => fixJitter(1));

type Answer = (request: SentRequest) => FetchResponse | Promise<FetchResponse>;
const never = new Promise<never>(() => undefined);

/** How a call ended, as its error and its event say. */
async function endOf(client: Client, call: (client: Client) => Promise<unknown>) {
  const events: CallEndEvent[] = [];
  client.on('callEnd', (event) => events.push(event));
  const error = await settled(
    call(client).then(
      () => undefined,
      (reason: unknown) => reason,
    ),
  );
  expect(events).toHaveLength(1);
  if (error instanceof ExampleError) expect(events[0]?.mayHaveTakenEffect).toBe(error.mayHaveTakenEffect);
  const { name, message } = (error ?? { name: 'none', message: '' }) as Error;
  return { name, message, error, mayHaveTakenEffect: events[0]?.mayHaveTakenEffect };
}

describe('mayHaveTakenEffect: a call that was sent, is no GET, and that no response rejected', () => {
  const responses = [422, 401, 403, 404, 409, 302].map((status): [string, boolean, string, Answer] => [
    `a ${status}`,
    false,
    status === 404 ? 'NotFoundError' : (expect.stringMatching(/Error$/) as string),
    () => errorResponse(status),
  ]);

  it.each<[what: string, expected: boolean, name: string, Answer, EndpointOptions?]>([
    ...responses,
    ['a refusal', false, 'RateLimitError', () => errorResponse(429)],
    ['a 408', true, 'APIError', () => errorResponse(408)],
    ['a 500', true, 'InternalServerError', () => errorResponse(500)],
    ['a 503', true, 'InternalServerError', () => errorResponse(503)],
    ['no such host', false, 'ConnectionError', unknownHost],
    ['a reset connection', true, 'ConnectionError', lost('ECONNRESET')],
    ['a failure without a reason', true, 'ConnectionError', offline],
    ['the timeout of the attempt', true, 'TimeoutError', noAnswer],
    ['the timeout of the call', true, 'TimeoutError', noAnswer, { totalTimeout: 100 }],
    ['a success that is not JSON', true, 'ResponseValidationError', () => new Response('<p>')],
    ['a success that is too large', true, 'ResponseTooLargeError', () => new Response('x'.repeat(9000))],
    ['what is no response', true, 'ConnectionError', () => ({}) as FetchResponse],
    ['an abort while it is in flight', true, 'AbortError', noAnswer, { signal: AbortSignal.abort() }],
  ])('%s: %s', async (what, expected, name, answer, options) => {
    for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const) {
      const controller = new AbortController();
      const api = inProcessApi((request) => {
        if (options?.signal) controller.abort();
        return answer(request);
      });
      const client = clientOf(api, { maxRetries: 0, maxResponseSize: 8000 });
      const signal = options?.signal && controller.signal;
      const call = () => client.request(method, '/teams/{id}', { params: { id: '1' }, ...options, signal });
      const end = await endOf(client, call);

      expect([end.name, end.mayHaveTakenEffect], method).toEqual([name, expected && method !== 'GET']);
      // The message says so if nothing else does.
      const isLost = end.error instanceof ConnectionError;
      if (isLost) expect(end.message.includes('It may have taken effect.')).toBe(end.mayHaveTakenEffect);
    }
  });

  it.each<[what: string, name: string, (client: Client) => Promise<unknown>]>([
    [
      'a token function fails',
      'ExampleError',
      (client) => client.withOptions({ apiToken: () => expect.fail() }).users.create(newUser),
    ],
    ['an option is wrong', 'InvalidRequestError', (client) => client.users.create(newUser, { timeout: -1 })],
    ['it is aborted before', 'AbortError', (client) => client.users.create(newUser, { signal: AbortSignal.abort() })],
    [
      'it would wait for longer than maxWait',
      'RateLimitWaitError',
      (client) => client.withOptions({ rateLimit: { maxWait: 0 } }).users.create(newUser),
    ],
  ])('nothing was sent if %s', async (_, name, call) => {
    const api = inProcessApi(() => Response.json(user, { headers: budget(1, 0, Date.now() / 1000 + 60) }));
    const client = clientOf(api);
    await client.users.get('user_123');

    expect(await endOf(client, call)).toMatchObject({ name, mayHaveTakenEffect: false });
    expect(api.requests).toHaveLength(1);
  });

  it.each<[what: string, expected: boolean, Answer[]]>([
    ['a 500, then a 404', true, [() => errorResponse(500), () => errorResponse(404)]],
    ['a reset, then no such host', true, [lost('ECONNRESET'), unknownHost, unknownHost]],
    ['no such host, then a 422', false, [unknownHost, () => errorResponse(422)]],
    ['a refusal, then a 422', false, [() => errorResponse(429), () => errorResponse(422)]],
  ])('one attempt is enough: a PUT that gets %s: %s', async (_, expected, answers) => {
    const api = inProcessApi((request) => answers[api.requests.length - 1]!(request));
    const put = (client: Client) => client.request('PUT', '/teams/{id}', { params: { id: '1' }, body: {} });

    const { mayHaveTakenEffect, name, message } = await endOf(clientOf(api), put);

    expect(mayHaveTakenEffect).toBe(expected);
    if (name === 'ConnectionError')
      expect(message).toBe('The request failed: getaddrinfo ENOTFOUND. It may have taken effect. (PUT /teams/{id})');
    expect(api.requests).toHaveLength(answers.length);
  });
});

describe('the error of totalTimeout says what the call waited for, whether it was sent, and what failed last', () => {
  const start = 'The call took longer than its totalTimeout of 1000 ms: it waits for';
  const get = (client: Client, totalTimeout = 1000) => client.users.get('user_123', { totalTimeout });
  const schema = { '~standard': { version: 1, vendor: 'test', validate: () => never } } as const;
  const failure = 'The last failure: Answered 500.';

  it.each<[message: string, Answer, (client: Client) => Promise<unknown>, others?: number]>([
    [`${start} a response. It was sent. (GET /users/{id})`, noAnswer, get],
    [
      `${start} a response. It may have taken effect. (POST /users)`,
      noAnswer,
      (client) => client.users.create(newUser, { totalTimeout: 1000 }),
    ],
    [
      `${start} the schema. It was sent. (200 GET /teams)`,
      () => Response.json({}),
      (client) => client.request('GET', '/teams', { schema, totalTimeout: 1000 }),
    ],
    [
      `${start} the rate limit or the token. It was not sent. (GET /users/{id})`,
      noAnswer,
      (client) => get(client.withOptions({ apiToken: () => never })),
    ],
    [
      `${start} an API that fails. It was sent. ${failure} (500 GET /users/{id}) (500 GET /users/{id})`,
      () => errorResponse(500),
      get,
      5,
    ],
  ])('%s', async (message, answer, call, others = 0) => {
    const client = clientOf(inProcessApi(answer));
    // Two calls that fail are an outage.
    const all = Array.from({ length: others }, () => rejection(get(client, 60_000)));

    expect(await settled(rejection(call(client)))).toMatchObject({ name: 'TimeoutError', message });
    expect(performance.now()).toBe(1000);
    await settled(Promise.all(all));
  });

  it('a call that never was sent has a copy of what failed', async () => {
    const api = inProcessApi((request) => (api.requests.length < 3 ? errorResponse(500) : noAnswer(request)));
    const client = clientOf(api);
    const others = ['1', '2'].map((id) => rejection(client.users.get(id, { timeout: 5000, maxRetries: 1 })));
    await passTime(200); // The first try hangs.
    const error = await settled(rejection(client.users.create(newUser, { totalTimeout: 500 })));

    expect(error).toMatchObject({
      message: `The call took longer than its totalTimeout of 500 ms: it waits for an API that fails. It was not sent. ${failure} (POST /users)`,
      cause: { name: 'InternalServerError', status: 500 },
      mayHaveTakenEffect: false,
    });
    await settled(Promise.all(others));
  });
});

describe('an UnavailableError', () => {
  const headers = { 'x-request-id': 'req_7' };

  it('of a call that was not sent has what failed as its cause, without the path and body of the other call', async () => {
    const failing = () =>
      Response.json(
        { error: { code: 'db_down', message: 'No database.', details: { id: 'user_other' } } },
        { status: 503, headers },
      );
    const api = inProcessApi((request) => (api.requests.length < 3 ? failing() : noAnswer(request)));
    const client = clientOf(api);
    const others = ['user_other', 'user_other2'].map((id) =>
      rejection(client.users.get(id, { timeout: 5000, maxRetries: 1 })),
    );
    await passTime(200);

    const { error, mayHaveTakenEffect } = await endOf(client, () => client.users.create(newUser, { outageWait: 1000 }));
    await settled(Promise.all(others));

    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toBeInstanceOf(ConnectionError);
    const { message, cause } = error as UnavailableError;
    expect(message).toBe(
      'The API has failed for longer than the call may wait (outageWait). It was not sent. (POST /users)',
    );
    expect(mayHaveTakenEffect).toBe(false);
    expect(cause).toBeInstanceOf(InternalServerError);
    expect(cause).toMatchObject({ message: 'No database.', status: 503, code: 'db_down', requestId: 'req_7' });
    expect(cause).not.toHaveProperty('path');
    expect(printed(error)).not.toContain('user_other');
  });

  it.each([
    ['GET', 'It was sent.', false],
    ['PUT', 'It may have taken effect.', true],
  ] as const)('of a %s that was sent has its own last error as its cause: %s', async (method, effect, expected) => {
    const client = clientOf(inProcessApi(() => errorResponse(503, headers)));
    const call = (id: string) => client.request(method, '/teams/{id}', { params: { id }, outageWait: 1000 });
    const others = ['1', '2', '3'].map((id) => rejection(call(id)));
    const error = await settled(rejection(call('mine')));
    await settled(Promise.all(others));

    expect(error).toMatchObject({
      name: 'UnavailableError',
      message: `The API has failed for longer than the call may wait (outageWait). ${effect} (${method} /teams/{id})`,
      mayHaveTakenEffect: expected,
      cause: { path: '/teams/mine', status: 503 },
    });
  });
});

describe('a test does not meet the one before it', () => {
  it('a mock that answers 500 leaves nothing: its calls are as fast the second time', async () => {
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api);
    const test = async () => {
      const [start, before] = [performance.now(), api.requests.length];
      await settled(Promise.allSettled(['1', '2', '3'].map((id) => client.users.get(id))));
      return api.requests.slice(before).map(({ at }) => at - start);
    };

    const first = await test();
    expect(await test()).toEqual(first);
    expect(first[0]).toBe(0);
  });

  it.each(['before', 'after'])('fake timers may be turned on %s the client was created', async (when) => {
    vi.useRealTimers();
    onTestFinished(() => void vi.useRealTimers());
    const api = inProcessApi(async () => {
      if (api.requests.length > 1) return sleep(50).then(() => Response.json(user));
      return errorResponse(503, { 'retry-after': '30' });
    });
    if (when === 'before') vi.useFakeTimers();
    const client = clientOf(api);
    if (when === 'after') vi.useFakeTimers();

    const call = client.users.get('user_123', { totalTimeout: 60_000 });
    await vi.advanceTimersByTimeAsync(40_000);

    expect(await call).toEqual(user);
  });
});
