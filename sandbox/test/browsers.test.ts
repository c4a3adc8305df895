import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from './calls.ts';

test('a preflight is answered without a token and takes nothing from the budget', async () => {
  const sandbox = createSandbox();
  const response = await call(sandbox, 'OPTIONS /v1/users', {
    token: null,
    headers: {
      Origin: 'https://app.example.com',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key',
    },
  });

  expect(response.status).toBe(204);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST');
  expect(response.headers.get('access-control-allow-headers')).toBe('authorization,content-type,idempotency-key');
  const next = await call(sandbox, 'GET /v1/projects');
  expect(next.headers.get('x-ratelimit-remaining')).toBe('99');
});

test('a page on a public site may ask for the private network', async () => {
  const headers = { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Private-Network': 'true' };
  const response = await call(createSandbox(), 'OPTIONS /v1/projects', { token: null, headers });
  expect(response.headers.get('access-control-allow-private-network')).toBe('true');
  expect(response.headers.get('access-control-allow-headers')).toBe('Authorization');
});

test.each([
  ['a success', 'GET /v1/projects', undefined],
  ['an error', 'GET /v1/users/nobody', undefined],
  ['a refusal', 'GET /v1/projects', 'wrong'],
])('%s can be read by a page, its headers included', async (_, request, token) => {
  const response = await call(createSandbox(), request, token === undefined ? {} : { token });
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  const exposed = response.headers.get('access-control-expose-headers')?.split(', ');
  for (const name of [
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
    'Retry-After',
    'X-Request-Id',
    'Date',
  ]) {
    expect(exposed).toContain(name);
  }
});

test('OPTIONS that is no preflight says which methods there are', async () => {
  const response = await call(createSandbox(), 'OPTIONS /v1/users');
  expect([response.status, response.headers.get('allow')]).toEqual([204, 'POST']);
});
