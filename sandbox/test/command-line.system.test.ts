import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { version } from '../package.json';
import { parseCommandLine } from '../src/command-line.ts';
import { run } from '../src/run.ts';
import { styleFor, welcome } from '../src/welcome.ts';
import { commandLine } from './built-cli.ts';
import { receiver } from './receiver.ts';

const start = commandLine();
const secret = `whsec_${'c2VjcmV0'.repeat(4)}`;

/** Runs a command in this process that ends by itself. */
async function output(args: readonly string[], env: Record<string, string> = {}): Promise<[number, string]> {
  let text = '';
  const stream = { write: (part: string) => (text += part) };
  const code = await run(args, { out: stream, error: stream, env, stopped: () => Promise.resolve() });
  return [code, text];
}

test('example-sandbox says where it is, with which token, and how to call it; Ctrl-C ends it cleanly', async () => {
  const child = start('--port', '0', '--projects', '3', '--rate-limit', '7/2m');
  const [, url] = await child.says(/curl -H 'Authorization: Bearer sandbox_token' '(http:[^']+)'/);
  expect(child.output()).toMatch(/URL +http:\/\/127\.0\.0\.1:\d+\/v1\n/);
  expect(child.output()).toMatch(/Dashboard +http:\/\/127\.0\.0\.1:\d+\/dashboard\n/);
  expect(child.output()).toContain('7 requests in 120 s');
  expect(child.output()).not.toContain('\u001b');

  const response = await fetch(url!, { headers: { Authorization: 'Bearer sandbox_token' } });
  expect(response.headers.get('x-ratelimit-limit')).toBe('7');
  expect(await response.json()).toMatchObject({ meta: { total_count: 3 } });

  child.child.kill('SIGINT');
  expect(await child.ended).toBe(0);
});

test('with --data it says where the state is, and it ends when it is told to', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'example-sandbox-'));
  const file = join(directory, 'state.db');
  const [code, text] = await output(['--port', '0', '--data', file]);
  expect(code).toBe(0);
  expect(text).toContain(`kept in ${file}`);
  expect(await output(['--port', '0'])).toEqual([0, expect.stringContaining('in memory')]);
  expect(await output(['--port', '0', '--data', directory])).toEqual([1, expect.stringContaining(directory)]);
  await rm(directory, { recursive: true });
});

test('a port in use: says so, and what to do', async () => {
  const first = start('--port', '0');
  const [, port] = await first.says(/http:\/\/127\.0\.0\.1:(\d+)/);
  const [code, text] = await output(['--port', port!]);
  expect(code).toBe(2);
  expect(text).toContain(`Port ${port} is in use. Choose another one with --port, or a free one with --port 0.`);
});

test('an address that is not this machine is an error, not a usage error', async () => {
  await expect(output(['--host', '192.0.2.1', '--port', '0'])).rejects.toThrow('EADDRNOTAVAIL');
});

test('--help and --version', async () => {
  for (const args of [['--help'], ['-h'], ['trigger', '--help']]) {
    expect(await output(args)).toEqual([0, expect.stringContaining('Usage: example-sandbox [options]')]);
  }
  for (const args of [['--version'], ['trigger', '-v']]) expect(await output(args)).toEqual([0, `${version}\n`]);
});

test.each([
  [['--prot', '1'], '--prot'],
  [['--port'], '--port'],
  [['--port', 'http'], "--port must be a number from 0 to 65535, not 'http'."],
  [['--port', '70000'], "--port must be a number from 0 to 65535, not '70000'."],
  [['--projects', '-1'], '--projects'],
  [['--latency', '1.5'], "--latency must be a number from 0 to 600000, not '1.5'."],
  [['--rate-limit', '100'], '--rate-limit must be a number of requests and a time, such as 100/60s'],
  [['--rate-limit', '0/60s'], '--rate-limit'],
  [['file.json'], 'file.json'],
  [['trigger'], 'trigger takes one event'],
  [['trigger', 'a', 'b'], 'trigger takes one event'],
  [['trigger', 'user.created', '--secret', 'x'], 'trigger needs --to'],
  [['trigger', 'user.created', '--to', 'ftp://x', '--secret', 'x'], 'trigger needs --to'],
  [['trigger', 'user.created', '--to', 'http://x'], 'trigger needs --secret'],
  [['trigger', 'user.created', '--to', 'http://x', '--secret', 'x', '--payload', '{'], '--payload must be JSON.'],
])('%j is refused', async (args, message) => {
  const [code, text] = await output(args);
  expect(code).toBe(2);
  expect(text).toContain(message);
  expect(text).toContain('example-sandbox --help');
});

test.each([
  ['100/60s', { limit: 100, window: 60_000 }],
  ['5/s', { limit: 5, window: 1000 }],
  ['10/250ms', { limit: 10, window: 250 }],
  ['1000/h', { limit: 1000, window: 3_600_000 }],
])('--rate-limit %s', (text, rateLimit) => {
  expect(parseCommandLine(['--rate-limit', text])).toMatchObject({ rateLimit });
});

test('colours are for terminals that have them', () => {
  const text = { url: 'http://127.0.0.1:4010/v1', apiToken: 'sandbox_token', limit: 100, window: 60_000, data: 'file' };
  const escape = '\u001b[1m';
  expect(welcome(text, styleFor({ isTTY: true, hasColors: () => true }))).toContain(escape);
  expect(welcome(text, styleFor({ isTTY: true, hasColors: () => false }))).not.toContain(escape);
  expect(welcome(text, styleFor({}))).not.toContain(escape);
});

describe('trigger', () => {
  test('sends one signed event to a server under development, and says what it answered', async () => {
    const { url, received, close } = await receiver([{ status: 200, headers: {}, body: 'thanks' }]);
    const child = start('trigger', 'user.created', '--to', url, '--secret', secret);
    expect(await child.ended).toBe(0);
    expect(child.output()).toMatch(/← 200 thanks \(\d+ ms\)/);

    const { body, headers } = received[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      event: 'user.created',
      data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
    });
    await close();
  });

  test('any event, with any payload; the secret may come from the environment', async () => {
    const { url, received, close } = await receiver([500]);
    const args = ['trigger', 'order.shipped', '--to', url, '--payload', '{"id":7}'];
    const [code, text] = await output(args, { EXAMPLE_WEBHOOK_SECRET: secret });
    expect(code).toBe(1);
    expect(text).toContain('← 500 (');
    expect(JSON.parse(received[0]!.body)).toMatchObject({ event: 'order.shipped', data: { id: 7 } });
    await close();
  });

  test('nobody there, or a secret that is none: says so', async () => {
    const [code, text] = await output(['trigger', 'user.created', '--to', 'http://127.0.0.1:9', '--secret', secret]);
    expect(code).toBe(1);
    expect(text).toMatch(/← .+ \(\d+ ms\)/);
    const [bad, why] = await output(['trigger', 'user.created', '--to', 'http://127.0.0.1:9', '--secret', 'whsec_?']);
    expect(bad).toBe(1);
    expect(why).toContain('secret');
  });
});
