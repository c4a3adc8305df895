import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FetchResponse } from '@example/sdk';
import { connectionProblem, sentAccordingTo } from '../../src/http/fetch.ts';
import { freePort } from '../support/free-port.ts';
import { clientOf, json, newUser, rejection, serve, throwing, user } from '../support/http-server.ts';
import { budget } from '../support/in-process-api.ts';
import { replying, type Reply } from '../support/replies.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

describe('a fetch', () => {
  it('is the global one that is there when the call is made, unless you pass one', async () => {
    const client = clientOf({ url: 'https://api.example.com/v1' });
    const fetch = vi.fn(() => Promise.resolve(Response.json(user)));
    vi.stubGlobal('fetch', fetch);
    onTestFinished(() => void vi.unstubAllGlobals());

    expect(await client.users.get('user_123')).toEqual(user);
    expect(fetch).toHaveBeenCalledExactlyOnceWith('https://api.example.com/v1/users/user_123', expect.anything());
  });

  it('of the runtime names https to the port of an http server', async () => {
    const { url } = await serve((_, response) => json(response, 200, user));
    const { users } = clientOf({ url: url.replace('http:', 'https:') }, { maxRetries: 0 });
    const message = 'The request failed: baseUrl says https, but the server at its port speaks http. (GET /users/{id})';
    expect(await rejection(users.get('1'))).toMatchObject({ message });
  });

  /** A response as node-fetch makes it: its body is a stream of Node. */
  function nodeResponse(status: number, content: unknown, init: Record<string, string> = {}): FetchResponse {
    const body = Readable.from([JSON.stringify(content)]);
    const fields = new Headers(init);
    const get = (name: string) => fields.get(name);
    const forEach: FetchResponse['headers']['forEach'] = (callback) => fields.forEach(callback);
    return Object.assign({ body }, { status, ok: status < 300, headers: { get, forEach }, text: () => text(body) });
  }

  it('may return responses that are not those of the web platform, of any status', async () => {
    const error = { code: 'denied', message: 'Go away.' };
    const { users } = clientOf(
      replying(
        () => nodeResponse(200, user, budget(50, 7, 1640995200)),
        () => nodeResponse(999, { error }, { 'x-request-id': 'req_1' }),
      ),
    );

    const { data, rateLimit } = await users.get('user_123').withResponse();
    expect([data, rateLimit]).toEqual([user, { limit: 50, remaining: 7, reset: 1640995200 }]);
    const expected = { name: 'InternalServerError', code: 'denied', status: 999, requestId: 'req_1' };
    expect(await rejection(users.get('1'))).toMatchObject(expected);
  });

  const plain = { status: 200, ok: true, headers: new Headers(), text: () => Promise.resolve('') };
  const chunk = new ReadableStream({ start: (controller) => controller.enqueue('{}') });
  const notResponse = (got: string) =>
    `What fetch resolves to must be a Response with status, ok, headers and text(); got ${got}. (GET`;

  it.each<[string, unknown]>([
    [notResponse('undefined'), undefined], // such as a mock that has no answer
    [notResponse('Object'), { ...plain, text: undefined }],
    [notResponse('Object'), { ...plain, headers: undefined }],
    [notResponse('Object'), { ...plain, headers: {} }],
    [notResponse('Object'), { ...plain, ok: undefined }],
    [notResponse('Object'), { ...plain, status: '200' }],
    ['fetch has read the body of its response: let it read a clone(). (GET', { ...plain, bodyUsed: true }],
    [
      "What text() of fetch's response resolves to must be a string; got Object. (200 GET",
      { ...plain, text: () => Promise.resolve(user) },
    ],
    ["A chunk in the body of fetch's response must be a Uint8Array; got '{}'. (200 GET", { ...plain, body: chunk }],
  ])('that returns something else is told so, and not called again: %s', async (problem, answer) => {
    const api = replying(() => answer as FetchResponse);
    const message = `The request failed: ${problem} /users/{id})`;
    // No InvalidRequestError: the fetch has sent the request.
    const expected = { name: 'ConnectionError', message, cause: { name: 'InvalidRequestError' } };
    expect(await rejection(clientOf(api).users.get('1'))).toMatchObject(expected);
    expect(api.requests).toHaveLength(1);
  });
});

const failed = (fields: object, message = 'failed') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), fields) });
const unreadable = Object.defineProperty(new Error('failed'), 'cause', { get: throwing(new Error('no')) });

describe('sentAccordingTo', () => {
  const url = new URL('https://api.example.com/v1/users');
  type Row = [sent: ReturnType<typeof sentAccordingTo>, what: string, error: unknown];

  it.each<Row>([
    ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT'].map((code): Row => [
      'no',
      `${code} of Node.js`,
      failed({ code, syscall: 'connect' }),
    ]),
    ...['ENOTFOUND', 'EAI_AGAIN'].map((code): Row => [
      'no',
      `${code} of a name server`,
      failed({ code, syscall: 'getaddrinfo' }),
    ]),
    ...['ConnectionRefused', 'FailedToOpenSocket', 'DNSException'].map((code): Row => [
      'no',
      `${code} of Bun`,
      failed({ code }),
    ]),
    ['no', 'an error of Deno', failed({}, 'error sending request: client error (Connect): tcp connect error')],
    ['no', 'the port of https', failed({ code: 'ECONNREFUSED', port: 443 })],
    ['unknown', 'another port', failed({ code: 'ECONNREFUSED', port: 9 })],
    ['unknown', 'another host', failed({ code: 'ECONNREFUSED', hostname: 'audit.example.com' })],
    ['yes', 'a reset while it reads', failed({ code: 'ECONNRESET', syscall: 'read' })],
    ['yes', 'a host that was within reach', failed({ code: 'EHOSTUNREACH', syscall: 'read' })],
    ['yes', 'headers that came too late', failed({ code: 'UND_ERR_HEADERS_TIMEOUT' })],
    ['unknown', 'an error of a browser', new TypeError('Failed to fetch')],
    ['unknown', 'a code that is a number', new DOMException('aborted', 'AbortError')],
    ['unknown', 'what is no error', { code: 'ECONNREFUSED' }],
    ['unknown', 'an error that cannot be read', unreadable],
  ])('%s: %s', (sent, _, error) => {
    expect(sentAccordingTo(error, url, false)).toBe(sent);
  });

  it.each<Row>([
    ['no', 'its host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'api.example.com' })],
    ['no', 'it in its message', failed({ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'attempted address: api.example.com:443')],
    ['no', 'its URL', failed({ code: 'ConnectionRefused', path: 'https://api.example.com/v1/users' })],
    ['unknown', 'another port', failed({ code: 'ECONNREFUSED', address: 'api.example.com', port: 9 })],
    ['unknown', 'another host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'audit.example.com' })],
    ['unknown', 'an address that may be any host', failed({ code: 'ECONNREFUSED', address: '10.0.0.7', port: 443 })],
    ['unknown', 'no host', failed({ code: 'ECONNREFUSED' })],
  ])('of a custom fetch, which may have sent it and failed at something else: %s, if it names %s', (sent, _, error) => {
    expect(sentAccordingTo(error, url, true)).toBe(sent);
  });

  it('no if nobody listens, and yes if the connection was closed after the request', async () => {
    const nowhere = new URL(`http://127.0.0.1:${await freePort()}`);
    const closing = new URL((await serve((_, response) => response.destroy())).url);
    for (const isCustom of [false, true]) {
      expect(sentAccordingTo(await rejection(fetch(nowhere)), nowhere, isCustom)).toBe('no');
      expect(sentAccordingTo(await rejection(fetch(closing)), closing, isCustom)).toBe('yes');
    }
  });

  /** Shows a window with 99 requests left, which ends later than any call here. */
  const first = () => Response.json(user, { headers: budget(100, 99, Date.now() / 1000 + 600) });

  it.each<[sent: string, reply: Reply, requests: number, remaining: number]>([
    ['no', 'no such host', 3, 99],
    ['unknown', 'no reason', 1, 99],
    ['yes', 'a reset', 1, 98],
    ['yes', 'no answer', 1, 98],
  ])('%s: how often a POST is sent after %s, and what is left of the window', async (_, reply, requests, remaining) => {
    useVirtualTime();
    const api = replying(first, reply);
    const client = clientOf(api);
    await client.users.get('user_123');
    await settled(rejection(client.users.create(newUser)));

    expect(api.requests).toHaveLength(1 + requests);
    expect(client.rateLimit).toMatchObject({ remaining, waiting: 0 });
  });

  it('yes if the caller gave up while it was in flight, and no if before', async () => {
    useVirtualTime();
    const client = clientOf(replying(first, 'no answer'));
    const controller = new AbortController();
    await client.users.get('user_123');
    setTimeout(() => controller.abort(), 10);
    for (const signal of [controller.signal, AbortSignal.abort()])
      await settled(rejection(client.users.get('1', { signal })));

    expect(client.rateLimit).toMatchObject({ remaining: 98, waiting: 0 });
  });
});

it('errors are read that are of another realm, such as that of Jest, or their own cause', () => {
  const code = `new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })`;
  const foreign: unknown = runInNewContext(code);
  const loop = new Error('loop');
  loop.cause = loop;

  expect(foreign).not.toBeInstanceOf(Error);
  expect([foreign, loop].map((error) => sentAccordingTo(error, new URL('https://a.test'), false))).toEqual([
    'no',
    'unknown',
  ]);
  expect([foreign, loop].map(connectionProblem)).toEqual(['no', 'loop']);
});

it.each([
  ['other side closed', failed({ code: 'UND_ERR_SOCKET' }, 'other side closed')],
  ['ECONNREFUSED', failed({ code: 'ECONNREFUSED' }, '')], // an AggregateError of Node has no message
  ['TypeError', new TypeError('')],
  ['unknown reason', 'a string'],
])('the problem of a connection is the innermost message, or else the code or the name: %s', (problem, error) => {
  expect(connectionProblem(error)).toBe(problem);
});

it('a runtime that cannot make requests fails the call, which leaves nothing behind', async () => {
  useVirtualTime();
  vi.stubGlobal('Request', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const client = clientOf(replying(500), { maxRetries: 0 });
  const error = await settled(rejection(client.users.create(newUser)));

  expect(error).toMatchObject({ name: 'ConnectionError', mayHaveTakenEffect: false });
  expect(client.rateLimit).toMatchObject({ remaining: 100, waiting: 0 });
  expect(vi.getTimerCount()).toBe(0);
});
