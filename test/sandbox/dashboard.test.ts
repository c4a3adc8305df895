import { request } from 'node:http';
import { createSandbox, type Sandbox } from '@example/sdk/sandbox';
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
