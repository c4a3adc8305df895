import { expect, test } from 'vitest';
import { ConflictError, UnprocessableEntityError } from '@example/sdk';
import { clientOf, newUser, rejection, user } from '../support/http-server.ts';
import { inProcessApi } from '../support/in-process-api.ts';

test('get() gets a user by id', async () => {
  const api = inProcessApi(() => Response.json(user));
  expect(await clientOf(api).users.get('user_123')).toEqual(user);
  expect(api.requests).toMatchObject([{ url: `${api.url}/users/user_123`, init: { method: 'GET' } }]);
});

test('create() sends the documented fields, and returns the new user', async () => {
  const api = inProcessApi(() => Response.json(user, { status: 201 }));
  expect(await clientOf(api).users.create(newUser)).toEqual(user);
  const init = { method: 'POST', body: JSON.stringify(newUser) };
  expect(api.requests).toMatchObject([{ url: `${api.url}/users`, init }]);
});

test.each([
  [409, ConflictError, { email: 'Belongs to another user.' }],
  [422, UnprocessableEntityError, { email: 'Must be an email address.' }],
])('create() that gets a %i fails with an error that says which field is wrong', async (status, expected, details) => {
  const answer = { code: 'invalid_request', message: 'The user was not created.', details };
  const api = inProcessApi(() => Response.json({ error: answer }, { status }));
  const error = await rejection(clientOf(api).users.create(newUser));
  expect(error).toBeInstanceOf(expected);
  expect(error).toMatchObject({ status, code: 'invalid_request', details });
});
