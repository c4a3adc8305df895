import { createClient } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import { clientOptionNames } from '../../src/http/client-options.ts';
import { apiToken, clientOf, messageOf, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

// What is refused for a call as well: call.test.ts.

describe('the constructor refuses a wrong option by name', () => {
  it.each<[name: string, values: unknown[]]>([
    ['apiToken', [null, '']],
    [
      'baseUrl',
      [
        ...['', 'api.example.com', '/v1', 'ftp://api.example.com', 'https://me:secret@api.example.com/v1', null],
        ...['?tenant=1', '#top', '?', '#'].map((end) => `https://api.example.com/v1${end}`),
      ],
    ],
    ['fetch', [null]],
    ['rateLimit', ['off', null, 0, '', [], true]],
    ['rateLimit.store', [null, {}]],
    ['rateLimit.limit', [0, 1.5]],
    ['rateLimit.window', [0, 1.5]],
    ['rateLimit.maxWait', [-1, NaN]],
    ['apiSupportsIdempotencyKeys', ['false']],
    ['maxResponseSize', [0, Infinity]],
    ['responseValidation', [null]],
    ['logger', [null, {}, false, { ...console, error: 'x' }, { ...console, debug: null }]],
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

const secret = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

// Mistakes of newcomers and of JavaScript users. Each message names the place, says what was passed unless it may be a secret,
// and what to write instead.

/** A client with these options, whose types are checked by nobody. */
const withOptions = (options: object) => () => new Client({ apiToken: secret, ...options });

/** What other SDKs call an option. */
const otherNames = {
  ...{ baseURL: 'baseUrl', base_url: 'baseUrl', apiKey: 'apiToken', api_key: 'apiToken', token: 'apiToken' },
  ...{ retries: 'maxRetries', max_retries: 'maxRetries', maxNetworkRetries: 'maxRetries' },
  ...{ defaultHeaders: 'headers', ratelimit: 'rateLimit', maxWait: 'rateLimit.maxWait' },
};

const token = 'apiToken (or EXAMPLE_API_TOKEN)';
const returned = 'The value returned by apiToken()';
const milliseconds = 'a positive number of milliseconds, at most 2147483647, or Infinity';
const store = 'rateLimit.store must be what redisRateLimitStore() or createRateLimitStore() returns';
const baseUrl = 'baseUrl (or EXAMPLE_BASE_URL) must be';
const absolute = `${baseUrl} an absolute URL without credentials, query or fragment`;
const withScheme = `${baseUrl} a URL that begins with https:// or http://`;
const insecure =
  'anyone on the network path can read the API token. For a host of your own, set dangerouslyAllowHttp: true.';

it.each<[string, () => unknown]>([
  ['No API token: pass apiToken or set EXAMPLE_API_TOKEN.', () => new Client()],
  ['No API token: pass apiToken or set EXAMPLE_API_TOKEN.', () => new Client({ apiToken: process.env['TYPO'] })],
  [`${token} must be the token itself, as a string; got number.`, withOptions({ apiToken: 4_242_424_242 })],
  [`${token} must be the token itself, as a string; got Promise.`, withOptions({ apiToken: Promise.resolve(secret) })],
  [`${token} has 'Bearer', which the SDK adds: pass only the token.`, withOptions({ apiToken: `Bearer ${secret}` })],
  [`${token} has spaces or line breaks: pass only the token.`, withOptions({ apiToken: `${secret}\n` })],
  [`${token} has quotes around it: pass only the token.`, withOptions({ apiToken: `"${secret}"` })],
  [`${token} has characters beyond ASCII: pass only the token.`, withOptions({ apiToken: 'sk_…7dc' })],
  ...['EXAMPLE_API_TOKEN', '$EXAMPLE_API_TOKEN', 'process.env.EXAMPLE_API_TOKEN', 'undefined'].map(
    (apiToken): [string, () => unknown] => [
      `${token} is the name of a variable instead of its value: pass only the token.`,
      withOptions({ apiToken }),
    ],
  ),
  [
    `${returned} must be the token itself, as a string; got undefined.`,
    () => withOptions({ apiToken: () => undefined })().users.get('user_123'),
  ],
  [
    `${returned} must be the token itself, as a string; got Object.`,
    () => withOptions({ apiToken: () => Promise.resolve({ access_token: secret }) })().users.get('user_123'),
  ],

  ['options must be a plain object; got string.', () => new Client(secret as unknown as object)],
  ...Object.entries(otherNames).map(([name, meant]): [string, () => unknown] => [
    `Unknown option '${name}'. Did you mean '${meant}'?`,
    withOptions({ [name]: 'x' }),
  ]),
  [`Unknown option 'proxy'. The options are ${clientOptionNames.join(', ')}.`, withOptions({ proxy: 'http://proxy' })],
  ["Unknown option 'rateLimit.maxwait'. Did you mean 'rateLimit.maxWait'?", withOptions({ rateLimit: { maxwait: 7 } })],
  [
    "Unknown option 'rateLimit.perMinute'. The options are store, maxWait, limit, window.",
    withOptions({ rateLimit: { perMinute: 50 } }),
  ],

  ["maxRetries must be a whole number of at least 0; got '3'.", withOptions({ maxRetries: '3' })],
  [`timeout must be ${milliseconds}; got '5s'.`, withOptions({ timeout: '5s' })],
  [`rateLimit.maxWait must be ${milliseconds}; got '30s'.`, withOptions({ rateLimit: { maxWait: '30s' } })],
  ['fetch must be a function; got Response.', withOptions({ fetch: new Response() })],
  ['logger.error must be a function; got undefined.', withOptions({ logger: console.log })],
  [
    "logLevel must be one of 'off', 'error', 'warn', 'info', 'debug'; got 'verbose'.",
    withOptions({ logLevel: 'verbose' }),
  ],
  ["priority must be one of 'normal', 'background'; got 'high'.", withOptions({ priority: 'high' })],
  ["responseValidation must be one of 'warn', 'throw', 'off'; got true.", withOptions({ responseValidation: true })],
  ["dangerouslyAllowBrowser must be true or false; got 'true'.", withOptions({ dangerouslyAllowBrowser: 'true' })],

  [`${withScheme}; got '/v1'.`, withOptions({ baseUrl: '/v1' })],
  [`${withScheme}; got 'localhost:4010/v1'.`, withOptions({ baseUrl: 'localhost:4010/v1' })],
  [`${absolute}; got string.`, withOptions({ baseUrl: `https://me:${secret}@api.example.com/v1` })],
  [`${absolute}; got string.`, withOptions({ baseUrl: `https://api.example.com/v1?token=${secret}` })],
  [`${baseUrl} https, not http://sandbox:4010: ${insecure}`, withOptions({ baseUrl: 'http://sandbox:4010/v1' })],

  [
    'headers must not set authorization: the SDK sets it from apiToken.',
    withOptions({ headers: { Authorization: '' } }),
  ],
  ["A name in headers must be one that HTTP allows; got 'X Team'.", withOptions({ headers: { 'X Team': 'blue' } })],
  ['An entry of headers must be [name, value]; got string.', withOptions({ headers: ['X-Key', secret] })],
  [
    "headers['x-key'] must be a string without line breaks, control characters or characters beyond Latin-1; got number.",
    withOptions({ headers: { 'X-Key': 4_242_424_242 } }),
  ],

  [`${store}; got Object.`, withOptions({ rateLimit: { store: createClient() } })],
])('%s', async (message, mistake) => {
  vi.stubEnv('EXAMPLE_API_TOKEN', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await messageOf(mistake)).toBe(message);
});
