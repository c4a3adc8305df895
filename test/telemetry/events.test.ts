import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import type {
  CallEndEvent,
  ClientOptions,
  FetchResponse,
  RequestEvent,
  RequestOptions,
  ResponseEvent,
} from '@example/sdk';
import { Redactor } from '../../src/telemetry/redaction.ts';
import { apiToken, clientOf, fail, json, rejection, serve, throwing, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';

const headers = { 'x-request-id': 'req_42', ...budget(100, 99, 1640995200) };
const healthyApi = () => inProcessApi(() => Response.json(user, { headers }));

describe('events', () => {
  it('are emitted for each attempt: the request and the response', async () => {
    useVirtualTime();
    const api = inProcessApi(async () => {
      await sleep(120);
      return Response.json(user, { headers });
    });
    const client = clientOf(api);
    const events: (RequestEvent | ResponseEvent)[] = [];
    client.on('request', (event) => events.push(event)).on('response', (event) => events.push(event));

    await settled(client.users.get('user_123'));

    const callId = expect.stringMatching(/^call_\d+$/) as string;
    const target = { callId, method: 'GET', path: '/users/user_123', route: '/users/{id}', attempt: 1 };
    expect(events).toEqual([
      { ...target, url: `${api.url}/users/user_123`, headers: {} },
      {
        ...target,
        status: 200,
        duration: 120,
        requestId: 'req_42',
        rateLimit: { limit: 100, remaining: 99, reset: 1640995200 },
      },
    ]);
  });

  it('reach a listener as often as it was added, once after once(), and never after off()', async () => {
    const client = clientOf(healthyApi());
    const [twice, once, removed] = [vi.fn(), vi.fn(), vi.fn()];
    client.on('request', twice).on('request', twice).once('request', once);
    client.on('request', removed).off('request', removed).off('response', vi.fn());

    await client.users.get('user_123');
    client.off('request', twice);
    await client.users.get('user_123');

    expect(twice).toHaveBeenCalledTimes(2);
    expect(once).toHaveBeenCalledTimes(1);
    expect(removed).not.toHaveBeenCalled();
  });

  it.each([undefined, null, 7, Symbol('retry'), '__proto__'])('do not exist under any other name: %s', (name) => {
    expect(() => clientOf(healthyApi()).on(name as 'retry', vi.fn())).toThrow(InvalidRequestError);
  });
});

/** A window that is used up, and ends in a minute of virtual time. */
const usedUp = budget(100, 0, Date.UTC(2026, 0, 1) / 1000 + 60);

describe('callEnd comes once for each call, however it ends', () => {
  const refused = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
  const ok = () => Response.json(user);

  interface Given {
    readonly answer?: () => FetchResponse | Promise<FetchResponse>;
    readonly options?: ClientOptions;
    readonly request?: RequestOptions;
  }

  it.each<[string, Given, Partial<CallEndEvent>]>([
    ['a success', {}, { outcome: 'success', status: 200, attempts: 1 }],
    ['an error status', { answer: () => errorResponse(404) }, { outcome: 'failure', status: 404, attempts: 1 }],
    ['retries', { answer: () => errorResponse(500) }, { outcome: 'failure', status: 500, attempts: 3 }],
    ['no answer', { answer: refused }, { outcome: 'failure', status: undefined, attempts: 3 }],
    ['a body that is unusable', { answer: () => new Response('x') }, { outcome: 'failure', status: 200, attempts: 1 }],
    ['an abort', { request: { signal: AbortSignal.abort('no') } }, { outcome: 'aborted', attempts: 0 }],
    [
      'a timeout',
      { answer: () => new Promise(() => 0), options: { maxRetries: 0 }, request: { timeout: 50 } },
      { outcome: 'failure', attempts: 1 },
    ],
    [
      'a total timeout',
      { answer: () => new Promise(() => 0), request: { totalTimeout: 50 } },
      { outcome: 'failure', attempts: 1 },
    ],
    ['the queue', { options: { rateLimit: { limit: 1, maxWait: 0 } } }, { outcome: 'failure', attempts: 0 }],
    ['no token', { options: { apiToken: () => '' } }, { outcome: 'failure', attempts: 0 }],
    ['wrong options', { request: { timeout: -1 } }, { outcome: 'failure', attempts: 0 }],
  ])('%s', async (name, { answer = ok, options, request }, expected) => {
    useVirtualTime();
    const client = clientOf(inProcessApi(answer), options);
    if (name === 'the queue') await client.users.get('first');
    const ends: CallEndEvent[] = [];
    client.on('callEnd', (event) => ends.push(event));

    const outcome = await settled(client.users.get('user_123', request).catch((error: unknown) => ({ error })));

    const error = 'error' in outcome ? outcome.error : undefined;
    const path = name === 'wrong options' ? '/users/{id}' : '/users/user_123';
    expect(ends).toEqual([{ ...ends[0], ...expected, path, method: 'GET', route: '/users/{id}', error }]);
    expect(ends[0]?.attempt).toBe(expected.attempts);
  });

  it('says how long the call took, how much of that it waited, and which request it was in the end', async () => {
    useVirtualTime();
    fixJitter(1);
    const statuses = [503, 200];
    const api = inProcessApi(async () => {
      await sleep(100);
      return Response.json(user, { status: statuses.shift() ?? 418, headers });
    });
    const client = clientOf(api);
    const ends: CallEndEvent[] = [];
    client.on('callEnd', (event) => ends.push(event));

    await settled(client.users.get('user_123'));

    expect(ends).toMatchObject([{ attempts: 2, waited: 900, duration: 1100, requestId: 'req_42', status: 200 }]);
  });

  it('has the id that all events of its call have', async () => {
    useVirtualTime();
    const api = inProcessApi(() =>
      api.requests.length === 1 ? errorResponse(500, usedUp) : Response.json({ id: 'user_1' }),
    );
    const client = clientOf(api);
    const events: [string, string, number][] = [];
    for (const name of ['request', 'response', 'retry', 'rateLimitWait', 'validationIssue', 'callEnd'] as const) {
      client.on(name, ({ callId, route, attempt }) => events.push([`${name} ${route}`, callId, attempt]));
    }

    await settled(client.users.get('user_1'));

    const callId = events[0]?.[1];
    const expected = [
      ['request', 1],
      ['response', 1],
      ['retry', 1],
      ['rateLimitWait', 2],
      ['request', 2],
      ['response', 2],
      ['validationIssue', 2],
      ['callEnd', 2],
    ];
    expect(events).toHaveLength(expected.length);
    expect(events).toEqual(
      expect.arrayContaining(expected.map(([name, attempt]) => [`${name} /users/{id}`, callId, attempt])),
    );
  });

  it('comes at the headers for a caller that reads the body itself', async () => {
    const client = clientOf(healthyApi());
    const onEnd = vi.fn();
    client.on('callEnd', onEnd);

    const response = await client.users.get('user_123').asResponse();
    expect(onEnd).toHaveBeenCalledOnce();

    await response.text();
    expect(onEnd).toHaveBeenCalledOnce();
  });
});

describe('a listener of request may add headers', () => {
  it('to each attempt, before those of the client and of the call, but not authorization', async () => {
    const server = await serve((_, response) => fail(response, server.requests.length === 1 ? 500 : 404));
    const client = clientOf(server, { headers: { 'x-app': 'one' } });
    fixJitter(0);
    client.on('request', ({ headers, attempt }) => Object.assign(headers, { Traceparent: `00-${attempt}` }));
    client.on('request', ({ headers }) => (headers['x-app'] = 'two'));

    await rejection(client.users.get('user_123'));

    expect(server.requests.map(({ headers }) => [headers['traceparent'], headers['x-app']])).toEqual([
      ['00-1', 'two'],
      ['00-2', 'two'],
    ]);
  });

  it.each([
    { authorization: 'Bearer mine' },
    { 'x y': '1' },
    { 'x-note': 'a\r\nx-admin: yes' },
    { expect: '1' },
    { 'transfer-encoding': 'chunked' },
  ])('and what no request can carry is logged and left out, and the others are sent: %j', async (added) => {
    const error = vi.fn();
    const logger = { error, warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
    const server = await serve((_, response) => json(response, 200, user));
    const client = clientOf(server, { logger, logLevel: 'error' });
    client.on('request', ({ headers }) => Object.assign(headers, added));
    client.on('request', ({ headers }) => Object.assign(headers, { traceparent: '00-1' }));

    expect(await client.users.get('user_123')).toEqual(user);

    expect(server.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${apiToken}`, traceparent: '00-1' });
    expect(error).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(
        /An event listener failed \(.*event\.headers.+\)\. The call continues without this header\./,
      ),
      expect.objectContaining({ route: '/users/{id}' }),
    );
  });
});

it.each<[string, (event: { headers?: unknown }) => unknown]>([
  ['deletes', (event) => delete event.headers],
  ['replaces', (event) => (event.headers = undefined)],
  ['replaces by what fails', (event) => (event.headers = new Proxy({}, { ownKeys: () => expect.fail('no') }))],
])('a listener of request that %s the headers is logged, and changes nothing', async (_, listener) => {
  const error = vi.fn();
  const logger = { error, warn: vi.fn(), info: vi.fn(), debug: vi.fn() };
  const api = healthyApi();
  const client = clientOf(api, { logger, logLevel: 'error' });
  client.on('request', ({ headers }) => (headers['x-app'] = '1'));
  client.on('request', listener);

  expect(await client.users.get('user_123')).toEqual(user);

  expect(api.requests[0]?.init.headers).toMatchObject({ 'x-app': '1' });
  expect(error).toHaveBeenCalledOnce();
});

describe('a listener that fails changes nothing', () => {
  const fail = () => expect.fail('it was looked at');
  const unprintable = new Proxy(new Error('listener'), { get: fail, getPrototypeOf: fail });

  it.each([
    ['throws', () => expect.fail('listener')],
    ['rejects', () => Promise.reject(new Error('listener'))],
    ['throws nothing that can be printed', throwing(unprintable)],
    ['rejects with nothing that can be printed', () => Promise.reject(unprintable)],
    [
      'throws an error whose message is none',
      throwing(Object.assign(new Error(), { message: Object.create(null) as string })),
    ],
    ['has a then that throws', () => ({ then: () => expect.fail('then') })],
    ['returns a call that fails', () => clientOf({ url: 'https://a.example.com' }).users.get('')],
  ])('when it %s: the call continues, the other listeners are called, and it is logged', async (_, broken) => {
    const error = vi.fn();
    const client = clientOf(healthyApi(), {
      logLevel: 'error',
      logger: { error, warn: vi.fn(), info: vi.fn(), debug: vi.fn() },
    });
    const listener = vi.fn();
    client.on('request', broken).on('request', listener);

    expect(await client.users.get('user_123')).toEqual(user);
    expect(listener).toHaveBeenCalledOnce();
    expect(error).toHaveBeenCalledOnce();
    expect(error.mock.calls[0]![0]).toMatch(/An event listener failed \(.+\)\. The call continues\./);
  });
});

it('a call that nobody observes looks for no secrets, and a listener of response pays for the request id only', async () => {
  const find = vi.spyOn(Redactor.prototype, 'redact');
  onTestFinished(() => find.mockRestore());
  const client = clientOf(healthyApi());

  await client.users.get('user_123');
  expect(find).not.toHaveBeenCalled();

  client.on('response', () => undefined);
  await client.users.get('user_123');
  expect(find.mock.calls.map(([text]) => text)).toEqual(['req_42']);
});
