import { expect, it, vi } from 'vitest';
import { Redactor } from '../../src/auth/redaction.ts';
import { SecretSearch } from '../../src/auth/secret-search.ts';
import { clientOf, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

// What a call observes costs nothing until it is observed.

const api = () => inProcessApi(() => Response.json(user, { headers: { 'x-request-id': 'req_42' } }));

it('a call that nobody observes looks for no secrets', async () => {
  const redact = vi.spyOn(Redactor.prototype, 'redact');
  const find = vi.spyOn(SecretSearch.prototype, 'redact');

  await clientOf(api()).users.get('user_123');

  expect(redact).not.toHaveBeenCalled();
  expect(find).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

it('a listener of response pays for the request id only', async () => {
  const find = vi.spyOn(SecretSearch.prototype, 'redact');
  const client = clientOf(api());
  client.on('response', () => undefined);

  for (let call = 0; call < 5; call++) await client.users.get('user_123');

  expect(find.mock.calls.map(([text]) => text)).toEqual(Array.from({ length: 5 }, () => 'req_42'));
  vi.restoreAllMocks();
});
