import { describe, expect, it } from 'vitest';
import { connectionProblem, wasNeverSent } from '../../src/http/connection.ts';
import { freePort } from '../support/free-port.ts';
import { rejection, serve } from '../support/http-server.ts';

const failed = (fields: object, message = 'failed') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), fields) });

describe('a request was never sent', () => {
  it.each([
    ['ECONNREFUSED', 'connect'],
    ['EHOSTUNREACH', 'connect'],
    ['ENOTFOUND', 'getaddrinfo'],
    ['EAI_AGAIN', 'getaddrinfo'],
    ['UND_ERR_CONNECT_TIMEOUT', undefined],
    ['ConnectionRefused', undefined],
  ])('if the error is %s, from %s', (code, syscall) => {
    expect(wasNeverSent(failed({ code, ...(syscall && { syscall }) }))).toBe(true);
  });

  it('if Deno could not connect', () => {
    expect(wasNeverSent(failed({}, 'error sending request: client error (Connect): tcp connect error'))).toBe(true);
  });

  it('if nobody listens', async () => {
    expect(wasNeverSent(await rejection(fetch(`http://127.0.0.1:${await freePort()}`)))).toBe(true);
  });
});

describe('a request may have been sent', () => {
  it('if the error cannot be read', () => {
    const hostile = Object.defineProperty(new Error('failed'), 'cause', { get: () => expect.fail('read') });
    expect(wasNeverSent(hostile)).toBe(false);
  });

  it.each([
    ['ECONNRESET', 'read'],
    ['EPIPE', 'write'],
    ['EHOSTUNREACH', 'read'],
    ['UND_ERR_SOCKET', undefined],
    ['UND_ERR_HEADERS_TIMEOUT', undefined],
  ])('if the error is %s, from %s', (code, syscall) => {
    expect(wasNeverSent(failed({ code, ...(syscall && { syscall }) }))).toBe(false);
  });

  it.each([undefined, 'ECONNREFUSED', { code: 'ECONNREFUSED' }, new TypeError('Failed to fetch')])(
    'if the error does not say: %s',
    (error) => {
      expect(wasNeverSent(error)).toBe(false);
    },
  );

  it('if the connection was closed after the request', async () => {
    const server = await serve((_, response) => response.destroy());

    expect(wasNeverSent(await rejection(fetch(server.url)))).toBe(false);
  });

  it('if the cause is not among the first five, as in an error that is its own cause', () => {
    const error = new Error('loop');
    error.cause = error;

    expect(wasNeverSent(error)).toBe(false);
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
