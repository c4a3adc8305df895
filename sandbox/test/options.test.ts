import { createSandbox, type SandboxOptions } from '@example/sandbox';
import { expect, test } from 'vitest';

test.each<[SandboxOptions, string]>([
  [{ apiToken: '' }, '`apiToken`'],
  [{ apiToken: 'two words' }, '`apiToken`'],
  [{ rateLimit: { limit: 0 } }, '`rateLimit.limit`'],
  [{ rateLimit: { window: Number.NaN } }, '`rateLimit.window`'],
  [{ projects: -1 }, '`projects`'],
  [{ users: 1.5 }, '`users`'],
  [{ users: [{ email: 'a@example.com' }, { email: 'A@example.com' }] }, '`users`'],
  [{ latency: -1 }, '`latency`'],
  [{ webhooks: { jitter: 2 } }, '`webhooks.jitter`'],
  [{ webhooks: { schedule: [-1] } }, '`webhooks.schedule.0`'],
  [{ seed: Number.POSITIVE_INFINITY }, '`seed`'],
  [{ users: [{ id: 'user_1' }, { id: 'user_1', email: 'b@example.com' }] }, '`users`'],
  [{ users: [{}, { email: 'ada' }] }, '`users.1.email`'],
  [{ projects: [{ created_at: 'yesterday' }] }, '`projects.0.created_at`'],
  [{ projects: [{ id: 'a b' }] }, '`projects.0.id`'],
  [{ webhooks: { endpoints: [{ url: 'ftp://example.com' }] } }, '`webhooks.endpoints.0.url`'],
  [{ projets: 3 } as SandboxOptions, '`projets`'],
  [{ rateLimit: { limt: 3 } } as SandboxOptions, '`rateLimit.limt`: Unknown field. Known fields: limit, window.'],
  [
    { rateLimit: 5 } as never,
    'Invalid options. `rateLimit`: Must be an object, such as { limit: 100, window: 60_000 }.',
  ],
  [null as never, 'Invalid options. Must be an object.'],
  [{ users: [{ password: 'secret' }] } as unknown as SandboxOptions, '`users.0.password`'],
  [{ webhooks: { retries: 3 } } as SandboxOptions, '`webhooks.retries`'],
  [{ now: 5 } as unknown as SandboxOptions, '`now`'],
])('%j is refused: %s', (options, message) => {
  expect(() => createSandbox(options)).toThrow(TypeError);
  expect(() => createSandbox(options)).toThrow(message);
});

test('generated ids skip ids that seeds and tests have set', () => {
  const sandbox = createSandbox({ users: [{}, { id: 'user_123' }, { id: 'user_125' }] });
  sandbox.state.users.create({ email: 'new@example.com' });
  expect(sandbox.state.users.list().map(({ id }) => id)).toEqual(['user_124', 'user_123', 'user_125', 'user_126']);
});
