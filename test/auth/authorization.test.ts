import { expect, it, vi } from 'vitest';
import { BearerToken } from '../../src/auth/bearer-token.ts';
import { apiToken, clientOf, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

it('a scheme may use any header, which neither an option nor a listener can replace, and no log line shows', async () => {
  vi.spyOn(BearerToken.prototype, 'headers').mockImplementation(
    (credential) => ({ 'x-auth': `key ${credential}` }) as unknown as ReturnType<BearerToken['headers']>,
  );
  const api = inProcessApi(() => Response.json(user));
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const client = clientOf(api, { headers: { 'x-auth': 'of the client' }, logger, logLevel: 'debug' });
  client.on('request', ({ headers }) => void (headers['x-auth'] = 'of a listener'));

  await client.users.get('user_123', { headers: { 'x-auth': 'of the call' } });

  expect(api.requests[0]?.init.headers).toHaveProperty('x-auth', `key ${apiToken}`);
  expect(logger.debug.mock.calls[0]?.[1]).toMatchObject({ headers: { 'x-auth': 'key [redacted]' } });
});
