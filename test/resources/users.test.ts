import { Client, ConflictError, NotFoundError, UnprocessableEntityError } from '@example/sdk';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const api = 'https://api.example.com/v1';
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

/** Has a token of its own, so that no other test shares its rate limit. */
const newClient = () => new Client({ apiToken: crypto.randomUUID(), logLevel: 'off' });

const user = { id: 'user_123', name: 'John Doe', email: 'john@example.com', created_at: '2024-01-01T00:00:00Z' };
const params = { name: 'John Doe', email: 'john@example.com', password: 'secure_password' };

test('get() gets a user by id', async () => {
  server.use(http.get(`${api}/users/user_123`, () => HttpResponse.json(user)));
  expect(await newClient().users.get('user_123')).toEqual(user);
});

test('get() encodes the id, so that it stays one part of the path', async () => {
  server.use(
    http.get(`${api}/users/:id`, ({ params: { id }, request }) => HttpResponse.json({ id, url: request.url })),
  );
  expect(await newClient().users.get('a b?c')).toEqual({ id: 'a b?c', url: `${api}/users/a%20b%3Fc` });
});

test('get() fails with a NotFoundError if there is no such user', async () => {
  const error = { code: 'not_found', message: 'There is no user with this id.', details: {} };
  server.use(http.get(`${api}/users/nobody`, () => HttpResponse.json({ error }, { status: 404 })));
  await expect(newClient().users.get('nobody')).rejects.toThrow(NotFoundError);
});

test('create() sends the documented fields, and returns the new user', async () => {
  const sent: unknown[] = [];
  server.use(
    http.post(`${api}/users`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(user, { status: 201 });
    }),
  );
  expect(await newClient().users.create(params)).toEqual(user);
  expect(sent).toEqual([params]);
});

test.each([
  [409, ConflictError, { email: 'Belongs to another user.' }],
  [422, UnprocessableEntityError, { email: 'Must be an email address.' }],
])('create() that gets a %i fails with an error that says which field is wrong', async (status, expected, details) => {
  const error = { code: 'invalid_request', message: 'The user was not created.', details };
  server.use(http.post(`${api}/users`, () => HttpResponse.json({ error }, { status })));
  const call = newClient().users.create(params);
  await expect(call).rejects.toThrow(expected);
  await expect(call).rejects.toMatchObject({ status, code: 'invalid_request', details });
});
