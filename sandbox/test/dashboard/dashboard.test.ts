import { createSandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { call } from '../support/calls.ts';
import { get, html, pageAfter, submit, textOf } from '../support/dashboard.ts';

test('/ redirects to the overview; pages for missing resources and refused actions have navigation', async () => {
  const sandbox = createSandbox({ webhooks: { endpoints: [{ url: 'https://example.com/hooks' }] } });
  expect((await call(sandbox, 'GET /')).headers.get('location')).toBe('/dashboard');
  const missing = await get(sandbox, '/nothing');
  expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining('This page does not exist.')]);
  expect((await get(sandbox, '/')).headers.get('location')).toBe('/dashboard');
  for (const path of ['/projects/proj_123', '/webhooks/we_1', '/deliveries/del_1', '/requests/req_1']) {
    expect((await get(sandbox, path)).status).toBe(404);
  }
  expect((await get(sandbox, '/requests?status=fine')).status).toBe(422);
  for (const path of ['', '/api-tokens', '/webhooks', '/webhooks/we_123', '/users', '/projects', '/faults']) {
    const refused = await submit(sandbox, path, 'explode');
    expect(refused.status).toBe(422);
    expect(await refused.text()).toMatch(/aria-label="Dashboard".*That did not work/s);
  }
});

test('the dashboard is not part of the API: it uses no budget and is not logged', async () => {
  const sandbox = createSandbox();
  const response = await get(sandbox, '/projects');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(sandbox.requests).toEqual([]);
});

test('user input is escaped', async () => {
  const sandbox = createSandbox({ projects: 0 });
  const name = `"><script>alert('x')</script>`;
  sandbox.state.projects.create({ name, description: '</textarea><b>' });
  sandbox.state.users.create({ name });
  await sandbox.state.tokens.create(name);
  await call(sandbox, `GET /v1/users/%3Cscript%3E?q=${encodeURIComponent(name)}`, { headers: { 'X-Note': name } });
  await call(sandbox, 'POST /v1/users', { json: { name, email: '<script>' } });
  const pages = ['', '/projects', '/users', '/api-tokens', '/requests'];
  const search = `/users?q=${encodeURIComponent('<script>')}`;
  for (const path of [...pages, search, ...sandbox.requests.map(({ id }) => `/requests/${id}`)]) {
    const page = await html(sandbox, path);
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('</textarea><b>');
  }
});

describe("an invalid form keeps its input and shows the errors, at its page's address", () => {
  const webhooks = { endpoints: [{ url: 'https://example.com/hooks' }] };
  test.each<[string, string, Record<string, string>, string, string?]>([
    ['/api-tokens', 'create', { name: ' ' }, 'Must not be blank.'],
    ['/webhooks', 'register', { url: 'nowhere', events: '*' }, 'Must be a URL that starts with http', 'nowhere'],
    ['/webhooks', 'register', { url: 'https://x.example', events: '' }, 'Must name at least', 'https://x.example'],
    ['/webhooks/we_123', 'test', { event: 'a b', data: '{"x":1}' }, 'Must be', '{&quot;x&quot;:1}'],
    ['/webhooks/we_123', 'test', { event: 'a.b', data: '{"x":' }, 'Must be valid JSON', '{&quot;x&quot;:'],
    ['/users', 'create', { name: 'Ada', email: 'ada' }, 'Must be an email address', 'Ada'],
    ['/users', 'create', { name: 'Grace', email: 'ADA@example.com' }, 'Belongs to another user.', 'Grace'],
    ['/projects', 'create', { name: '', description: 'Of no name', status: 'active' }, 'Must be a', 'Of no name'],
    ['/faults', 'add', { fault: '{"status":503}', times: '0' }, 'Must be', 'value="0"'],
  ])('%s: %s %j', async (path, action, fields, message, kept = '') => {
    const sandbox = createSandbox({ webhooks, users: [{ email: 'ada@example.com' }] });
    const response = await submit(sandbox, path, action, fields);
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain(message);
    expect(page).toContain('aria-invalid="true"');
    expect(page).toContain(kept);
    expect((await get(sandbox, path)).status).toBe(200);
  });
});

describe('an action redirects to a page that says what was done', () => {
  test('once: reloading repeats neither the action nor the notice', async () => {
    const sandbox = createSandbox();
    const response = await submit(sandbox, '/api-tokens', 'create', { name: 'CI' });
    const page = await pageAfter(sandbox, response);
    const token = /example_\w{32}/.exec(page)?.[0] ?? '';
    expect(page).toContain('“CI” created.');
    expect((await call(sandbox, 'GET /v1/projects', { token })).status).toBe(200);

    const reloaded = await pageAfter(sandbox, response);
    expect(reloaded).not.toContain('created.');
    expect(reloaded).not.toContain(token);
    expect(sandbox.state.tokens.list()).toHaveLength(2);
  });

  test.each<[string, string, Record<string, string>, string]>([
    ['/api-tokens', 'revoke', { id: 'tok_123' }, 'Token revoked'],
    ['/users', 'create', { name: 'Ada', email: 'ada@example.com' }, '“Ada” created'],
    ['/users', 'delete', { id: 'user_123' }, 'User deleted'],
    ['/faults', 'add', { fault: '{"status":503}' }, 'Injected: 503 response, for the next request</p>'],
    ['/faults', 'add', { fault: '{"latency":2000,"share":0.1}' }, 'f the requests</span><span class="extra">not used'],
    ['/faults', 'add', { fault: '{"status":503,"retryAfter":1,"latency":5}' }, '503 response, delay of 5 ms, retry'],
    ['/faults', 'add', { fault: '{"reset":true}', times: '' }, 'Connection reset, for all requests'],
    ['/faults', 'remove', { id: 'fault_1' }, 'Fault removed'],
    ['/faults', 'clear', {}, 'All faults removed'],
    ['/webhooks', 'register', { url: 'https://example.com', events: '*' }, 'This is its signing secret:'],
    ['/webhooks/we_123', 'disable', {}, 'Webhook disabled.'],
    ['/webhooks/we_123', 'enable', {}, 'Webhook enabled.'],
    ['/webhooks/we_123', 'delete', {}, 'Webhook deleted'],
    ['', 'advance', { seconds: '5400' }, 'Clock 1 h 30 min ahead'],
    ['', 'reset', {}, 'Initial state restored'],
  ])('%s: %s %j', async (path, action, fields, message) => {
    const sandbox = createSandbox({ users: 1, webhooks: { endpoints: [{ url: 'https://example.com/hooks' }] } });
    sandbox.faults.next({ status: 503 });
    expect(await pageAfter(sandbox, await submit(sandbox, path, action, fields))).toContain(message);
  });
});

test('a list shows the newest 25 and links to the others; an empty list says why it is empty', async () => {
  const sandbox = createSandbox({ users: 145, projects: 0 });
  const page = await html(sandbox, '/users');
  expect(page.match(/class="row record"/g)).toHaveLength(25);
  expect(textOf(page)).toContain('Show 25 more');
  expect((await html(sandbox, '/users?shown=145')).match(/class="row record"/g)).toHaveLength(145);
  expect(await html(sandbox, '/users?q=user_124')).toMatch(/user_124/);
  expect(await html(sandbox, '/users?q=nobody')).toContain('No user matches “nobody”.');
  expect(await html(sandbox, '/projects')).toContain('No projects yet.');
  sandbox.state.projects.create({ status: 'paused' });
  expect(await html(sandbox, '/projects?q=paused')).toContain('proj_123');
  expect(await html(sandbox, '/projects?q=active')).toContain('No project matches “active”.');
});

test('the health check ignores faults, so a program can wait for the sandbox', async () => {
  const sandbox = createSandbox();
  sandbox.faults.next({ status: 503, share: 1 });
  const health = await call(sandbox, 'GET /health');
  expect(await health.json()).toMatchObject({ status: 'operational', version: manifest.version, faults: 1 });
  expect(sandbox.requests).toEqual([]);
});
