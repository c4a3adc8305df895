import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { freePort } from '../../../test/support/free-port.ts';
import { commands } from '../support/command.ts';
import { receiver } from '../support/receiver.ts';

const { command, serve, ended } = commands();

test('registers a webhook, prints its secret, forwards its events and shows the responses', async () => {
  const { url: to, received } = await receiver([{ status: 500, body: 'database is locked' }, 204]);
  const { url, env } = await serve('--quiet');
  const listen = command(['listen', '--forward-to', to], env);
  const [, secret = ''] = await listen.prints(/Secret {2}(whsec_\S+)\n/);

  await command(['trigger', 'user.created'], env).exitCode;
  await listen.prints(/\d\d:\d\d:\d\d {2}500 {2}→ {5}user\.created +\d+ ms {2}database is locked\n/);
  const { body, headers } = received[0]!;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ event: 'user.created' });
  const deliveries = (await (await fetch(new URL('/__sandbox/deliveries', url))).json()) as { data: unknown[] };
  expect(deliveries.data).toMatchObject([{ attempts: [{ status: 500, responseBody: 'database is locked' }] }]);

  await command(['trigger', 'user.created'], env).exitCode;
  await listen.prints(/204 {2}→ {5}user\.created +\d+ ms {2}msg_\w+\n/);
  expect(await listen.stop()).toBe(0);
});

test('only the events that were asked for, with a secret that was given, in JSON', async () => {
  const { url: to, received } = await receiver([204]);
  const { env } = await serve('--quiet');
  const secret = `whsec_${'c2VjcmV0'.repeat(4)}`;
  const listen = command(['listen', '--forward-to', to, '--events', 'a.b, c.d', '--json'], {
    ...env,
    EXAMPLE_WEBHOOK_SECRET: secret,
  });
  await listen.prints(/\n/);
  expect(await command(['trigger', 'user.created'], env).exitCode).toBe(1);
  expect(await command(['trigger', 'c.d', '--payload', '1'], env).exitCode).toBe(0);
  await listen.prints(/"attempt"/);
  const lines = listen.output().trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { type: 'ready', url: to, secret },
    { type: 'attempt', event: 'c.d', url: to, status: 204 },
  ]);
  expect(received).toHaveLength(1);
});

test('after a restart of the sandbox it is connected again, with the same secret', async () => {
  const { url: to, received } = await receiver([204]);
  const port = String(await freePort());
  const { server, env } = await serve('--quiet', '--port', port);
  const listen = command(['listen', '--forward-to', to], env);
  const [, secret = ''] = await listen.prints(/Secret {2}(whsec_\S+)\n/);
  await server.stop();
  await listen.prints(/has stopped\. Waiting until it is back\./);
  await serve('--port', port);
  await listen.prints(/Connected again\./);

  expect(await command(['trigger', 'user.created'], env).exitCode).toBe(0);
  const { body, headers } = received[0]!;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ event: 'user.created' });
});

test('after a reset of the sandbox it is connected again at once', async () => {
  const { url: to, received } = await receiver([204]);
  const { url, env } = await serve('--quiet');
  const listen = command(['listen', '--forward-to', to], env);
  await listen.prints(/Secret/);
  await fetch(new URL('/__sandbox/reset', url), { method: 'POST' });
  await listen.prints(/Connected again\./);
  expect(listen.output()).not.toContain('stopped');
  expect(await command(['trigger', 'user.created'], env).exitCode).toBe(0);
  expect(received).toHaveLength(1);
});

test('without a sandbox, and for a URL that another client forwards to, it fails', async () => {
  const args = ['listen', '--forward-to', 'http://127.0.0.1:3000/'];
  expect(await ended([...args, '--server', 'http://127.0.0.1:9'])).toEqual([
    1,
    expect.stringContaining('No sandbox is running at http://127.0.0.1:9.'),
  ]);
  const { env } = await serve('--quiet');
  await command(args, env).prints(/Secret/);
  expect(await ended(args, env)).toEqual([1, 'Another client forwards the deliveries of this webhook.\n']);
});
