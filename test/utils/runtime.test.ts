import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import { verifyWebhook } from '@example/sdk/webhooks';
import { apiToken, clientOf, json, rejection, serve, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('the environment', () => {
  it('provides the token and the base URL, which options override', async () => {
    const server = await serve((_, response) => json(response, 200, user));
    vi.stubEnv('EXAMPLE_API_TOKEN', 'token-of-the-environment');
    vi.stubEnv('EXAMPLE_BASE_URL', server.url);

    await new Client().users.get('user_123');
    await new Client({ apiToken, baseUrl: `${server.url}/v2` }).users.get('user_123');

    expect(server.requests).toMatchObject([
      { url: '/v1/users/user_123', headers: { authorization: 'Bearer token-of-the-environment' } },
      { url: '/v1/v2/users/user_123', headers: { authorization: `Bearer ${apiToken}` } },
    ]);
  });

  it('is named in the error if there is no token anywhere', () => {
    vi.stubEnv('EXAMPLE_API_TOKEN', '');

    expect(() => new Client()).toThrow('No API token: pass apiToken or set EXAMPLE_API_TOKEN.');
  });

  it.each([
    [' DEBUG ', ['warn', 'debug']],
    ['loud', ['warn']], // A level that does not exist is warn.
    ['error', []],
  ])('provides the log level: %s', async (level, logged) => {
    const api = inProcessApi(() => Response.json({ ...user, name: null }));
    const spies = (['warn', 'debug'] as const).map((name) => vi.spyOn(console, name).mockReturnValue());
    vi.stubEnv('EXAMPLE_LOG', level);
    await new Client({ apiToken, baseUrl: api.url, fetch: api.fetch }).users.get('user_123');
    expect(['warn', 'debug'].filter((_, index) => spies[index]?.mock.calls.length)).toEqual(logged);
    for (const spy of spies) spy.mockRestore();
  });

  it('may not exist at all', () => {
    vi.stubGlobal('process', undefined);

    expect(() => new Client({ apiToken })).not.toThrow();
    expect(() => new Client()).toThrow('No API token');
  });

  it('is a binding in a Cloudflare Worker, and the errors say how to pass it', async () => {
    vi.stubGlobal('process', undefined);
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });

    expect(() => new Client()).toThrow(
      'pass the binding: { apiToken: env.EXAMPLE_API_TOKEN }, with import { env } from',
    );
    const error = await rejection(verifyWebhook('{}', {}));
    expect((error as Error).message).toContain('pass the binding: { secret: env.EXAMPLE_WEBHOOK_SECRET }');
  });

  it('may be forbidden to read, as in Deno', () => {
    vi.stubGlobal('process', {
      get env(): never {
        throw new Error('Requires env access');
      },
    });

    expect(() => new Client({ apiToken })).not.toThrow();
  });

  it('may leave the base URL to the default, the public API', async () => {
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
  ])('is refused unless visitors may see the token: %s', (userAgent) => {
    vi.stubGlobal('navigator', { userAgent });

    expect(() => new Client({ apiToken })).toThrow(InvalidRequestError);
    expect(() => new Client({ apiToken })).toThrow('dangerouslyAllowBrowser: true');
    expect(() => new Client({ apiToken, dangerouslyAllowBrowser: true })).not.toThrow();
  });
});

it.each([
  ['of a browser is its own', { userAgent: 'Mozilla/5.0' }, /^node$/], // what Node's fetch sends by itself
  ['of a runtime without a navigator', undefined, /^example-sdk\/[\d.]+ unknown$/],
  ['of a runtime without a name', {}, /^example-sdk\/[\d.]+ unknown$/],
])('the User-Agent %s', async (_, navigator, userAgent) => {
  const server = await serve((__, response) => json(response, 200, user));
  vi.stubGlobal('navigator', navigator);

  await clientOf(server, { dangerouslyAllowBrowser: true }).users.get('user_123');

  expect(server.requests[0]?.headers['user-agent']).toMatch(userAgent);
});
