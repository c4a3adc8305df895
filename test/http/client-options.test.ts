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
    ['rateLimit', { rateLimit: 'off' }],
    ['rateLimit', { rateLimit: null }],
    ['rateLimit', { rateLimit: 0 }],
    ['rateLimit', { rateLimit: '' }],
    ['rateLimit', { rateLimit: [] }],
    ['rateLimit.store', { rateLimit: { store: null } }],
    ['rateLimit.store', { rateLimit: { store: {} } }],
    ['logger.error', { logger: {} }],
    ['logger', { logger: null }],
    ['logger.error', { logger: { ...console, error: 'x' } }],
    ['logger.debug', { logger: { ...console, debug: null } }],
    ['shouldRetry', { shouldRetry: true }],
    ['dangerouslyAllowHttp', { dangerouslyAllowHttp: 'yes' }],
    ['apiSupportsIdempotencyKeys', { apiSupportsIdempotencyKeys: 'false' }],
    ['maxResponseSize', { maxResponseSize: 0 }],
    ['maxResponseSize', { maxResponseSize: Infinity }],
    ['rateLimit.limit', { rateLimit: { limit: 0 } }],
    ...nullable.map((name): [string, object] => [name, { [name]: null }]),
    ['rateLimit.limit', { rateLimit: { limit: 1.5 } }],
    ['rateLimit.maxWait', { rateLimit: { maxWait: -1 } }],
    ['rateLimit.maxWait', { rateLimit: { maxWait: NaN } }],
  ])('%s: %j', (name, options) => {
    const construct = () => new Client({ apiToken, ...options });

    expect(construct).toThrow(InvalidRequestError);
    expect(construct).toThrow(name);
  });
});

describe('an option that does not exist is refused', () => {
  it.each([
    ['baseURL', 'baseUrl'],
    ['base_url', 'baseUrl'],
    ['apiKey', 'apiToken'],
    ['api_key', 'apiToken'],
    ['token', 'apiToken'],
    ['retries', 'maxRetries'],
    ['max_retries', 'maxRetries'],
    ['maxNetworkRetries', 'maxRetries'],
    ['defaultHeaders', 'headers'],
    ['ratelimit', 'rateLimit'],
  ])('with its name here, if another SDK calls it %s: %s', (name, meant) => {
    expect(() => new Client({ apiToken, [name]: 'x' })).toThrow(
      new InvalidRequestError(`There is no options.${name}, it is called ${meant} here.`),
    );
  });

  it('in rateLimit, too', () => {
    expect(() => new Client({ apiToken, rateLimit: { maxwait: 7 } as object })).toThrow(
      'There is no rateLimit.maxwait, it is called maxWait here.',
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
    shouldRetry: undefined,
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
