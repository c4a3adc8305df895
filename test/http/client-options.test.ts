import { describe, expect, it } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import type { ClientOptions } from '@example/sdk';
import { apiToken } from '../support/http-server.ts';

const nullable = [
  'apiToken',
  'timeout',
  'totalTimeout',
  'maxRetries',
  'fetch',
  'priority',
  'responseValidation',
  'logLevel',
];

describe('the constructor refuses a wrong option by name', () => {
  it.each<[string, object]>([
    ['apiToken', { apiToken: '' }],
    ['apiToken', { apiToken: ' ' }],
    ['apiToken', { apiToken: 'two words' }],
    ['apiToken', { apiToken: 'a\nb' }],
    ['apiToken', { apiToken: 7 }],
    ['apiToken', { apiToken: {} }],
    ['rateLimit', { rateLimit: 'off' }],
    ['rateLimit', { rateLimit: null }],
    ['rateLimit', { rateLimit: 0 }],
    ['rateLimit', { rateLimit: '' }],
    ['rateLimit', { rateLimit: [] }],
    ['rateLimit.store', { rateLimit: { store: null } }],
    ['baseUrl', { baseUrl: null }],
    ['baseUrl', { baseUrl: {} }],
    ['baseUrl', { baseUrl: 7 }],
    ['headers', { headers: null }],
    ['rateLimit.store', { rateLimit: { store: {} } }],
    ['logger.error', { logger: {} }],
    ['logger.error', { logger: null }],
    ['logger.error', { logger: { ...console, error: 'x' } }],
    ['logger.debug', { logger: { ...console, debug: null } }],
    ['fetch', { fetch: 'fetch' }],
    ['headers', { headers: { 'X-Note': 'a\nb' } }],
    ['authorization', { headers: { authorization: 'Bearer abc' } }],
    ['apiSupportsIdempotencyKeys', { apiSupportsIdempotencyKeys: 'false' }],
    ['maxResponseSize', { maxResponseSize: 0 }],
    ['maxResponseSize', { maxResponseSize: Infinity }],
    ['maxResponseSize', { maxResponseSize: 2 ** 29 }],
    ['rateLimit.limit', { rateLimit: { limit: 0 } }],
    ...nullable.map((name): [string, object] => [name, { [name]: null }]),
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
  });
});

describe('an option that does not exist is refused, with the names of those that do', () => {
  it.each(['apiKey', 'baseURL', 'max_retries', 'ratelimit', 'dangerouslyAllowBrowsers'])('%s', (wrong) => {
    expect(() => new Client({ apiToken, [wrong]: 'x' })).toThrow(
      new InvalidRequestError(
        `There is no options.${wrong}, only apiToken, baseUrl, timeout, totalTimeout, maxRetries, fetch, headers, ` +
          'rateLimit, priority, apiSupportsIdempotencyKeys, maxResponseSize, responseValidation, logger, logLevel, ' +
          'dangerouslyAllowBrowser.',
      ),
    );
  });

  it('in rateLimit, too', () => {
    const rateLimit = { maxwait: 7 } as object;

    expect(() => new Client({ apiToken, rateLimit })).toThrow(
      'There is no rateLimit.maxwait, only store, maxWait, limit, window.',
    );
  });

  it('unless it is undefined', () => {
    expect(() => new Client({ apiToken, zzz: undefined } as object)).not.toThrow();
  });
});

it('any option may be undefined', () => {
  const options: Required<ClientOptions> | ClientOptions = {
    apiToken,
    baseUrl: undefined,
    timeout: undefined,
    totalTimeout: undefined,
    maxRetries: undefined,
    maxResponseSize: undefined,
    apiSupportsIdempotencyKeys: undefined,
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
