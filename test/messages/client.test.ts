import { createClient } from 'redis';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Client } from '@example/sdk';
import { clientOptionNames } from '../../src/http/client-options.ts';
import { messageOf } from './message-of.ts';

// Mistakes of newcomers and of JavaScript users, and what they read. Each message names the place, says what was passed
// unless it may be a secret, and what to write instead.

const secret = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

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
  [`${token} must be the token itself, as a string; got ''.`, withOptions({ apiToken: '' })],
  [`${token} must be the token itself, as a string; got null.`, withOptions({ apiToken: null })],
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
  [
    `Unknown option 'proxy'. The options are ${clientOptionNames.join(', ')}.`,
    withOptions({ proxy: 'http://proxy:3128' }),
  ],
  ["Unknown option 'rateLimit.maxwait'. Did you mean 'rateLimit.maxWait'?", withOptions({ rateLimit: { maxwait: 7 } })],
  [
    "Unknown option 'rateLimit.perMinute'. The options are store, maxWait, limit, window.",
    withOptions({ rateLimit: { perMinute: 50 } }),
  ],

  ['maxRetries must be a whole number of at least 0; got -1.', withOptions({ maxRetries: -1 })],
  ["maxRetries must be a whole number of at least 0; got '3'.", withOptions({ maxRetries: '3' })],
  ['maxRetries must be a whole number of at least 0; got false.', withOptions({ maxRetries: false })],
  [`timeout must be ${milliseconds}; got '5s'.`, withOptions({ timeout: '5s' })],
  [`timeout must be ${milliseconds}; got 0.`, withOptions({ timeout: 0 })],
  [`timeout must be ${milliseconds}; got Object.`, withOptions({ timeout: { connect: 500 } })],
  [`rateLimit.maxWait must be ${milliseconds}; got '30s'.`, withOptions({ rateLimit: { maxWait: '30s' } })],
  ['rateLimit, unless false, must be a plain object; got true.', withOptions({ rateLimit: true })],
  ['fetch must be a function; got Response.', withOptions({ fetch: new Response() })],
  ['logger must be an object such as console; got false.', withOptions({ logger: false })],
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
    withOptions({ headers: { Authorization: secret } }),
  ],
  ["A name in headers must be one that HTTP allows; got 'X Team'.", withOptions({ headers: { 'X Team': 'blue' } })],
  ['An entry of headers must be [name, value]; got string.', withOptions({ headers: ['X-Key', secret] })],
  [
    "headers['x-key'] must be a string without line breaks, control characters or characters beyond Latin-1; got number.",
    withOptions({ headers: { 'X-Key': 4_242_424_242 } }),
  ],

  [`${store}; got Object.`, withOptions({ rateLimit: { store: createClient() } })],
  [`${store}; got Object.`, withOptions({ rateLimit: { store: new Redis({ lazyConnect: true }) } })],
  [`${store}; got 'redis://localhost'.`, withOptions({ rateLimit: { store: 'redis://localhost' } })],
])('%s', async (message, mistake) => {
  vi.stubEnv('EXAMPLE_API_TOKEN', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await messageOf(mistake)).toBe(message);
});
