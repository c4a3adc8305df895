import { describe, expect, it } from 'vitest';
import { Client, InvalidRequestError } from '@example/sdk';
import type { ClientOptions } from '@example/sdk';
import { apiToken } from '../support/http-server.ts';

describe('the constructor refuses a wrong option by name', () => {
  it.each<[string, object]>([
    ['apiToken', { apiToken: '' }],
    ['apiToken', { apiToken: ' ' }],
    ['apiToken', { apiToken: 'two words' }],
    ['apiToken', { apiToken: 'a\nb' }],
    ['apiToken', { apiToken: 7 }],
    ['apiToken', { apiToken: {} }],
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
  });
});

it('any option may be undefined', () => {
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
