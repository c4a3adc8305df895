import { expect, it } from 'vitest';
import { clientOf, newUser, user } from '../support/http-server.ts';
import { replying } from '../support/replies.ts';

it('get() gets a user by id', async () => {
  const api = replying(200);
  expect(await clientOf(api).users.get('user_123')).toEqual(user);
  expect(api.requests).toMatchObject([{ url: `${api.url}/users/user_123`, init: { method: 'GET' } }]);
});

it('create() sends the documented fields, and returns the new user', async () => {
  const api = replying(201);
  expect(await clientOf(api).users.create(newUser)).toEqual(user);
  const init = { method: 'POST', body: JSON.stringify(newUser) };
  expect(api.requests).toMatchObject([{ url: `${api.url}/users`, init }]);
});
