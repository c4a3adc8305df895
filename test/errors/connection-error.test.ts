import { expect, it } from 'vitest';
import { ConnectionError } from '@example/sdk';
import { clientOf, rejection, serve } from '../support/http-server.ts';

it('a ConnectionError has the reason as its cause and in its message', async () => {
  const server = await serve((_, response) => response.destroy());

  const error = await rejection(clientOf(server, { maxRetries: 0 }).users.get('user_123'));

  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({
    message: 'The request failed: other side closed (GET /users/{id})',
    cause: expect.any(Error),
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'ConnectionError',
    message: 'The request failed: other side closed (GET /users/{id})',
    method: 'GET',
    path: '/users/user_123',
    route: '/users/{id}',
    url: `${server.url}/users/user_123`,
  });
});
