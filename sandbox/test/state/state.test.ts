import { createSandbox, type SandboxState } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';

describe('records', () => {
  test('have default values', () => {
    const { projects } = createSandbox({ projects: 0 }).state;
    expect(projects.create({ name: 'Moon' })).toMatchObject({ id: 'proj_123', name: 'Moon', status: 'active' });
  });

  test.each<[(state: SandboxState) => unknown, string]>([
    [({ users }) => users.create({ email: 'ada' }), 'Invalid user. `email`: Must be an email address'],
    [({ users }) => users.create({ email: 'ADA@example.com' }), '`email`: Belongs to another user.'],
    [({ users }) => users.update('user_1', { name: 'Ada' }), 'There is no user user_1.'],
    [({ users }) => users.update('user_123', { name: '' }), 'Invalid change. `name`'],
    [({ users }) => users.create({ nmae: 'Ada' } as object), '`nmae`: Unknown field. Known fields: name, email.'],
    [({ projects }) => projects.create({ name: ' ' }), 'Invalid project. `name`: Must not be blank.'],
    [({ projects }) => projects.update('proj_123', { status: 'half done' }), '`status`'],
  ])('%s throws a TypeError: %s', (work, message) => {
    const { state } = createSandbox({ users: [{ email: 'ada@example.com' }] });
    expect(() => work(state)).toThrow(TypeError);
    expect(() => work(state)).toThrow(message);
  });
});

describe('tokens', () => {
  test('a token is shown once and works until it is revoked; each token has its own budget', async () => {
    const sandbox = createSandbox();
    const { token, ...info } = await sandbox.state.tokens.create('CI');
    expect(token).toMatch(/^example_\w{32}$/);
    expect(info.hint).toBe(token.slice(-4));
    expect(sandbox.state.tokens.list().map(({ name }) => name)).toEqual(['Default token', 'CI']);
    expect(JSON.stringify(sandbox.state.tokens.list())).not.toContain(token);

    await call(sandbox, 'GET /v1/projects');
    const response = await call(sandbox, 'GET /v1/projects', { token });
    expect(response.headers.get('x-ratelimit-remaining')).toBe('99');

    const fixed = await sandbox.state.tokens.create('Fixed', 'my-token');
    expect(fixed.token).toBe('my-token');
    expect((await call(sandbox, 'GET /v1/projects', { token: 'my-token' })).status).toBe(200);

    expect(sandbox.state.tokens.revoke(info.id)).toBe(true);
    expect(sandbox.state.tokens.revoke(info.id)).toBe(false);
    expect((await call(sandbox, 'GET /v1/projects', { token })).status).toBe(401);
  });

  test('invalid input throws a TypeError', async () => {
    const { tokens } = createSandbox({ apiToken: 'taken' }).state;
    await expect(tokens.create('')).rejects.toThrow('Invalid token. `name`: Must be a string of 1 to 200 characters.');
    await expect(tokens.create('CI', 'two words')).rejects.toThrow('`token`: Must consist of letters, digits');
    await expect(tokens.create('CI', 'taken')).rejects.toThrow('`token`: Belongs to another token.');
  });
});

test('reset restores the initial state', async () => {
  const sandbox = createSandbox({ webhooks: { endpoints: [{ url: 'http://127.0.0.1:9/' }] } });
  const before = sandbox.state.projects.list();
  await call(sandbox, 'POST /v1/users', { json: john });
  const { token } = await sandbox.state.tokens.create('CI');
  sandbox.state.projects.delete('proj_123');
  sandbox.faults.next({ status: 503 });
  sandbox.clock.advance(1_000_000_000);
  expect(sandbox.clock.offset).toBe(1_000_000_000);
  await sandbox.reset();

  expect(sandbox.requests).toEqual([]);
  expect(sandbox.faults.list).toEqual([]);
  expect(sandbox.state.users.list()).toEqual([]);
  expect(sandbox.state.projects.list().map(({ name }) => name)).toEqual(before.map(({ name }) => name));
  expect(sandbox.webhooks.endpoints).toHaveLength(1);
  expect(sandbox.webhooks.deliveries).toEqual([]);
  expect(sandbox.clock.offset).toBe(0);
  expect((await call(sandbox, 'GET /v1/projects', { token })).status).toBe(401);
  const response = await call(sandbox, 'GET /v1/projects');
  expect(response.headers.get('x-ratelimit-remaining')).toBe('99');
});

test('advancing the clock skips a rate-limit window', async () => {
  const sandbox = createSandbox({ rateLimit: { limit: 1 } });
  await call(sandbox, 'GET /v1/projects');
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(429);
  sandbox.clock.advance(60_000);
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);
  for (const value of [-1, NaN, 1e300])
    expect(() => sandbox.clock.advance(value)).toThrow(
      `\`milliseconds\` must be a number from 0 to 1000000000000, not ${value}.`,
    );
  expect(() => sandbox.clock.advance('5' as never)).toThrow('from 0 to 1000000000000, not string.');
});
