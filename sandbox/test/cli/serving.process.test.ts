import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/sqlite/support/temporary-folder.ts';
import { commands } from '../support/command.ts';
import { receiver } from '../support/receiver.ts';

const headers = { Authorization: 'Bearer sandbox_token' };
const { command, serve, ended } = commands();

describe('while it serves', () => {
  test('prints a line for each request and each attempt to deliver an event', async () => {
    const { url: to } = await receiver([{ status: 500, body: 'no such table' }]);
    const { server, url } = await serve('--webhook', to);
    await fetch(`${url}/projects?page=2`, { headers });
    await server.prints(/\d\d:\d\d:\d\d {2}200 {2}GET {3}\/v1\/projects\?page=2 +\d+ ms {2}99 left\n/);
    await fetch(`${url}/users/x`, { headers: { ...headers, 'Sandbox-Fault': '{"status":503}' } });
    await server.prints(/503 {2}GET {3}\/v1\/users\/x +\d+ ms {2}injected by a header\n/);
    await fetch(`${url}/users`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Ada', email: 'ada@example.com', password: 'secure_password' }),
    });
    await server.prints(
      /500 {2}→ {5}user\.created Ada +\d+ ms {2}next attempt in \d s, del_123\n {10}← no such table\n/,
    );
    expect(server.output()).not.toContain('secure_password');
  });

  test('--json prints one JSON object a line', async () => {
    const { server, url } = await serve('--json', '--webhook', 'http://127.0.0.1:9/hooks');
    await fetch(`${url}/projects`, { headers });
    await server.prints(/"type":"request"/);
    const lines = server
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toMatchObject([
      { type: 'listening', url, token: 'sandbox_token', webhooks: [{ url: 'http://127.0.0.1:9/hooks' }] },
      { type: 'request', method: 'GET', path: '/v1/projects', status: 200, response: { body: { meta: {} } } },
    ]);
  });
});

test('--host, --allowed-host and --token let a container beside it in, and --cors a page', async () => {
  const args = ['--host', '0.0.0.0', '--allowed-host', 'Sandbox', '--cors', 'https://app.example.com'];
  const { server, url } = await serve(...args);
  const ask = async (asked: Record<string, string>) => {
    const [response] = (await once(get(`${url}/projects`, { headers: { ...headers, ...asked } }), 'response')) as [
      IncomingMessage,
    ];
    response.resume();
    return response.statusCode;
  };
  expect(await ask({ host: 'sandbox:4010' })).toBe(200);
  expect(await ask({ host: 'other:4010' })).toBe(421);
  expect(await ask({ origin: 'https://app.example.com' })).toBe(200);
  expect(await ask({ origin: 'https://other.example.com' })).toBe(403);
  expect(await server.stop()).toBe(0);
});

test('--seed takes the initial data from a file, in which there is nothing else', async () => {
  const directory = temporaryFolder();
  const file = join(directory, 'seed.json');
  const webhooks = [{ url: 'http://127.0.0.1:9/', secret: `whsec_${'c2VjcmV0'.repeat(4)}` }];
  await writeFile(file, JSON.stringify({ users: [{ name: 'Ada' }], webhooks }));
  const { server, url } = await serve('--seed', file);
  const read = async (path: string): Promise<unknown> => (await fetch(new URL(path, url), { headers })).json();
  expect(await read('/__sandbox/users')).toMatchObject({ data: [{ name: 'Ada' }] });
  expect(await read('/v1/projects')).toMatchObject({ meta: { total_count: 0 } });
  expect(server.output()).toContain(webhooks[0]?.secret);

  await writeFile(file, JSON.stringify({ users: [{ nmae: 'Ada' }] }));
  expect(await ended(['--port', '0', '--seed', file])).toEqual([
    2,
    expect.stringContaining('Invalid --seed. `users.0.nmae`: Unknown field. Known fields: id,'),
  ]);
  await writeFile(file, '{');
  expect((await ended(['--port', '0', '--seed', file]))[0]).toBe(2);
});

describe('logs', () => {
  test('prints the latest requests, filtered, in lines or in JSON', async () => {
    const { url, env } = await serve();
    await fetch(`${url}/projects`, { headers });
    await fetch(`${url}/users/x`, { headers });
    const [code, all] = await ended(['logs'], env);
    expect(code).toBe(0);
    expect(all).toMatch(/^\S+ {2}200 {2}GET .+\n\S+ {2}404 {2}GET .+ {2}there is no user with this id\n$/);

    const filter = ['--status', '4xx', '--method', 'get', '--path', 'users'];
    const [, some] = await ended(['logs', '--json', ...filter], env);
    expect(JSON.parse(some)).toMatchObject({ status: 404, response: { body: { error: { code: 'not_found' } } } });
  });

  test('--follow goes on with each new request until it is stopped', async () => {
    const { url, env } = await serve();
    await fetch(`${url}/projects`, { headers });
    const follow = command(['logs', '--follow', '--json', '--server', url], env);
    await follow.prints(/"path":"\/v1\/projects".*\n/);
    await fetch(`${url}/users/x`, { headers });
    await follow.prints(/"path":"\/v1\/users\/x".*\n/);
    expect(await follow.stop()).toBe(0);
    expect(follow.output().trim().split('\n')).toHaveLength(2);
  });

  test('without a sandbox says how to start one', async () => {
    expect(await ended(['logs', '--server', 'http://127.0.0.1:9'])).toEqual([
      1,
      'No sandbox is running at http://127.0.0.1:9. Start one with example-sandbox, or choose another server with --server.\n',
    ]);
    const older = JSON.stringify({ name: '@example/sandbox', version: '0.9.0' });
    const { url } = await receiver([200, { status: 200, body: older }]);
    expect(await ended(['logs', '--server', url])).toEqual([1, expect.stringContaining('is not an example-sandbox')]);
    expect(await ended(['logs', '--server', url])).toEqual([
      1,
      expect.stringContaining('Run npx @example/sandbox@0.9.0 instead.'),
    ]);
  });

  test('ends with 1 when the sandbox stops', async () => {
    const { server, env } = await serve();
    const follow = command(['logs', '--follow'], env);
    await fetch(`${env.EXAMPLE_BASE_URL}/projects`, { headers });
    await follow.prints(/projects/);
    await server.stop();
    expect(await follow.exitCode).toBe(1);
    expect(follow.output()).toContain('has stopped.');
  });
});

describe('trigger', () => {
  test('sends an event to the webhooks of a sandbox, which shows it in its dashboard', async () => {
    const { url: to, received } = await receiver([204]);
    const { url, env } = await serve('--webhook', to);
    const trigger = command(['trigger', 'order.shipped', '--payload', '{"id":7}'], env);
    expect(await trigger.exitCode).toBe(0);
    const [, page = ''] = /\n {2}(http:\S+\/dashboard\/deliveries\/del_123)\n/.exec(trigger.output()) ?? [];
    expect((await fetch(page)).status).toBe(200);
    expect(trigger.output()).toContain(`order.shipped → ${to}\n`);
    expect(trigger.output()).toContain('Note: the API reference has no event order.shipped. It has user.created.\n');
    expect(trigger.output()).toMatch(/204 {2}→ {5}order\.shipped +\d+ ms {2}del_123\n/);
    expect(JSON.parse(received[0]!.body)).toMatchObject({ event: 'order.shipped', data: { id: 7 } });
    expect(new URL(page).origin).toBe(new URL(url).origin);
  });

  test('reports a failure with the next attempt; --wait waits for it', async () => {
    const broken = { status: 500, body: 'no such table: users\n  at line 7' };
    const { url: to } = await receiver([broken, 500, 204]);
    const { url, env } = await serve('--webhook', to);
    const once = command(['trigger', 'user.created'], env);
    expect(await once.exitCode).toBe(1);
    expect(once.output()).toMatch(
      /500 {2}→ {5}user\.created John Doe +\d+ ms {2}next attempt in \d s, del_123\n {10}← no such table: users\n$/,
    );

    const waiting = command(['trigger', 'user.created', '--wait'], env);
    await waiting.prints(/500 {2}→ .+ del_124\n/);
    await fetch(new URL('/__sandbox/clock', url), {
      method: 'POST',
      body: '{"advance":10000}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(await waiting.exitCode).toBe(0);
    expect(waiting.output()).toMatch(/204 {2}→ .+ del_124\n/);
  });

  test('says that a webhook is disabled, and does not wait for it', async () => {
    const { url, env } = await serve('--webhook', 'http://127.0.0.1:9/hooks');
    await fetch(new URL('/__sandbox/webhooks/we_123', url), {
      method: 'PATCH',
      body: '{"enabled":false}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(await ended(['trigger', 'user.created'], env)).toEqual([
      1,
      expect.stringContaining('The webhook is disabled, so the event waits until you enable it.'),
    ]);
  });
});
