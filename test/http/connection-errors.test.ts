import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { connectionProblem, wasNeverSent } from '../../src/http/connection-errors.ts';
import { freePort } from '../support/free-port.ts';
import { rejection, serve } from '../support/http-server.ts';

const failed = (fields: object, message = 'failed') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), fields) });

const url = new URL('https://api.example.com/v1/users');

describe('the error of a fetch proves that nothing was sent', () => {
  it.each<[isUnsent: boolean, what: string, error: unknown]>([
    [true, 'a refused connection', failed({ code: 'ECONNREFUSED', syscall: 'connect' })],
    [true, 'a host that is out of reach', failed({ code: 'EHOSTUNREACH', syscall: 'connect' })],
    [true, 'a name that does not exist', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
    [true, 'a name server that is busy', failed({ code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
    [true, 'a timeout of undici', failed({ code: 'UND_ERR_CONNECT_TIMEOUT' })],
    [true, 'a network that is out of reach', failed({ code: 'ENETUNREACH', syscall: 'connect' })],
    [true, 'no local address that is free', failed({ code: 'EADDRNOTAVAIL', syscall: 'connect' })],
    [true, 'an error of Bun', failed({ code: 'ConnectionRefused' })],
    [true, 'a socket that Bun could not open', failed({ code: 'FailedToOpenSocket' })],
    [true, 'a name that Bun could not look up', failed({ code: 'DNSException', syscall: 'getaddrinfo' })],
    [true, 'an error of Deno', failed({}, 'error sending request: client error (Connect): tcp connect error')],
    [true, 'the port of https', failed({ code: 'ECONNREFUSED', port: 443 })],
    [false, 'another port', failed({ code: 'ECONNREFUSED', port: 9 })],
    [false, 'another host', failed({ code: 'ECONNREFUSED', hostname: 'audit.example.com' })],
    [false, 'a reset while it reads', failed({ code: 'ECONNRESET', syscall: 'read' })],
    [false, 'a broken pipe', failed({ code: 'EPIPE', syscall: 'write' })],
    [false, 'a host that was within reach', failed({ code: 'EHOSTUNREACH', syscall: 'read' })],
    [false, 'a socket that was closed', failed({ code: 'UND_ERR_SOCKET' })],
    [false, 'headers that came too late', failed({ code: 'UND_ERR_HEADERS_TIMEOUT' })],
    [false, 'an error of a browser', new TypeError('Failed to fetch')],
    [false, 'nothing', undefined],
    [false, 'a text', 'ECONNREFUSED'],
    [false, 'an object that is no error', { code: 'ECONNREFUSED' }],
    [
      false,
      'an error that cannot be read',
      Object.defineProperty(new Error('failed'), 'cause', { get: () => expect.fail('read') }),
    ],
  ])('%s: %s', (isUnsent, _, error) => {
    expect(wasNeverSent(error, url, false)).toBe(isUnsent);
  });

  it.each<[isUnsent: boolean, what: string, error: unknown]>([
    [true, 'its host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'api.example.com' })],
    [true, 'it in its message', failed({ code: 'UND_ERR_CONNECT_TIMEOUT' }, 'attempted address: api.example.com:443')],
    [true, 'its URL', failed({ code: 'ConnectionRefused', path: 'https://api.example.com/v1/users' })],
    [false, 'another port', failed({ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 9 })],
    [false, 'another host', failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'audit.example.com' })],
    [false, 'an address that may be any host', failed({ code: 'ECONNREFUSED', address: '10.0.0.7', port: 443 })],
    [false, 'no host', failed({ code: 'ECONNREFUSED' })],
  ])(
    'of a custom one, which may have sent it and failed at something else: %s, if it names %s',
    (isUnsent, _, error) => {
      expect(wasNeverSent(error, url, true)).toBe(isUnsent);
    },
  );

  it('if nobody listens, and not if the connection was closed after the request', async () => {
    const nowhere = new URL(`http://127.0.0.1:${await freePort()}`);
    const closing = await serve((_, response) => response.destroy());

    expect(wasNeverSent(await rejection(fetch(nowhere)), nowhere, false)).toBe(true);
    expect(wasNeverSent(await rejection(fetch(nowhere)), nowhere, true)).toBe(true);
    expect(wasNeverSent(await rejection(fetch(closing.url)), new URL(closing.url), false)).toBe(false);
  });

  it('also if it is of another realm, such as that of Jest', () => {
    const foreign: unknown = runInNewContext(
      `new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })`,
    );

    expect(foreign).not.toBeInstanceOf(Error);
    expect(wasNeverSent(foreign, url, false)).toBe(true);
    expect(connectionProblem(foreign)).toBe('no');
  });

  it('not if it is its own cause', () => {
    const error = new Error('loop');
    error.cause = error;

    expect(wasNeverSent(error, url, false)).toBe(false);
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
