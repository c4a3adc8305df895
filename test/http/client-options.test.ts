import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import type { ClientOptions } from '@example/sdk';
import { apiToken, clientOf, fail, json, rejection, serve, user } from '../support/http-server.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('an option that is wrong is refused by the constructor, by name', () => {
  it.each<[string, object]>([
    ['apiToken', { apiToken: '' }],
    ['apiToken', { apiToken: ' ' }],
    ['apiToken', { apiToken: 'two words' }],
    ['apiToken', { apiToken: 'a\nb' }],
    ['apiToken', { apiToken: 7 }],
    ['apiToken', { apiToken: {} }],
    ['baseUrl', { baseUrl: '' }],
    ['baseUrl', { baseUrl: 'api.example.com' }],
    ['baseUrl', { baseUrl: '/v1' }],
    ['baseUrl', { baseUrl: 'ftp://api.example.com' }],
    ['baseUrl', { baseUrl: 'http://api.example.com/v1' }],
    ['baseUrl', { baseUrl: 'http://localhost.example.com/v1' }],
    ['baseUrl', { baseUrl: 'http://127.0.0.1.example.com/v1' }],
    ['baseUrl', { baseUrl: 'http://192.168.0.1/v1' }],
    ['baseUrl', { baseUrl: 'https://me:secret@api.example.com/v1' }],
    ['baseUrl', { baseUrl: 'https://api.example.com/v1?tenant=1' }],
    ['baseUrl', { baseUrl: 'https://api.example.com/v1#top' }],
    ['baseUrl', { baseUrl: 'https://api.example.com/v1?' }],
    ['baseUrl', { baseUrl: 'https://api.example.com/v1#' }],
    ['rateLimit', { rateLimit: 'off' }],
    ['rateLimit.store', { rateLimit: { store: {} } }],
    ['logger.error', { logger: {} }],
    ['logger.error', { logger: null }],
    ['fetch', { fetch: 'fetch' }],
    ['headers', { headers: { 'X-Note': 'a\nb' } }],
    ['authorization', { headers: { authorization: 'Bearer abc' } }],
    ['rateLimit.limit', { rateLimit: { limit: 0 } }],
    ['rateLimit.limit', { rateLimit: { limit: 1.5 } }],
    ['rateLimit.maxWait', { rateLimit: { maxWait: -1 } }],
    ['rateLimit.maxWait', { rateLimit: { maxWait: NaN } }],
    ['responseValidation', { responseValidation: 'loud' }],
    ['logLevel', { logLevel: 'loud' }],
  ])('%s: %j', (name, options) => {
    const construct = () => new Client({ apiToken, ...options });

    expect(construct).toThrow(InvalidRequestError);
    expect(construct).toThrow(name);
  });

  it('without repeating what may be a secret', () => {
    expect(() => new Client({ apiToken: 'my secret' })).toThrow(/^(?!.*my secret)/);
    expect(() => new Client({ apiToken, baseUrl: 'https://me:secret@api.example.com' })).toThrow(/^(?!.*secret)/);
  });
});

describe('plain http', () => {
  it.each([
    'http://localhost:4010/v1',
    'http://app.localhost/v1',
    'http://127.0.0.1/v1',
    'http://127.8.9.1:80',
    'http://[::1]:1/v1',
  ])('is fine on the loopback interface: %s', (baseUrl) => {
    expect(() => new Client({ apiToken, baseUrl })).not.toThrow();
  });
});

describe('the environment', () => {
  it('gives the token and the base URL', async () => {
    const server = await serve((_, response) => json(response, 200, user));
    vi.stubEnv('EXAMPLE_API_TOKEN', 'token-of-the-environment');
    vi.stubEnv('EXAMPLE_BASE_URL', server.url);

    await new Client().users.get('user_123');

    expect(server.requests[0]).toMatchObject({
      url: '/v1/users/user_123',
      headers: { authorization: 'Bearer token-of-the-environment' },
    });
  });

  it('yields to options', async () => {
    const server = await serve((_, response) => json(response, 200, user));
    vi.stubEnv('EXAMPLE_API_TOKEN', 'token-of-the-environment');
    vi.stubEnv('EXAMPLE_BASE_URL', 'https://elsewhere.example.com');

    await new Client({ apiToken, baseUrl: server.url }).users.get('user_123');

    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${apiToken}`);
  });

  it('is missed, with words that say what to do, when the token is nowhere', () => {
    vi.stubEnv('EXAMPLE_API_TOKEN', '');

    expect(() => new Client()).toThrow('There is no API token: pass apiToken, or set EXAMPLE_API_TOKEN.');
  });

  it('gives the log level', () => {
    vi.stubEnv('EXAMPLE_LOG', 'loud');

    expect(() => new Client({ apiToken })).toThrow('EXAMPLE_LOG');
  });

  it('may not be there at all', () => {
    vi.stubGlobal('process', undefined);

    expect(() => new Client({ apiToken })).not.toThrow();
    expect(() => new Client()).toThrow('There is no API token');
  });

  it('may be forbidden to read', () => {
    vi.stubGlobal('process', {
      get env(): never {
        throw new Error('Requires env access');
      },
    });

    expect(() => new Client({ apiToken })).not.toThrow();
  });

  it('has the API of production as its default base URL', async () => {
    vi.stubEnv('EXAMPLE_BASE_URL', undefined);
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(Response.json(user)));

    await new Client({ apiToken, fetch }).users.get('user_123');

    expect(fetch.mock.calls[0]?.[0]).toBe('https://api.example.com/v1/users/user_123');
  });
});

describe('a browser', () => {
  it.each([
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    'Mozilla/5.0 (Macintosh) Gecko/20100101 Firefox/140.0',
  ])('is refused, unless the token may be seen: %s', (userAgent) => {
    vi.stubGlobal('navigator', { userAgent });

    expect(() => new Client({ apiToken })).toThrow(InvalidRequestError);
    expect(() => new Client({ apiToken })).toThrow('dangerouslyAllowBrowser: true');
    expect(() => new Client({ apiToken, dangerouslyAllowBrowser: true })).not.toThrow();
  });

  it('sends its own User-Agent', async () => {
    const server = await serve((_, response) => json(response, 200, user));
    vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0' });

    await clientOf(server, { dangerouslyAllowBrowser: true }).users.get('user_123');

    expect(server.requests[0]?.headers['user-agent']).toBe('node'); // what Node's fetch sends by itself
  });
});

describe('a runtime without a name', () => {
  it.each([undefined, {}])('sends what is known: navigator is %s', async (navigator) => {
    const server = await serve((_, response) => json(response, 200, user));
    vi.stubGlobal('navigator', navigator);

    await clientOf(server).users.get('user_123');

    expect(server.requests[0]?.headers['user-agent']).toMatch(/^example-sdk\/[\d.]+ unknown$/);
  });
});

describe('withOptions', () => {
  it('makes a client with other options, the rest as before', async () => {
    const server = await serve((_, response) => fail(response, 500));
    const client = clientOf(server, { maxRetries: 0, headers: { 'x-team': 'blue' } });

    await rejection(client.withOptions({ timeout: 1000 }).users.get('user_123'));

    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers).toMatchObject({ 'x-team': 'blue', authorization: `Bearer ${apiToken}` });
  });

  it('takes undefined for "as before", and not for the default', async () => {
    const server = await serve((_, response) => json(response, 200, user));

    await clientOf(server).withOptions({ baseUrl: undefined, apiToken: undefined }).users.get('user_123');

    expect(server.requests).toHaveLength(1);
  });

  it('leaves the client as it was', async () => {
    const server = await serve((_, response) => json(response, 200, user));
    const client = clientOf(server);

    client.withOptions({ apiToken: 'another-token' });
    await client.users.get('user_123');

    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${apiToken}`);
  });

  it('checks what it is given', () => {
    const client = new Client({ apiToken });

    expect(() => client.withOptions({ timeout: -1 })).toThrow(InvalidRequestError);
  });

  it('has the listeners in common', async () => {
    const server = await serve((_, response) => json(response, 200, user));
    const client = clientOf(server);
    const listener = vi.fn();
    client.on('request', listener);

    await client.withOptions({ timeout: 1000 }).users.get('user_123');

    expect(listener).toHaveBeenCalledOnce();
  });
});

it('options may be undefined one by one, as from a config file', () => {
  const options: Required<ClientOptions> | ClientOptions = {
    apiToken,
    baseUrl: undefined,
    timeout: undefined,
    totalTimeout: undefined,
    maxRetries: undefined,
    fetch: undefined,
    headers: undefined,
    rateLimit: undefined,
    responseValidation: undefined,
    logger: undefined,
    logLevel: undefined,
    dangerouslyAllowBrowser: undefined,
  };

  expect(() => new Client(options)).not.toThrow();
});
