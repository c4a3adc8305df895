import { createSandbox, type SandboxOptions } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from './calls.ts';

test.each<[SandboxOptions, string]>([
  [{ apiToken: '' }, 'apiToken'],
  [{ apiToken: 'two words' }, 'apiToken'],
  [{ rateLimit: { limit: 0 } }, 'rateLimit.limit'],
  [{ rateLimit: { window: Number.NaN } }, 'rateLimit.window'],
  [{ projects: -1 }, 'projects'],
  [{ users: 1.5 }, 'users'],
  [{ users: [{ email: 'a@example.com' }, { email: 'A@example.com' }] }, 'users'],
  [{ latency: -1 }, 'latency'],
  [{ webhooks: { jitter: 2 } }, 'webhooks.jitter'],
  [{ webhooks: { schedule: [-1] } }, 'webhooks.schedule'],
  [{ seed: Number.POSITIVE_INFINITY }, 'seed'],
])('%j is refused by name', (options, name) => {
  expect(() => createSandbox(options)).toThrow(TypeError);
  expect(() => createSandbox(options)).toThrow(`\`${name}\``);
});

test('users can be there from the start: so many, or these', async () => {
  const many = createSandbox({ users: 3 });
  expect((await call(many, 'GET /v1/users/user_125')).status).toBe(200);

  const these = createSandbox({
    users: [{ id: 'user_ada', name: 'Ada', email: 'ada@example.com', created_at: '2024-01-01T00:00:00Z' }, {}],
  });
  expect(await (await call(these, 'GET /v1/users/user_ada')).json()).toEqual({
    id: 'user_ada',
    name: 'Ada',
    email: 'ada@example.com',
    created_at: '2024-01-01T00:00:00Z',
  });
  expect((await call(these, 'GET /v1/users/user_123')).status).toBe(200);
});
