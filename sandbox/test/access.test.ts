import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createSandbox, type ListenOptions } from '@example/sandbox';
import { describe, expect, onTestFinished, test } from 'vitest';
import { john } from './support/calls.ts';

/** Sends requests with headers that only browsers set. */
async function listening(options: ListenOptions = {}) {
  const sandbox = createSandbox();
  onTestFinished(() => sandbox.close());
  const { port } = await sandbox.listen(options);
  const send = async (path: string, headers: Record<string, string>, body?: string) => {
    const method = body === undefined ? 'GET' : 'POST';
    const credentials = { authorization: `Bearer ${sandbox.apiToken}`, 'content-type': 'application/json' };
    const sent = request({ port, host: '127.0.0.1', path, method, headers: { ...credentials, ...headers } }).end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, text: await text(response) };
  };
  return { sandbox, port, send };
}

const paths = ['/v1/projects', '/openapi.json', '/dashboard', '/dashboard/events', '/__sandbox/users', '/health'];

test.each(['127.0.0.1', '192.168.1.20:4010', '[::1]:4010', 'localhost', 'LOCALHOST:80', 'app.localhost', 'Sandbox:1'])(
  'a request whose Host header is %s is served',
  async (host) => {
    const { send } = await listening({ allowedHosts: ['sandbox'] });
    for (const path of ['/v1/projects', '/dashboard']) expect((await send(path, { host })).status).toBe(200);
  },
);

test.each(['evil.test', 'evil.test:4010', 'localhost.evil.test', '127.0.0.1.evil.test', 'localhost.', 'sandbox'])(
  'a request whose Host header is %s is refused, on any path and address',
  async (host) => {
    for (const options of [{}, { host: '0.0.0.0', allowedHosts: ['other'] }]) {
      const { send } = await listening(options);
      for (const path of paths) {
        const { status, text } = await send(path, { host });
        expect([status, text]).toEqual([421, expect.stringContaining(`--allowed-host ${host.split(':')[0]}`)]);
      }
    }
  },
);

describe('a page of', () => {
  test.each([
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://127.8.8.8:1',
    'http://[::1]:5173',
    'https://a.localhost',
  ])('%s, on this machine, may use the API', async (origin) => {
    const { sandbox, send } = await listening();
    const { status, headers } = await send('/v1/users', { origin }, JSON.stringify(john));
    expect([status, headers['access-control-allow-origin']]).toEqual([201, origin]);
    expect(sandbox.state.users.list()).toHaveLength(1);
  });

  test.each([
    'https://evil.test',
    'http://localhost.evil.test',
    'http://127.0.0.1.evil.test',
    'http://192.168.1.20:3000',
    'null',
    'file://localhost',
    'http://localhost:3000, https://evil.test',
  ])('%s may not, even with the token', async (origin) => {
    const { sandbox, send } = await listening({ cors: ['https://app.example.com'] });
    const { status, headers, text } = await send('/v1/users', { origin }, JSON.stringify(john));
    expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect(text).toContain(`Start it with --cors ${origin}.`);
    for (const path of paths) expect((await send(path, { origin })).status).toBe(403);
    expect([sandbox.state.users.list(), sandbox.requests]).toEqual([[], []]);
  });

  test('another origin may use the API if you allow it, but nothing else', async () => {
    const origin = 'https://app.example.com';
    const { sandbox, port, send } = await listening({ cors: [origin] });
    expect((await send('/v1/users', { origin }, JSON.stringify(john))).status).toBe(201);
    expect((await send('/openapi.json', { origin })).headers['access-control-allow-origin']).toBe(origin);
    for (const each of [origin, 'http://localhost:3000']) {
      for (const path of ['/__sandbox/reset', '/dashboard', '/dashboard/users'])
        expect((await send(path, { origin: each }, '{}')).status).toBe(403);
      expect((await send('/__sandbox/users', { origin: each })).headers).not.toHaveProperty(
        'access-control-allow-origin',
      );
      expect((await send('/dashboard', { origin: each })).headers).not.toHaveProperty('access-control-allow-origin');
    }
    expect(sandbox.state.users.list()).toHaveLength(1);
    expect((await send('/dashboard', { 'sec-fetch-site': 'same-site' }, '')).status).toBe(403);
    const itself = { host: '192.168.1.20:4010', origin: 'http://192.168.1.20:4010' };
    for (const own of [{ origin: `http://127.0.0.1:${port}` }, itself])
      expect((await send('/__sandbox/reset', own, '{}')).status).toBe(204);
  });

  test("another site may link to the dashboard, but can't load anything", async () => {
    const { sandbox, send } = await listening();
    const fetched = (dest: string) => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': dest });
    expect((await send('/dashboard', fetched('document'))).status).toBe(200);
    for (const dest of ['image', 'script', 'iframe', 'empty']) {
      for (const path of paths) expect((await send(path, fetched(dest))).status).toBe(403);
    }
    expect(sandbox.requests).toEqual([]);
  });
});

test('sandbox.fetch responds to any URL and any origin, because its caller owns the sandbox', async () => {
  const sandbox = createSandbox();
  const headers = { Authorization: `Bearer ${sandbox.apiToken}`, Origin: 'https://evil.test' };
  expect((await sandbox.fetch('https://evil.test/v1/projects', { headers })).status).toBe(200);
});

describe('registering a webhook on a sandbox that other machines can reach', () => {
  const webhook = JSON.stringify({ url: 'http://10.0.0.1/' });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const anonymous = { authorization: '' };

  test.each<[string, string, Record<string, string>, string]>([
    ['with the control API', '/__sandbox/webhooks', {}, webhook],
    ['with an escaped path', '/__sandbox/%77ebhooks', {}, webhook],
    ['by changing one', '/__sandbox/webhooks/we_1', {}, webhook],
    ['in the dashboard', '/dashboard/webhooks', form, 'url=http%3A%2F%2F10.0.0.1%2F'],
  ])('needs its token: %s', async (_, path, headers, body) => {
    const { sandbox, send } = await listening({ host: '0.0.0.0' });
    for (const authorization of ['', 'Bearer other', `Basic ${sandbox.apiToken}`]) {
      const { status, text } = await send(path, { ...headers, authorization }, body);
      expect(status).toBe(401);
      expect(text).toContain('needs its API token');
    }
    expect(sandbox.webhooks.endpoints).toEqual([]);
  });

  test('works with its token, and events and data need none', async () => {
    const { sandbox, send } = await listening({ host: '0.0.0.0' });
    expect((await send('/__sandbox/webhooks', {}, webhook)).status).toBe(201);
    expect(sandbox.webhooks.endpoints).toHaveLength(1);
    expect((await send('/__sandbox/users', anonymous)).status).toBe(200);
    expect((await send('/dashboard/webhooks', anonymous)).status).toBe(200);
  });

  test.each(['127.0.0.1', 'localhost'])('needs no token at %s, which only this machine can reach', async (host) => {
    const { send } = await listening({ host });
    expect((await send('/__sandbox/webhooks', anonymous, webhook)).status).toBe(201);
  });
});
