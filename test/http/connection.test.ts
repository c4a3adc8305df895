import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { connectionProblem, wasNeverSent } from '../../src/http/connection.ts';
import { freePort } from '../support/free-port.ts';
import { rejection, serve } from '../support/http-server.ts';

const failed = (fields: object, message = 'failed') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), fields) });

const url = new URL('https://api.example.com/v1/users');

/** By the `fetch` of the runtime, or by the user's own. */
const isUnsent = (error: unknown, isCustom = false) => wasNeverSent(error, url, isCustom);

describe('a request was never sent', () => {
  it.each([
    ['ECONNREFUSED', 'connect'],
    ['EHOSTUNREACH', 'connect'],
    ['ENOTFOUND', 'getaddrinfo'],
    ['EAI_AGAIN', 'getaddrinfo'],
    ['UND_ERR_CONNECT_TIMEOUT', undefined],
    ['ConnectionRefused', undefined],
  ])('if the error is %s, from %s', (code, syscall) => {
    expect(isUnsent(failed({ code, ...(syscall && { syscall }) }))).toBe(true);
  });

  it('if Deno could not connect', () => {
    expect(isUnsent(failed({}, 'error sending request: client error (Connect): tcp connect error'))).toBe(true);
  });

  it('if nobody listens', async () => {
    const nowhere = new URL(`http://127.0.0.1:${await freePort()}`);
    expect(wasNeverSent(await rejection(fetch(nowhere)), nowhere, false)).toBe(true);
    expect(wasNeverSent(await rejection(fetch(nowhere)), nowhere, true)).toBe(true);
  });
});

describe('a custom fetch may have sent the request, and failed with an error about another one', () => {
  it.each<[string, object, string?]>([
    ['another port', { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 9 }],
    ['another host', { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'audit.example.com' }],
    ['an address that may be any host', { code: 'ECONNREFUSED', syscall: 'connect', address: '10.0.0.7', port: 443 }],
    ['no host', { code: 'ECONNREFUSED' }],
  ])('if it names %s', (_, fields) => {
    expect(isUnsent(failed(fields), true)).toBe(false);
  });

  it.each<[string, object, string?]>([
    ['its host', { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'api.example.com' }],
    ['it in its message', { code: 'UND_ERR_CONNECT_TIMEOUT' }, 'attempted address: api.example.com:443'],
    ['its URL', { code: 'ConnectionRefused', path: 'https://api.example.com/v1/users' }],
  ])('but not if it names %s', (_, fields, message) => {
    expect(isUnsent(failed(fields, message), true)).toBe(true);
  });
});

it('errors of another realm, such as that of Jest, count as those of this one', () => {
  const foreign: unknown = runInNewContext(
    `new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })`,
  );

  expect(foreign).not.toBeInstanceOf(Error);
  expect(isUnsent(foreign)).toBe(true);
  expect(connectionProblem(foreign)).toBe('no');
});

describe('a request may have been sent', () => {
  it.each([
    ['another port', { port: 9 }],
    ['another host', { hostname: 'audit.example.com' }],
  ])('if the error of the runtime is about %s', (_, fields) => {
    expect(isUnsent(failed({ code: 'ECONNREFUSED', ...fields }))).toBe(false);
  });

  it('if the error cannot be read', () => {
    const hostile = Object.defineProperty(new Error('failed'), 'cause', { get: () => expect.fail('read') });
    expect(isUnsent(hostile)).toBe(false);
  });

  it.each([
    ['ECONNRESET', 'read'],
    ['EPIPE', 'write'],
    ['EHOSTUNREACH', 'read'],
    ['UND_ERR_SOCKET', undefined],
    ['UND_ERR_HEADERS_TIMEOUT', undefined],
  ])('if the error is %s, from %s', (code, syscall) => {
    expect(isUnsent(failed({ code, ...(syscall && { syscall }) }))).toBe(false);
  });

  it.each([undefined, 'ECONNREFUSED', { code: 'ECONNREFUSED' }, new TypeError('Failed to fetch')])(
    'if the error does not say: %s',
    (error) => {
      expect(isUnsent(error)).toBe(false);
    },
  );

  it('if the connection was closed after the request', async () => {
    const server = await serve((_, response) => response.destroy());

    expect(wasNeverSent(await rejection(fetch(server.url)), new URL(server.url), false)).toBe(false);
  });

  it('if the cause is not among the first five, as in an error that is its own cause', () => {
    const error = new Error('loop');
    error.cause = error;

    expect(isUnsent(error)).toBe(false);
    expect(connectionProblem(error)).toBe('loop');
  });
});

describe('the problem of a connection', () => {
  it.each([
    ['other side closed', failed({ code: 'UND_ERR_SOCKET' }, 'other side closed')],
    ['ECONNREFUSED', failed({ code: 'ECONNREFUSED' }, '')], // an AggregateError of Node has no message
    ['TypeError', new TypeError('')],
    ['fetch failed', new TypeError('fetch failed', { cause: 'not an error' })],
    ['unknown reason', 'a string'],
  ])('is the innermost message, or else the code or the name: %s', (problem, error) => {
    expect(connectionProblem(error)).toBe(problem);
  });
});
