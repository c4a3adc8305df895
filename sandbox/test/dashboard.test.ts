import { request } from 'node:http';
import { createSandbox, type Sandbox } from '@example/sandbox';
import { afterAll, describe, expect, test } from 'vitest';
import { call } from './calls.ts';

const open = new Set<Sandbox>();
afterAll(() => Promise.all([...open].map((sandbox) => sandbox.close())));

function form(sandbox: Sandbox, path: string, fields: Record<string, string>): Promise<Response> {
  return sandbox.fetch(`http://127.0.0.1/dashboard/${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { Origin: 'http://127.0.0.1', 'Sec-Fetch-Site': 'same-origin' },
  });
}

function get(sandbox: Sandbox, path: string): Promise<Response> {
  return sandbox.fetch(`http://127.0.0.1/dashboard${path}`);
}

test('/ and /dashboard lead to the requests; an unknown page is a 404 with a way back', async () => {
  const sandbox = createSandbox();
  expect((await call(sandbox, 'GET /')).headers.get('location')).toBe('/dashboard');
  expect((await get(sandbox, '')).headers.get('location')).toBe('/dashboard/requests');
  const missing = await get(sandbox, '/nothing');
  expect(missing.status).toBe(404);
  expect(await missing.text()).toContain('<a class="brand" href="/dashboard/requests">');
  for (const path of ['/projects/proj_1', '/webhooks/we_1', '/deliveries/del_1', '/requests/req_1']) {
    expect((await get(sandbox, path)).status).toBe(404);
  }
});

test('it is not part of the API: it takes nothing from a budget, and is in no log', async () => {
  const sandbox = createSandbox();
  const response = await get(sandbox, '/projects');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(sandbox.requests).toEqual([]);
});

test('what users type is shown as text', async () => {
  const sandbox = createSandbox({ projects: 0 });
  const name = `"><script>alert('x')</script>`;
  sandbox.state.projects.create({ name, description: '</textarea><b>' });
  sandbox.state.users.create({ name });
  await sandbox.state.tokens.create(name);
  await call(sandbox, `GET /v1/users/%3Cscript%3E?q=${encodeURIComponent(name)}`, { headers: { 'X-Note': name } });
  const pages = ['/projects', '/projects/proj_123', '/users', '/api-tokens', '/rate-limits', '/requests'];
  for (const path of [...pages, `/requests/${sandbox.requests[0]!.id}`]) {
    const html = await (await get(sandbox, path)).text();
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('</textarea><b>');
  }
});

describe('a page of another site', () => {
  test.each<Record<string, string>>([
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'null' },
    { 'Sec-Fetch-Site': 'same-site' },
  ])('may not change anything: %j', async (headers) => {
    const sandbox = createSandbox();
    const [token] = sandbox.state.tokens.list();
    for (const path of ['api-tokens', `api-tokens/${token?.id ?? 'tok_123'}/revoke`, 'users', 'webhooks', 'faults']) {
      const body = new URLSearchParams({ name: 'x', email: 'x@example.com', url: 'https://example.com', kind: '500' });
      const response = await sandbox.fetch(`http://127.0.0.1/dashboard/${path}`, { method: 'POST', body, headers });
      expect(response.status).toBe(403);
    }
    expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);
    expect(sandbox.state.users.list()).toEqual([]);
  });

  test('does not get at it by a name that leads here, either', async () => {
    const sandbox = createSandbox();
    open.add(sandbox);
    const { port } = await sandbox.listen();
    const ask = (path: string, host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { host, authorization: `Bearer ${sandbox.apiToken}` };
        request({ port, host: '127.0.0.1', path, headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    expect(await ask('/dashboard/api-tokens', 'evil.example')).toBe(421);
    expect(await ask('/__sandbox/requests', 'evil.example')).toBe(421);
    expect(await ask('/dashboard/api-tokens', `localhost:${port}`)).toBe(200);
    expect(await ask('/dashboard/api-tokens', `[::1]:${port}`)).toBe(200);
    expect(await ask('/v1/projects', 'api.test')).toBe(200);
  });
});

describe('a form with mistakes comes back with what was typed, and says what is wrong', () => {
  test.each([
    ['api-tokens', { name: ' ' }, 'Must not be blank.', undefined],
    ['webhooks', { url: 'nowhere', events: '*' }, 'Must be a URL that begins with http:// or https://.', 'nowhere'],
    ['webhooks', { url: 'ftp://example.com/x', events: '*' }, 'Must be a URL that begins', 'ftp://example.com/x'],
    ['webhooks', { url: 'https://example.com/x' }, 'Must name at least one event, or *.', 'https://example.com/x'],
    ['users', { name: 'Ada', email: 'ada' }, 'Must be an email address', 'Ada'],
    ['projects', { name: '', description: 'Of no name', status: 'active' }, 'Must be a string of 1', 'Of no name'],
    [
      'projects/proj_123',
      { name: 'Moon', description: '', status: 'half done' },
      'Must be 1 to 50 letters',
      'half done',
    ],
    ['faults', { kind: 'slow' }, 'Say what goes wrong', undefined],
    ['faults', { kind: '503', share: '7', route: 'users' }, 'Must be a route', undefined],
  ])('%s %j', async (path, fields, message, kept) => {
    const response = await form(createSandbox(), path, fields);
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain(message);
    expect(html).toContain('aria-');
    if (kept !== undefined) expect(html).toContain(kept);
  });

  test('also on the page of one webhook', async () => {
    const sandbox = createSandbox({ webhooks: { endpoints: [{ url: 'https://example.com' }] } });
    expect(await (await form(sandbox, 'webhooks/we_123', { url: 'x', events: '*' })).text()).toContain(
      'begins with http',
    );
    expect(await (await form(sandbox, 'webhooks/we_123/test', { event: 'a b' })).text()).toContain('Must be letters');
    expect((await form(sandbox, 'webhooks/we_123/explode', {})).status).toBe(404);
  });
});

test('what is no form, or too large, is refused', async () => {
  const sandbox = createSandbox();
  const json = await sandbox.fetch('http://127.0.0.1/dashboard/users', { method: 'POST', body: '{}' });
  expect(json.status).toBe(415);
  expect((await form(sandbox, 'users', { name: 'x'.repeat(2_000_000) })).status).toBe(413);
});

test('lists have pages, and a number that is none leads to the first or last', async () => {
  const sandbox = createSandbox({ users: 45 });
  const users = async (page: string) => (await get(sandbox, `/users?page=${page}`)).text();
  expect(await users('2')).toMatch(/Previous[\s\S]*Page 2 of 3[\s\S]*Next/);
  expect(await users('99')).toContain('Page 3 of 3');
  expect(await users('-1')).toContain('Page 1 of 3');
  expect(await users('two')).toContain('Page 1 of 3');
  const deleted = await form(sandbox, 'users/user_123/delete', {});
  expect([deleted.status, deleted.headers.get('location')]).toEqual([303, '/dashboard/users']);
  expect(sandbox.state.users.get('user_123')).toBeUndefined();
});

test('what is not well is shown, too: a reset, a revoked token, no token, a conflict', async () => {
  const sandbox = createSandbox({ users: [{ email: 'ada@example.com' }], rateLimit: { limit: 4 } });
  const { id, token } = await sandbox.state.tokens.create('CI');
  await call(sandbox, 'GET /v1/projects', { token });
  sandbox.faults.next({ reset: true });
  await call(sandbox, 'GET /v1/projects?status=active', { token }).catch(() => undefined);
  await call(sandbox, 'GET /v1/projects', { token: 'wrong' });
  sandbox.state.tokens.revoke(id);
  sandbox.state.tokens.revoke('tok_123');

  const list = await (await get(sandbox, '/requests')).text();
  expect(list).toMatch(/pill bad">reset/);
  const details = await Promise.all(
    sandbox.requests.map(async (entry) => (await get(sandbox, `/requests/${entry.id}`)).text()),
  );
  expect(details[0]).toContain('revoked since');
  expect(details[1]).toContain('connection reset');
  expect(details[2]).toContain('none that is known');
  expect(await (await get(sandbox, '/api-tokens')).text()).toContain('No token: nobody can use the API.');
  expect(await (await get(sandbox, '/rate-limits')).text()).toContain('No token, no budget.');
  expect(await (await get(sandbox, '/requests')).text()).not.toContain('None so far');
  expect(await (await get(createSandbox(), '/requests')).text()).toContain('None so far');

  const taken = await form(sandbox, 'users', { name: 'Ada', email: 'ADA@example.com' });
  expect(await taken.text()).toContain('Belongs to another user.');
  const made = await form(sandbox, 'users', { name: 'Eve', email: 'eve@example.com' });
  expect(made.headers.get('location')).toBe('/dashboard/users');
  expect((await form(sandbox, 'users', {})).status).toBe(422);
  expect((await form(sandbox, 'projects', {})).status).toBe(422);
});

test.each([
  [
    { kind: '429', retryAfter: '7' },
    { status: 429, retryAfter: 7 },
  ],
  [
    { kind: 'reset', after: 'true', route: 'POST /users' },
    { reset: true, after: true, route: 'POST /users' },
  ],
  [
    { kind: 'cut', times: '3' },
    { body: 'cut', times: 3 },
  ],
  [
    { kind: 'slow', latency: '5', share: '0.5' },
    { latency: 5, share: 0.5 },
  ],
])('the form %j arms the fault %j', async (fields, fault) => {
  const sandbox = createSandbox();
  expect((await form(sandbox, 'faults', fields as unknown as Record<string, string>)).status).toBe(303);
  expect(sandbox.faults.list).toEqual([{ id: 'fault_1', met: 0, ...fault }]);
  expect((await form(sandbox, 'faults/fault_1/delete', {})).status).toBe(303);
  expect(sandbox.faults.list).toEqual([]);
});

test('webhooks that are disabled and deliveries that failed say so', async () => {
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/webhooks' }],
      schedule: [],
      fetch: () => Promise.resolve(new Response('<b>no</b>', { status: 400, headers: { 'X-Reason': '<i>' } })),
    },
  });
  sandbox.state.users.create();
  await sandbox.webhooks.flush();
  sandbox.webhooks.update('we_123', { enabled: false });

  expect(await (await get(sandbox, '/webhooks')).text()).toMatch(/pill bad">disabled/);
  expect(await (await get(sandbox, '/webhooks/we_123')).text()).toMatch(/pill bad">failed/);
  const delivery = await (await get(sandbox, '/deliveries/del_123')).text();
  expect(delivery).toContain('&lt;b&gt;no&lt;/b&gt;');
  expect(delivery).toContain('&lt;i&gt;');
});

test('a slow reader of the live requests is let go, and none is kept when it leaves', async () => {
  const sandbox = createSandbox({ rateLimit: { limit: 10_000 } });
  const slow = (await get(sandbox, '/requests/stream')).body!.getReader();
  const leaving = (await get(sandbox, '/requests/stream')).body!.getReader();
  await leaving.cancel();
  for (let index = 0; index < 1100; index++) await call(sandbox, 'GET /v1/nothing');
  let events = 0;
  while (!(await slow.read()).done) events += 1;
  expect(events).toBeGreaterThan(900);
  expect(events).toBeLessThan(1100);
});
