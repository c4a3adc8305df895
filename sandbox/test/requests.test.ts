import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from './calls.ts';

test('what was received is there to look at', async () => {
  const sandbox = createSandbox({ now: () => Date.parse('2024-01-01T00:00:00Z') });
  const response = await call(sandbox, 'GET /v1/projects?page=2&status=active');

  const { duration, headers, ...rest } = sandbox.requests[0]!;
  expect(rest).toEqual({
    id: response.headers.get('x-request-id'),
    method: 'GET',
    path: '/v1/projects',
    query: { page: '2', status: 'active' },
    body: undefined,
    token: 'tok_123',
    received_at: '2024-01-01T00:00:00.000Z',
    status: 200,
    remaining: 99,
  });
  expect(headers).toEqual({ authorization: '[redacted]' });
  expect(duration).toBeGreaterThanOrEqual(0);
});

test('no token and no password is in it', async () => {
  const sandbox = createSandbox({ apiToken: 'sandbox_token' });
  const headers = { Cookie: 'session=sandbox_token', 'X-Api-Key': 'sandbox_token', 'X-Other': 'kept' };
  await call(sandbox, 'POST /v1/users', { json: { ...john, more: [{ Password: john.password }] }, headers });

  const text = JSON.stringify(sandbox.requests);
  expect(text).not.toContain('sandbox_token');
  expect(text).not.toContain(john.password);
  expect(text).toContain('kept');
  expect(sandbox.requests[0]?.body).toEqual({
    name: 'John Doe',
    email: 'john@example.com',
    password: '[redacted]',
    more: [{ Password: '[redacted]' }],
  });
});

test('a large body is cut to what a person would read', async () => {
  const sandbox = createSandbox();
  const deep = JSON.parse(`${'['.repeat(9)}${']'.repeat(9)}`) as unknown;
  await call(sandbox, 'POST /v1/users', { json: { name: 'x'.repeat(5000), deep, long: Array(100).fill(1) } });
  const body = sandbox.requests[0]?.body as Record<string, unknown>;
  expect(body['name']).toBe(`${'x'.repeat(2000)}…`);
  expect(JSON.stringify(body['deep'])).toBe('[[[["…"]]]]');
  expect(body['long']).toHaveLength(50);
});

test('the last thousand are kept', async () => {
  const sandbox = createSandbox();
  for (let index = 0; index < 2100; index++) await call(sandbox, `GET /v1/users/${index}`);
  expect(sandbox.requests).toHaveLength(1000);
  expect(sandbox.requests.at(-1)?.path).toBe('/v1/users/2099');
});
