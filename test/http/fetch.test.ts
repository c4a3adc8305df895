import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import type { FetchResponse } from '@example/sdk';
import { connectionProblem, sentStatusOf, type SentStatus } from '../../src/http/fetch.ts';
import { freePort } from '../support/free-port.ts';
import { clientOf, json, rejection, startServer, throwing, user } from '../support/http-server.ts';
import { budget, replying } from '../support/in-process-api.ts';

describe('a fetch', () => {
  it('is the global fetch at the time of the call, unless you pass one', async () => {
    const client = clientOf({ url: 'https://api.example.com/v1' });
    const fetch = vi.fn(() => Promise.resolve(Response.json(user)));
    vi.stubGlobal('fetch', fetch);
    expect(await client.users.get('user_123')).toEqual(user);
    const init = expect.objectContaining({ redirect: 'manual' }) as object;
    expect(fetch).toHaveBeenCalledExactlyOnceWith('https://api.example.com/v1/users/user_123', init);
  });

  it('of the runtime explains an https URL to a port that speaks http', async () => {
    const { url } = await startServer((_, response) => json(response, 200, user));
    const { users } = clientOf({ url: url.replace('http:', 'https:') }, { maxRetries: 0 });
    const message = 'The request failed: baseUrl says https, but the server at its port speaks http. (GET /users/{id})';
    expect(await rejection(users.get('1'))).toMatchObject({ message });
  });

  /** A response as node-fetch makes it, with a Node.js stream as its body. */
  function nodeResponse(status: number, content: unknown, fields = new Headers()): FetchResponse {
    const body = Readable.from([JSON.stringify(content)]);
    const get = (name: string) => fields.get(name);
    const forEach: FetchResponse['headers']['forEach'] = (callback) => fields.forEach(callback);
    return Object.assign({ body }, { status, ok: status < 300, headers: { get, forEach }, text: () => text(body) });
  }

  it('may return responses of other libraries, with any status', async () => {
    const error = { code: 'denied', message: 'Go away.' };
    const success = () => nodeResponse(200, user, new Headers(budget(50, 7, 1640995200)));
    const failure = () => nodeResponse(999, { error }, new Headers({ 'x-request-id': 'req_1' }));
    const silent = () => undefined;
    const logger = { debug: silent, info: silent, warn: silent, error: silent };
    const { users } = clientOf(replying(success, failure), { logger, logLevel: 'debug' }); // Copies headers.

    const { data, rateLimit } = await users.get('user_123').withResponse();
    expect([data, rateLimit]).toEqual([user, { limit: 50, remaining: 7, reset: 1640995200 }]);
    const expected = { name: 'InternalServerError', code: 'denied', status: 999, requestId: 'req_1' };
    expect(await rejection(users.get('1'))).toMatchObject(expected);
  });

  const plain = { status: 200, ok: true, headers: new Headers(), text: () => Promise.resolve('') };
  const chunk = new ReadableStream({ start: (controller) => controller.enqueue('{}') });
  const notResponse = 'What fetch resolves to must be a Response with status, ok, headers and text(); got';
  const notText = "What text() of fetch's response resolves to must be a string; got";

  it.each<[string, unknown]>([
    [`${notResponse} undefined. (GET`, undefined], // such as a mock without a response
    [`${notResponse} Object. (GET`, { ...plain, text: undefined }],
    [`${notResponse} Object. (GET`, { ...plain, headers: {} }],
    [`${notResponse} Object. (GET`, { ...plain, ok: undefined }],
    [`${notResponse} Object. (GET`, { ...plain, status: '200' }],
    ['fetch has read the body of its response: let it read a clone(). (GET', { ...plain, bodyUsed: true }],
    [`${notText} Object. (200 GET`, { ...plain, text: () => Promise.resolve(user) }],
    ["A chunk in the body of fetch's response must be a Uint8Array; got '{}'. (200 GET", { ...plain, body: chunk }],
  ])('that returns something else is told so, and not called again: %s', async (problem, answer) => {
    const api = replying(() => answer as FetchResponse);
    const message = `The request failed: ${problem} /users/{id})`;
    // Not an InvalidRequestError: the fetch has sent the request.
    const expected = { name: 'ConnectionError', message, cause: { name: 'InvalidRequestError' } };
    expect(await rejection(clientOf(api).users.get('1'))).toMatchObject(expected);
    expect(api.requests).toHaveLength(1);
  });
});

const failed = (fields: object, message = 'failed') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), fields) });
const unreadable = Object.defineProperty(new Error('failed'), 'cause', { get: throwing(new Error('no')) });
const loop = new Error('loop');
loop.cause = loop;
/** An error of another realm, as in Jest. */
const foreign: unknown = runInNewContext(
  `new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })`,
);

describe('sentStatusOf', () => {
  const url = new URL('https://api.example.com/v1/users');
  const syscall = 'getaddrinfo';

  it.each([
    ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT'],
    ...['ENOTFOUND', 'EAI_AGAIN', 'ConnectionRefused', 'FailedToOpenSocket', 'DNSException'],
  ])('no: %s of Node.js, of a name server, or of Bun', (code) => {
    for (const fields of [{ code }, { code, syscall: 'connect' }, { code, syscall }])
      expect(sentStatusOf(failed(fields), url, false)).toBe('no');
  });

  it.each<[sent: SentStatus, what: string, error: unknown, isCustom?: boolean]>([
    ['no', 'an error of Deno', failed({}, 'error sending request: client error (Connect): tcp connect error')],
    ['no', 'an error of another realm', foreign],
    ['no', 'the port of https', failed({ code: 'ECONNREFUSED', port: 443 })],
    ['unknown', 'another port', failed({ code: 'ECONNREFUSED', port: 9 })],
    ['unknown', 'another host', failed({ code: 'ECONNREFUSED', hostname: 'audit.example.com' })],
    ['yes', 'a reset while it reads', failed({ code: 'ECONNRESET', syscall: 'read' })],
    ['yes', 'a host that was within reach', failed({ code: 'EHOSTUNREACH', syscall: 'read' })],
    ['unknown', 'an error of a browser', new TypeError('Failed to fetch')],
    ['unknown', 'a code that is a number', new DOMException('aborted', 'AbortError')],
    ['unknown', 'what is no error', { code: 'ECONNREFUSED' }],
    ['unknown', 'an error that cannot be read', unreadable],
    ['unknown', 'an error that is its own cause', loop],
    // A custom fetch may have sent the request and failed later, unless the error names the host.
    ['no', 'its host', failed({ code: 'ENOTFOUND', syscall, hostname: 'api.example.com' }), true],
    ['no', 'it in its message', failed({ code: 'ConnectionRefused' }, 'address: api.example.com:443'), true],
    ['no', 'its URL', failed({ code: 'ConnectionRefused', path: 'https://api.example.com/v1/users' }), true],
    ['unknown', 'an address that may be any host', failed({ code: 'ECONNREFUSED', address: '10.0.0.7' }), true],
  ])('%s: %s', (sent, _, error, isCustom = false) => {
    expect(sentStatusOf(error, url, isCustom)).toBe(sent);
  });

  it('is no if nobody listens, and yes if the connection closed after the request', async () => {
    const nowhere = new URL(`http://127.0.0.1:${await freePort()}`);
    const closing = new URL((await startServer((_, response) => response.destroy())).url);
    for (const isCustom of [false, true]) {
      expect(sentStatusOf(await rejection(fetch(nowhere)), nowhere, isCustom)).toBe('no');
      expect(sentStatusOf(await rejection(fetch(closing)), closing, isCustom)).toBe('yes');
    }
  });
});

it.each([
  ['other side closed', failed({ code: 'UND_ERR_SOCKET' }, 'other side closed')],
  ['ECONNREFUSED', failed({ code: 'ECONNREFUSED' }, '')], // Node's AggregateError has no message
  ['TypeError', new TypeError('')],
  ['unknown reason', 'a string'],
  ['no', foreign],
])('the problem of a connection is the innermost message, or else the code or the name: %s', (problem, error) => {
  expect(connectionProblem(error)).toBe(problem);
});
