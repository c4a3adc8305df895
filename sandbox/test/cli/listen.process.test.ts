import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { runCommand, type RunningCommand } from '../support/command.ts';
import { receiver } from '../support/receiver.ts';

const running = new Set<RunningCommand>();
afterEach(async () => {
  for (const command of running) await command.stop();
  running.clear();
});

function command(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
  const started = runCommand(args, env);
  running.add(started);
  return started;
}

async function serve(port = '0') {
  const server = command(['--port', port, '--quiet']);
  const [, url = ''] = await server.prints(/(http:\/\/127\.0\.0\.1:\d+\/v1)/);
  return { server, url, env: { EXAMPLE_BASE_URL: url } };
}

test('registers a webhook, prints its secret, forwards its events and shows the responses', async () => {
  const { url: to, received, close } = await receiver([{ status: 500, headers: {}, body: 'database is locked' }, 204]);
  const { url, env } = await serve();
  const listen = command(['listen', '--forward-to', to], env);
  const [, secret = ''] = await listen.prints(/Secret {2}(whsec_\S+)\n/);

  await command(['trigger', 'user.created'], env).exitCode;
  await listen.prints(/\d\d:\d\d:\d\d user\.created → 500 \d+ ms msg_\w+ database is locked\n/);
  const { body, headers } = received[0]!;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ event: 'user.created' });
  const deliveries = (await (await fetch(new URL('/__sandbox/deliveries', url))).json()) as { data: unknown[] };
  expect(deliveries.data).toMatchObject([{ attempts: [{ status: 500, responseBody: 'database is locked' }] }]);

  await command(['trigger', 'user.created'], env).exitCode;
  await listen.prints(/user\.created → 204 \d+ ms msg_\w+\n/);
  expect(await listen.stop()).toBe(0);
  await close();
});

test('only the events that were asked for, with a secret that was given, in JSON', async () => {
  const { url: to, received, close } = await receiver([204]);
  const { env } = await serve();
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
  await close();
});

test('a receiver that is not there is shown, and the sandbox retries', async () => {
  const { env } = await serve();
  const listen = command(['listen', '--forward-to', 'http://127.0.0.1:1/hooks'], env);
  await listen.prints(/Secret/);
  const trigger = command(['trigger', 'user.created'], env);
  expect(await trigger.exitCode).toBe(1);
  expect(listen.output()).toMatch(/user\.created → (ECONNREFUSED|bad port) /);
  expect(trigger.output()).toMatch(/next attempt in \d s/);
});

test('after a restart of the sandbox it is connected again, with the same secret', async () => {
  const { url: to, received, close } = await receiver([204]);
  const { server, url, env } = await serve();
  const listen = command(['listen', '--forward-to', to], env);
  const [, secret = ''] = await listen.prints(/Secret {2}(whsec_\S+)\n/);
  await server.stop();
  await listen.prints(/has stopped\. Waiting until it is back\./);
  await serve(new URL(url).port);
  await listen.prints(/Connected again\./);

  expect(await command(['trigger', 'user.created'], env).exitCode).toBe(0);
  const { body, headers } = received[0]!;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ event: 'user.created' });
  await close();
});

test('after a reset of the sandbox it is connected again at once', async () => {
  const { url: to, received, close } = await receiver([204]);
  const { url, env } = await serve();
  const listen = command(['listen', '--forward-to', to], env);
  await listen.prints(/Secret/);
  await fetch(new URL('/__sandbox/reset', url), { method: 'POST' });
  await listen.prints(/Connected again\./);
  expect(listen.output()).not.toContain('stopped');
  expect(await command(['trigger', 'user.created'], env).exitCode).toBe(0);
  expect(received).toHaveLength(1);
  await close();
});

test('without a sandbox, and for a URL that another client forwards to, it fails', async () => {
  const nowhere = command(['listen', '--forward-to', 'http://127.0.0.1:3000', '--server', 'http://127.0.0.1:9']);
  expect(await nowhere.exitCode).toBe(1);
  expect(nowhere.output()).toContain('No sandbox is running at http://127.0.0.1:9.');

  const { env } = await serve();
  const first = command(['listen', '--forward-to', 'http://127.0.0.1:3000/'], env);
  await first.prints(/Secret/);
  const second = command(['listen', '--forward-to', 'http://127.0.0.1:3000/'], env);
  expect(await second.exitCode).toBe(1);
  expect(second.output()).toContain('Another client forwards the deliveries of this webhook.');
});
