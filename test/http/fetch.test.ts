import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { VERSION, type FetchResponse } from '@example/sdk';
import { connectionProblem, wasSent } from '../../src/http/fetch.ts';
import { freePort } from '../support/free-port.ts';
import { apiToken, clientOf, json, newUser, rejection, serve, throwing, user } from '../support/http-server.ts';
import {
  budget,
  errorResponse,
  inProcessApi,
  noAnswer,
  unknownHost,
  type SentRequest,
} from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';
import { lost, offline } from './support/failures.ts';

describe('a fetch', () => {
  it('is called with a URL and a plain object: the method, the headers, the redirect mode, the signal and the body', async () => {
    const api = inProcessApi(() => Response.json(user));

    await clientOf(api).users.get('user_123');
    await clientOf(api).users.create(newUser);

    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${apiToken}`,
      'user-agent': expect.stringMatching(new RegExp(`^example-sdk/${VERSION} Node\\.js/\\d+$`)) as string,
    };
    const init = { method: 'GET', headers, redirect: 'manual', signal: expect.any(AbortSignal) as AbortSignal };
    const post = { ...init, method: 'POST', headers: { ...headers, 'content-type': 'application/json' } };
    expect(api.requests.map(({ url, init }) => [url, init])).toEqual([
      [`${api.url}/users/user_123`, init],
      [`${api.url}/users`, { ...post, body: JSON.stringify(newUser) }],
    ]);
    for (const each of [api.requests[0]?.init, api.requests[0]?.init.headers])
      expect(Object.getPrototypeOf(each)).toBe(Object.prototype);
    expect(api.requests[0]?.init).not.toHaveProperty('body');
  });

  it('is the global one that is there when the call is made, unless you pass one', async () => {
    const client = clientOf({ url: 'https://api.example.com/v1' });
    const fetch = vi.fn(() => Promise.resolve(Response.json(user)));
    vi.stubGlobal('fetch', fetch);
    onTestFinished(() => void vi.unstubAllGlobals());

    expect(await client.users.get('user_123')).toEqual(user);
    expect(fetch).toHaveBeenCalledExactlyOnceWith(
      'https://api.example.com/v1/users/user_123',
      expect.objectContaining({ method: 'GET' }),
    );
  });

  it('may throw instead of rejecting', async () => {
    const api = { url: 'https://a.example.com', fetch: throwing(new Error('There is no tunnel.')) };

    expect(await rejection(clientOf(api, { maxRetries: 0 }).users.get('1'))).toMatchObject({
      ...{ name: 'ConnectionError', message: 'The request failed: There is no tunnel. (GET /users/{id})' },
    });
  });

  /** A response as node-fetch makes it: its body is a stream of Node. */
  function nodeResponse(status: number, content: unknown, init: Record<string, string> = {}): FetchResponse {
    const body = Readable.from([JSON.stringify(content)]);
    const fields = new Headers(init);
    const headers: FetchResponse['headers'] = {
      get: (name) => fields.get(name),
      forEach: (callback) => fields.forEach(callback),
    };
    const response = { status, ok: status < 300, headers, body, text: () => text(body) };
    return response;
  }

  it('may return responses that are not those of the web platform, of any status', async () => {
    const error = { code: 'denied', message: 'Go away.' };
    const answers = [
      nodeResponse(200, user, budget(50, 7, 1640995200)),
      nodeResponse(404, { error }, { 'x-request-id': 'req_1' }),
      nodeResponse(999, { error }),
    ];
    const { users } = clientOf(inProcessApi(() => answers.shift()!));

    const { data, rateLimit } = await users.get('user_123').withResponse();
    expect(data).toEqual(user);
    expect(rateLimit).toEqual({ limit: 50, remaining: 7, reset: 1640995200 });
    expect(await rejection(users.get('1'))).toMatchObject({
      name: 'NotFoundError',
      code: 'denied',
      requestId: 'req_1',
    });
    expect(await rejection(users.get('1'))).toMatchObject({ name: 'InternalServerError', code: 'denied', status: 999 });
  });

  const bodyOf = (body: unknown) => ({
    status: 200,
    ok: true,
    headers: new Headers(),
    body,
    text: () => Promise.resolve(''),
  });
  const chunk = new ReadableStream({ start: (controller) => controller.enqueue('{}') });
  const notResponse = (got: string) =>
    `What fetch resolves to must be a Response with status, ok, headers and text(); got ${got}. (GET`;

  it.each<[string, unknown]>([
    [notResponse('undefined'), undefined], // such as a mock that has no answer
    [notResponse('Object'), user],
    [notResponse('Object'), { ok: true, status: 200, json: () => Promise.resolve(user) }],
    [notResponse('Object'), { ok: true, status: 200, headers: {}, text: () => Promise.resolve('') }],
    [notResponse('Object'), { status: 200, headers: new Headers(), text: () => Promise.resolve('') }],
    [notResponse('Object'), { ok: true, status: '200', headers: new Headers(), text: () => Promise.resolve('') }],
    ['fetch has read the body of its response: let it read a clone(). (GET', { ...bodyOf(null), bodyUsed: true }],
    [
      "What text() of fetch's response resolves to must be a string; got Object. (200 GET",
      { ...bodyOf(null), text: () => Promise.resolve(user) },
    ],
    ["A chunk in the body of fetch's response must be a Uint8Array; got '{}'. (200 GET", bodyOf(chunk)],
  ])('that returns something else is told so, and not called again: %s', async (message, answer) => {
    const api = inProcessApi(() => answer as FetchResponse);

    // No InvalidRequestError: the fetch has sent the request.
    expect(await rejection(clientOf(api).users.get('1'))).toMatchObject({
      ...{ name: 'ConnectionError', message: `The request failed: ${message} /users/{id})` },
      cause: { name: 'InvalidRequestError' },
    });
    expect(api.requests).toHaveLength(1);
  });

  it('of the runtime names https to the port of an http server', async () => {
    const { url } = await serve((_, response) => json(response, 200, user));

    expect(
      await rejection(clientOf({ url: url.replace('http:', 'https:') }, { maxRetries: 0 }).users.get('1')),
    ).toMatchObject({
      message: 'The request failed: baseUrl says https, but the server at its port speaks http. (GET /users/{id})',
    });
  });
});

const failed = (fields: object, message = 'failed') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), fields) });

const url = new URL('https://api.example.com/v1/users');

describe('wasSent', () => {
  it.each<[sent: ReturnType<typeof wasSent>, what: string, error: unknown]>([
    ['no', 'a refused connection', failed({ code: 'ECONNREFUSED', syscall: 'connect' })],
    ['no', 'a host that is out of reach', failed({ code: 'EHOSTUNREACH', syscall: 'connect' })],
    ['no', 'a name that does not exist', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
    ['no', 'a name server that is busy', failed({ code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
    ['no', 'a timeout of undici', failed({ code: 'UND_ERR_CONNECT_TIMEOUT' })],
    ['no', 'a network that is out of reach', failed({ code: 'ENETUNREACH', syscall: 'connect' })],
    ['no', 'no local address that is free', failed({ code: 'EADDRNOTAVAIL', syscall: 'connect' })],
    ['no', 'an error of Bun', failed({ code: 'ConnectionRefused' })],
    ['no', 'a socket that Bun could not open', failed({ code: 'FailedToOpenSocket' })],
    ['no', 'a name that Bun could not look up', failed({ code: 'DNSException', syscall: 'getaddrinfo' })],
    ['no', 'an error of Deno', failed({}, 'error sending request: client error (Connect): tcp connect error')],
    ['no', 'the port of https', failed({ code: 'ECONNREFUSED', port: 443 })],
    ['unknown', 'another port', failed({ code: 'ECONNREFUSED', port: 9 })],
    ['unknown', 'another host', failed({ code: 'ECONNREFUSED', hostname: 'audit.example.com' })],
    ['yes', 'a reset while it reads', failed({ code: 'ECONNRESET', syscall: 'read' })],
    ['yes', 'a broken pipe', failed({ code: 'EPIPE', syscall: 'write' })],
    ['yes', 'a host that was within reach', failed({ code: 'EHOSTUNREACH', syscall: 'read' })],
    ['yes', 'a socket that was closed', failed({ code: 'UND_ERR_SOCKET' })],
    ['yes', 'headers that came too late', failed({ code: 'UND_ERR_HEADERS_TIMEOUT' })],
    ['unknown', 'an error of a browser', new TypeError('Failed to fetch')],
    ['unknown', 'a code that is a number', new DOMException('aborted', 'AbortError')],
    ['unknown', 'nothing', undefined],
    ['unknown', 'a text', 'ECONNREFUSED'],
    ['unknown', 'an object that is no error', { code: 'ECONNREFUSED' }],
    [
      'unknown',
      'an error that cannot be read',
      Object.defineProperty(new Error('failed'), 'cause', { get: throwing(new Error('no')) }),
    ],
  ])('%s: %s', (sent, _, error) => {
    expect(wasSent(error, url, false)).toBe(sent);
  });

  it.each<[sent: ReturnType<typeof wasSent>, what: string, error: unknown]>([
    ['no', 'its host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'api.example.com' })],
    ['no', 'it in its message', failed({ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'attempted address: api.example.com:443')],
    ['no', 'its URL', failed({ code: 'ConnectionRefused', path: 'https://api.example.com/v1/users' })],
    ['unknown', 'another port', failed({ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 9 })],
    ['unknown', 'another host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'audit.example.com' })],
    ['unknown', 'an address that may be any host', failed({ code: 'ECONNREFUSED', address: '10.0.0.7', port: 443 })],
    ['unknown', 'no host', failed({ code: 'ECONNREFUSED' })],
  ])('of a custom fetch, which may have sent it and failed at something else: %s, if it names %s', (sent, _, error) => {
    expect(wasSent(error, url, true)).toBe(sent);
  });

  it('is read from errors of another realm, such as that of Jest, and from errors that are their own cause', () => {
    const foreign: unknown = runInNewContext(
      `new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })`,
    );
    const loop = new Error('loop');
    loop.cause = loop;

    expect(foreign).not.toBeInstanceOf(Error);
    expect([foreign, loop].map((error) => wasSent(error, url, false))).toEqual(['no', 'unknown']);
    expect([foreign, loop].map(connectionProblem)).toEqual(['no', 'loop']);
  });

  it('no if nobody listens, and yes if the connection was closed after the request', async () => {
    const nowhere = new URL(`http://127.0.0.1:${await freePort()}`);
    const closing = new URL((await serve((_, response) => response.destroy())).url);

    for (const isCustom of [false, true]) {
      expect(wasSent(await rejection(fetch(nowhere)), nowhere, isCustom)).toBe('no');
      expect(wasSent(await rejection(fetch(closing)), closing, isCustom)).toBe('yes');
    }
  });

  /** Shows a window with 99 requests left, which ends later than any call here. */
  const first = () => Response.json(user, { headers: budget(100, 99, Date.now() / 1000 + 600) });

  it.each<[sent: string, answer: (request: SentRequest) => Promise<never>, requests: number, remaining: number]>([
    ['no', unknownHost, 3, 99],
    ['unknown', offline, 1, 99],
    ['yes', lost('ECONNRESET'), 1, 98],
    ['yes', noAnswer, 1, 98],
  ])('%s: how often a POST is sent, and what is left of the window', async (_, answer, requests, remaining) => {
    useVirtualTime();
    const api = inProcessApi((request) => (api.requests.length === 1 ? first() : answer(request)));
    const client = clientOf(api);
    await client.users.get('user_123');
    await settled(rejection(client.users.create(newUser)));

    expect(api.requests).toHaveLength(1 + requests);
    expect(client.rateLimit).toMatchObject({ remaining, waiting: 0 });
  });

  it('yes if the caller gave up while it was in flight, and no if before', async () => {
    useVirtualTime();
    const controller = new AbortController();
    const api = inProcessApi((request) => {
      if (api.requests.length === 1) return first();
      setTimeout(() => controller.abort(), 10);
      return noAnswer(request);
    });
    const client = clientOf(api);
    await client.users.get('user_123');
    await settled(rejection(client.users.get('1', { signal: controller.signal })));
    await settled(rejection(client.users.get('1', { signal: AbortSignal.abort() })));

    expect(client.rateLimit).toMatchObject({ remaining: 98, waiting: 0 });
  });
});

it.each([
  ['other side closed', failed({ code: 'UND_ERR_SOCKET' }, 'other side closed')],
  ['ECONNREFUSED', failed({ code: 'ECONNREFUSED' }, '')], // an AggregateError of Node has no message
  ['TypeError', new TypeError('')],
  ['fetch failed', new TypeError('fetch failed', { cause: 'not an error' })],
  ['unknown reason', 'a string'],
])('the problem of a connection is the innermost message, or else the code or the name: %s', (problem, error) => {
  expect(connectionProblem(error)).toBe(problem);
});

it('a runtime that cannot make requests fails the call, which leaves nothing behind', async () => {
  useVirtualTime();
  vi.stubGlobal('Request', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const client = clientOf(
    inProcessApi(() => errorResponse(500)),
    { maxRetries: 0 },
  );

  expect(await settled(rejection(client.users.create(newUser)))).toMatchObject({
    name: 'ConnectionError',
    mayHaveTakenEffect: false,
  });
  expect(client.rateLimit).toMatchObject({ remaining: 100, waiting: 0 });
  expect(vi.getTimerCount()).toBe(0);
});
