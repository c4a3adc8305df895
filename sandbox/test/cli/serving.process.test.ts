import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { john } from '../support/calls.ts';
import { commands } from '../support/command.ts';
import { receiver } from '../support/receiver.ts';

const headers = { Authorization: 'Bearer sandbox_token', 'Content-Type': 'application/json' };
const { serve, ended } = commands();

test('a running sandbox prints a line for each request and each attempt to deliver an event', async () => {
  const { url: to } = await receiver([{ status: 500, body: 'no such table' }]);
  const { server, url } = await serve('--webhook', to);
  await fetch(`${url}/projects?page=2`, { headers });
  await server.prints(/\d\d:\d\d:\d\d {2}200 +[<\d]+ ms {2}GET {3}\/v1\/projects\?page=2\n/);
  await fetch(`${url}/users/x`, { headers: { ...headers, 'Sandbox-Fault': '{"status":503}' } });
  await server.prints(/503 +[<\d]+ ms {2}GET {3}\/v1\/users\/x +injected 503 response \(Sandbox-Fault\)\n/);
  await fetch(`${url}/users`, { method: 'POST', headers, body: JSON.stringify(john) });
  await server.prints(/500 +[<\d]+ ms {2}→ {5}user\.created John Doe +\S+: no such table, retry in \d s\n/);
  expect(server.output()).not.toContain('secure_password');
});
test('--host, --allowed-host and --token let in a neighboring container, and --cors a page', async () => {
  const args = ['--host', '0.0.0.0', '--allowed-host', 'Sandbox', '--cors', 'https://app.example.com'];
  const { server, url } = await serve(...args, '--token', 'sandbox_token');
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

describe('trigger', () => {
  test("prints each webhook's result with a link to the dashboard, and totals at the end", async () => {
    const [good, bad] = [await receiver([204]), await receiver([{ status: 500, body: 'no such table\n  at line 7' }])];
    const { url, env } = await serve('--webhook', good.url, '--webhook', bad.url, '--webhook', 'http://127.0.0.1:9/');
    const setEnabled = (id: string) =>
      fetch(new URL(`/__sandbox/webhooks/${id}`, url), { method: 'PATCH', body: '{"enabled":false}', headers });
    await setEnabled('we_125');
    const [code, text] = await ended(['trigger', 'order.shipped', '--payload', '{"id":7}'], env);
    const page = `${new URL(url).origin}/dashboard/deliveries`;
    expect([code, text.replaceAll(/ +[<\d]+ ms/g, '')]).toEqual([
      1,
      `Note: the API reference has no event order.shipped. It has user.created.
✓ 204     ${good.url}
          ${page}/del_123
✗ 500     ${bad.url}  no such table
          ${page}/del_124
✗         http://127.0.0.1:9/  Disabled: You disabled the webhook.
          ${page}/del_125

order.shipped: 1 of 3 delivered
`,
    ]);
    expect((await fetch(`${page}/del_123`)).status).toBe(200);
    expect(JSON.parse(good.received[0]!.body)).toMatchObject({ event: 'order.shipped', data: { id: 7 } });
  });

  test('exits with 0 if every webhook got the event', async () => {
    const { url: to } = await receiver([204]);
    const [code, text] = await ended(['trigger', 'user.created'], (await serve('--webhook', to)).env);
    expect([code, text]).toEqual([0, expect.stringMatching(/\nuser\.created: 1 of 1 delivered\n$/)]);
  });

  test.each<[string, readonly string[], Record<string, string>, string]>([
    ['no webhook', [], {}, 'No webhook is registered for user.created. Register one at http'],
    ['an event with a bad name', ['user created'], {}, '  event: Must be 1 to 100 letters, digits, dots,'],
    ['no sandbox', ['a', '--server', 'http://127.0.0.1:9'], {}, 'Start one with npx @example/sandbox, or'],
    ['a URL that is none', ['a'], { EXAMPLE_BASE_URL: 'localhost:4010' }, 'EXAMPLE_BASE_URL is localhost:4010.'],
  ])('says what is wrong: %s', async (_, [event = 'user.created', ...args], own, message) => {
    const { env } = await serve();
    const result = await ended(['trigger', event, ...args], { ...env, ...own });
    expect(result).toEqual([1, expect.stringContaining(message)]);
  });

  test.each([
    [404, '<h1>Hello</h1>', 'is not a sandbox of'],
    [200, '{}', 'is not a sandbox of'],
    [421, '{"error":{"code":"x","message":"Use --allowed-host.","details":{}}}', 'Use --allowed-host.'],
  ])('says what is wrong with a server that answers %i %s', async (status, body, message) => {
    const { url } = await receiver([{ status, body }]);
    expect(await ended(['trigger', 'user.created', '--server', url])).toEqual([1, expect.stringContaining(message)]);
  });
});
