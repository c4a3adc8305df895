import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from '../support/calls.ts';

const json = { 'Content-Type': 'application/json' };

test('an unknown path gets a 404, and an unsupported method a 405', async () => {
  const sandbox = createSandbox();
  expect((await call(sandbox, 'GET /__sandbox/nothing')).status).toBe(404);
  const response = await call(sandbox, 'PUT /__sandbox/users/user_123', { json: {} });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, PATCH, DELETE']);
});

test('a body that is not JSON is refused, and a missing one has no fields', async () => {
  const sandbox = createSandbox();
  expect((await call(sandbox, 'POST /__sandbox/users', { body: '{' })).status).toBe(400);
  expect(
    (await call(sandbox, 'POST /__sandbox/users', { body: 'x', headers: { 'Content-Type': 'text/plain' } })).status,
  ).toBe(415);
  expect((await call(sandbox, 'POST /__sandbox/users', { body: 'x'.repeat(1_000_001) })).status).toBe(413);
  expect((await call(sandbox, 'POST /__sandbox/users')).status).toBe(201);
});

test.each<Record<string, string>>([
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
])('a page of another site may not change anything: %j', async (headers) => {
  const sandbox = createSandbox();
  const response = await call(sandbox, 'POST /__sandbox/reset', { headers: { ...headers, ...json } });
  expect(response.status).toBe(403);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  const reading = await call(sandbox, 'GET /__sandbox/requests', { headers });
  expect(reading.headers.get('access-control-allow-origin')).toBeNull();
});
