import { createSandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';

const now = () => Date.parse('2024-01-01T00:00:00Z');

describe('POST /users', () => {
  test('the documented request gets the documented response, and the user can be read', async () => {
    const sandbox = createSandbox({ now });
    const response = await call(sandbox, 'POST /v1/users', { json: john });

    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/v1/users/user_123');
    const user = { id: 'user_123', name: 'John Doe', email: 'john@example.com', created_at: '2024-01-01T00:00:00Z' };
    expect(await response.json()).toEqual(user);
    expect(await (await call(sandbox, 'GET /v1/users/user_123')).json()).toEqual(user);
  });

  test('the details name every invalid field', async () => {
    const response = await call(createSandbox(), 'POST /v1/users', { json: { name: '', email: 'john', admin: true } });

    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      error: {
        code: 'invalid_request',
        message: 'The request has invalid fields: name, email, password, admin.',
        details: {
          name: 'Must be a string of 1 to 200 characters.',
          email: 'Must be an email address, such as john@example.com.',
          password: 'Must be a string of 8 to 1000 characters.',
          admin: 'Unknown field. Known fields: name, email, password.',
        },
      },
    });
  });

  test.each([
    ['name', ' \t ', 'Must not be blank.'],
    ['name', 'x'.repeat(201), 'Must be a string of 1 to 200 characters.'],
    ['name', null, 'Must be a string of 1 to 200 characters.'],
    ['name', ['John'], 'Must be a string of 1 to 200 characters.'],
    ['email', 'a@b', 'Must be an email address, such as john@example.com.'],
    ['email', `${'x'.repeat(250)}@example.com`, 'Must have at most 254 characters.'],
    ['password', 'seven77', 'Must be a string of 8 to 1000 characters.'],
    ['password', 12345678, 'Must be a string of 8 to 1000 characters.'],
    ['__proto__', {}, 'Unknown field. Known fields: name, email, password.'],
  ])('%s = %j is refused', async (field, value, message) => {
    const json = Object.fromEntries([...Object.entries(john), [field, value]]);
    const response = await call(createSandbox(), 'POST /v1/users', { json });

    expect(response.status).toBe(422);
    const { error } = (await response.json()) as { error: { details: object } };
    expect(Object.entries(error.details)).toEqual([[field, message]]);
  });

  test('an email belongs to one user, regardless of case', async () => {
    const sandbox = createSandbox();
    await call(sandbox, 'POST /v1/users', { json: john });
    const response = await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'JOHN@Example.com' } });

    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({
      error: {
        code: 'email_taken',
        message: 'There is already a user with this email.',
        details: { email: 'Belongs to another user.' },
      },
    });
  });

  test('of two concurrent requests with the same email, one creates the user', async () => {
    const sandbox = createSandbox();
    const both = await Promise.all([1, 2].map(() => call(sandbox, 'POST /v1/users', { json: john })));
    expect(both.map((response) => response.status).sort()).toEqual([201, 409]);
  });

  test('text that looks like SQL or HTML is stored unchanged', async () => {
    const name = `Robert'); DROP TABLE users;-- <script>alert(1)</script> \u202e 🦄`;
    const response = await call(createSandbox(), 'POST /v1/users', { json: { ...john, name } });
    expect(await response.json()).toMatchObject({ name });
  });
});

describe('GET /users/{id}', () => {
  test.each(['user_124', 'nobody', '%2e%2e', 'a%2Fb', '%00', '%ZZ', '__proto__'])('%s: 404', async (id) => {
    const response = await call(createSandbox(), `GET /v1/users/${id}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'not_found', details: {} } });
  });

  test('an unknown parameter is refused, so that a typo is noticed', async () => {
    const response = await call(createSandbox({ users: 1 }), 'GET /v1/users/user_123?expnad=projects');
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: { details: { expnad: 'Unknown field.' } } });
  });

  test('HEAD responds like GET, without the body', async () => {
    const response = await call(createSandbox({ users: 1 }), 'HEAD /v1/users/user_123');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});
