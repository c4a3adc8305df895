import { createSandbox, type Sandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Services } from '../../src/state/services.ts';

// Routes are only listed here, not called, so they get a stand-in for everything.
const anything: unknown = new Proxy(() => anything, { get: () => anything });
const { routes } = createApp(anything as Services);
const isHandler = ({ method, path }: { method: string; path: string }) => method !== 'ALL' && !path.endsWith('*');
const known = new Set(routes.filter(isHandler).map(({ method, path }) => `${method} ${path}`));
const paths = [...new Set([...known].map((route) => route.slice(route.indexOf(' ') + 1)))];
const writing = [...known].filter((route) => /^(POST|PATCH|DELETE) /.test(route));

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const ids = ['x', '%00', '%ff', '%3Cscript%3E', `';--`, '..%2f', '9'.repeat(3000)];
const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
const html = '<img src=x onerror=alert(1)>';
const names = 'name email password description status url events share advance times route'.split(' ');
const everyField = (value: unknown) => JSON.stringify(Object.fromEntries(names.map((name) => [name, value])));
const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const bodies: readonly (readonly [what: string, type: string, body: BodyInit])[] = [
  ['no JSON', json, '{"name":'],
  ['numbers for text', json, everyField(1)],
  ['text that looks like SQL', json, everyField(`Robert'); DROP TABLE users;--`)],
  ['text that looks like HTML', json, everyField(html)],
  ['deep JSON', json, deep],
  ['bad UTF-8', json, new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['more than 1 MB', json, JSON.stringify({ name: 'x'.repeat(1_000_000) })],
  ['a form', form, new URLSearchParams({ name: html, url: 'javascript:alert(1)', events: html }).toString()],
  ['a form of more than 1 MB', form, `name=${'x'.repeat(1_000_000)}`],
  ['a form in bad UTF-8', form, 'name=%ff%fe&url=%00&status=%'],
];

async function send(sandbox: Sandbox, method: string, path: string, type?: string, body?: BodyInit): Promise<Response> {
  const headers = new Headers({
    Authorization: `Bearer ${sandbox.apiToken}`,
    Origin: 'http://127.0.0.1',
    'Sec-Fetch-Site': 'same-origin',
  });
  if (type !== undefined) headers.set('Content-Type', type);
  const init: RequestInit = { method, headers, redirect: 'manual' };
  if (body !== undefined) init.body = body;
  return sandbox.fetch(`http://127.0.0.1${path}`, init);
}

const at = (path: string, id: string) => path.replaceAll(/:\w+/g, id);
const unlimited = { rateLimit: { limit: 100_000, window: 60_000 } };

describe('bad input gets an error response, and the sandbox keeps working', () => {
  test.each(paths.filter((path) => path.includes(':')))('%s with invalid ids', async (path) => {
    const sandbox = createSandbox(unlimited);
    for (const id of ids) {
      for (const method of methods.filter((name) => known.has(`${name} ${path}`))) {
        const response = await send(sandbox, method, at(path, id), form, method === 'GET' ? undefined : '');
        expect([400, 404, 405, 415, 422], `${method} ${at(path, id)}`).toContain(response.status);
        const isJson = response.headers.get('content-type') === 'application/json';
        if (!isJson) expect(await response.text()).not.toContain('<script>');
      }
    }
  });

  test.each(writing)('%s with invalid bodies', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const sandbox = createSandbox({ ...unlimited, projects: 1, users: 1 });
    for (const [what, type, body] of bodies) {
      const id = path.includes('projects') ? 'proj_123' : 'x';
      const response = await send(sandbox, method, at(path, id), type, body);
      expect(response.status, what).toBeLessThan(500);
      expect(await response.text(), what).not.toContain(html);
    }
    const after = await send(sandbox, 'GET', '/v1/projects');
    expect([200, 503, 429]).toContain(after.status);
  });
});
