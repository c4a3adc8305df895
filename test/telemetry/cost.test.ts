import { expect, it, onTestFinished, vi } from 'vitest';
import { SecretSearch } from '../../src/auth/secret-search.ts';
import { clientOf, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

// What a call observes costs nothing until it is observed.

it('a call that nobody observes looks for no secrets, and a listener of response pays for the request id only', async () => {
  const find = vi.spyOn(SecretSearch.prototype, 'redact');
  onTestFinished(() => find.mockRestore());
  const client = clientOf(inProcessApi(() => Response.json(user, { headers: { 'x-request-id': 'req_42' } })));

  await client.users.get('user_123');
  expect(find).not.toHaveBeenCalled();

  client.on('response', () => undefined);
  await client.users.get('user_123');
  expect(find.mock.calls.map(([text]) => text)).toEqual(['req_42']);
});
