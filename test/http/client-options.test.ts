import { describe, expect, it } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import { clientOptionNames } from '../../src/http/client-options.ts';
import { apiToken, clientOf, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

// test/messages/client.test.ts shows whole messages, and test/http/call.test.ts what is refused for a call as well.

describe('the constructor refuses a wrong option by name', () => {
  it.each<[name: string, values: unknown[]]>([
    ['apiToken', [null]],
    [
      'baseUrl',
      [
        ...['', 'api.example.com', '/v1', 'ftp://api.example.com', 'https://me:secret@api.example.com/v1', null],
        ...['?tenant=1', '#top', '?', '#'].map((end) => `https://api.example.com/v1${end}`),
      ],
    ],
    ['fetch', [null]],
    ['rateLimit', ['off', null, 0, '', []]],
    ['rateLimit.store', [null, {}]],
    ['rateLimit.limit', [0, 1.5]],
    ['rateLimit.window', [0, 1.5]],
    ['rateLimit.maxWait', [-1, NaN]],
    ['apiSupportsIdempotencyKeys', ['false']],
    ['maxResponseSize', [0, Infinity]],
    ['responseValidation', [null]],
    ['logger', [null, {}, { ...console, error: 'x' }, { ...console, debug: null }]],
    ['logLevel', [null]],
    ['dangerouslyAllowHttp', ['yes']],
  ])('%s: %j', (name, values) => {
    for (const value of values) {
      const options = name.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
      const construct = () => new Client({ apiToken, ...options });

      expect(construct).toThrow(InvalidRequestError);
      expect(construct).toThrow(name);
      expect(construct).not.toThrow('secret');
    }
  });

  it.each<[name: string, values: unknown[]]>([
    ['timeout', [0.5, 2 ** 31 - 1, Infinity]],
    ['maxRetries', [0, Number.MAX_SAFE_INTEGER]],
    ['headers', [{ a: '', b: 'a b', c: 'a\tb', d: 'café', e: 'ÿ' }]],
  ])('but not what is just right: %s: %j', (name, values) => {
    for (const value of values) expect(() => new Client({ apiToken, [name]: value })).not.toThrow();
  });

  it('but any option may be undefined, whether it exists or not', () => {
    const names = [...clientOptionNames, 'zzz'];

    expect(() => new Client({ ...Object.fromEntries(names.map((name) => [name, undefined])), apiToken })).not.toThrow();
  });
});

describe('a base URL', () => {
  it.each([
    ['end in slashes', (url: string) => `${url}//`],
    ['be a URL object', (url: string) => new URL(url)],
  ])('may %s', async (_, baseUrl) => {
    const api = inProcessApi(() => Response.json(user));

    await clientOf(api, { baseUrl: baseUrl(api.url) }).users.get('user_123');

    expect(api.requests[0]?.url).toBe(`${api.url}/users/user_123`);
  });
});

describe('plain http', () => {
  const construct =
    (baseUrl: string, dangerouslyAllowHttp = false) =>
    () =>
      new Client({ apiToken, baseUrl, dangerouslyAllowHttp });

  it.each(['localhost:4010/v1', 'app.localhost/v1', '127.0.0.1/v1', '127.8.9.1:80', '[::1]:1/v1'])(
    'is allowed on the loopback interface: http://%s',
    (place) => {
      expect(construct(`http://${place}`)).not.toThrow();
    },
  );

  it.each(['localhost.example.com', '127.0.0.1.example.com', '192.168.0.1', 'api.internal:8080'])(
    'is refused elsewhere, because it would show the token, unless dangerouslyAllowHttp allows it: http://%s',
    (host) => {
      expect(construct(`http://${host}/v1`)).toThrow(InvalidRequestError);
      expect(construct(`http://${host}/v1`)).toThrow('baseUrl (or EXAMPLE_BASE_URL) must be https');
      expect(construct(`http://${host}/v1`, true)).not.toThrow();
    },
  );

  it('is never allowed for the public API', () => {
    expect(construct('http://api.example.com/v1', true)).toThrow(InvalidRequestError);
  });
});
