import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { apiRoutes } from '../../src/resources/index.ts';
import { call } from '../support/calls.ts';

test('a preflight needs no token and uses no budget', async () => {
  const sandbox = createSandbox();
  const response = await call(sandbox, 'OPTIONS /v1/users', {
    token: null,
    headers: {
      Origin: 'https://app.example.com',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key,sandbox-fault',
    },
  });

  expect(response.status).toBe(204);
  expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  const allowed = response.headers.get('access-control-allow-methods')?.split(',');
  expect(new Set(allowed)).toEqual(new Set(['HEAD', ...apiRoutes.map(({ method }) => method)]));
  expect(response.headers.get('access-control-allow-headers')).toBe(
    'authorization,content-type,idempotency-key,sandbox-fault',
  );
  const next = await call(sandbox, 'GET /v1/projects');
  expect(next.headers.get('x-ratelimit-remaining')).toBe('99');
});

test.each([
  ['a success', 'GET /v1/projects', undefined],
  ['an error', 'GET /v1/users/nobody', undefined],
  ['a refusal', 'GET /v1/projects', 'wrong'],
])('%s can be read by a page, its headers included', async (_, request, token) => {
  const headers = { Origin: 'http://localhost:3000' };
  const response = await call(createSandbox(), request, token === undefined ? { headers } : { headers, token });
  expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
  expect(response.headers.get('vary')).toBe('Origin');
  const exposed = response.headers.get('access-control-expose-headers')?.split(',');
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

test('a request that is not from a page gets no headers for pages', async () => {
  const response = await call(createSandbox(), 'GET /v1/projects');
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});
