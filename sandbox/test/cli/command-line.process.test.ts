import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { rateLimit as read } from '../../src/cli/option-values.ts';
import { run } from '../../src/cli/run.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { welcome } from '../../src/cli/welcome.ts';
import { version } from '../../package.json';
import { commandLine } from '../support/built-cli.ts';
import { receiver } from '../support/receiver.ts';

const start = commandLine();
const builtProgram = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const secret = `whsec_${'c2VjcmV0'.repeat(4)}`;

/** Runs a command in this process that ends by itself. */
async function output(args: readonly string[], env: Record<string, string> = {}): Promise<[number, string]> {
  let text = '';
  const stream = { write: (part: string) => (text += part) };
  const code = await run(args, { out: stream, error: stream, env, stopped: () => Promise.resolve() });
  return [code, text];
}

test('example-sandbox prints its URL, its token and a first request; Ctrl-C stops it cleanly', async () => {
  const child = start('--port', '0', '--projects', '3', '--rate-limit', '7/2m');
  const [, token, url] = await child.says(/curl -H 'Authorization: Bearer (sandbox_\w{32})' '(http:[^']+)'/);
  expect(child.output()).toMatch(/URL +http:\/\/127\.0\.0\.1:\d+\/v1\n/);
  expect(child.output()).toMatch(/Dashboard +http:\/\/127\.0\.0\.1:\d+\/dashboard\n/);
  expect(child.output()).toContain('7 requests per 120 s');
  expect(child.output()).not.toContain('\u001b');

  const response = await fetch(url!, { headers: { Authorization: `Bearer ${token}` } });
  expect(response.headers.get('x-ratelimit-limit')).toBe('7');
  expect(await response.json()).toMatchObject({ meta: { total_count: 3 } });

  child.child.kill('SIGINT');
  expect(await child.ended).toBe(0);
});

test('it goes on serving when the program that started it reads no further', async () => {
  const child = start('--port', '0', '--token', 'sandbox_token');
  const [, url = ''] = await child.says(/(http:\/\/127\.0\.0\.1:\d+\/v1)/);
  child.child.stdout.destroy();
  child.child.stderr.destroy();
  const headers = { Authorization: 'Bearer sandbox_token' };
  for (let count = 0; count < 3; count += 1) expect((await fetch(`${url}/projects`, { headers })).status).toBe(200);
  child.child.kill('SIGINT');
  expect(await child.ended).toBe(0);
});

test('--data prints where the state is stored', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'example-sandbox-'));
  const file = join(directory, 'state.db');
  const [code, text] = await output(['--port', '0', '--data', file]);
  expect(code).toBe(0);
  expect(text).toContain(`stored in ${file}`);
  expect(await output(['--port', '0'])).toEqual([0, expect.stringContaining('in memory')]);
  expect(await output(['--port', '0', '--data', directory])).toEqual([1, expect.stringContaining(directory)]);
  await rm(directory, { recursive: true });
});

test('a port in use is reported with a remedy', async () => {
  const first = start('--port', '0');
  const [, port] = await first.says(/http:\/\/127\.0\.0\.1:(\d+)/);
  const [code, text] = await output(['--port', port!]);
  expect(code).toBe(2);
  expect(text).toContain(`Port ${port} is in use. Choose another port with --port, or use --port 0 for a free one.`);
});

test.each(['192.0.2.1', 'nowhere.invalid'])('--host %s is reported with a remedy', async (host) => {
  const [code, text] = await output(['--host', host, '--port', '0']);
  expect(code).toBe(2);
  expect(text).toBe(
    `This machine does not have the address ${host}. Use --host 127.0.0.1, or --host 0.0.0.0 for all addresses.\n`,
  );
});

test('an address that other machines can reach is listened on with a warning, and with URLs that work', async () => {
  const [code, text] = await output(['--host', '0.0.0.0', '--port', '0']);
  expect(code).toBe(0);
  expect(text).toContain(
    'Warning: everyone who can reach 0.0.0.0 can use the dashboard and the control API, which need no login.',
  );
  expect(text).toMatch(/URL +http:\/\/127\.0\.0\.1:\d+\/v1\n/);
  expect((await output(['--port', '0']))[1]).not.toContain('Warning');
});

test('--help and --version', async () => {
  for (const args of [['--help'], ['-h'], ['trigger', '--help']]) {
    expect(await output(args)).toEqual([0, expect.stringContaining('Usage: example-sandbox')]);
  }
  for (const args of [['--version'], ['-v']]) expect(await output(args)).toEqual([0, `${version}\n`]);
});

test.each([
  [['--prot', '1'], "unknown option '--prot'\n(Did you mean --port?)"],
  [['--port'], '--port'],
  [['--port', 'http'], "argument 'http' is invalid. It must be a number from 0 to 65535."],
  [['--port', '70000'], 'It must be a number from 0 to 65535.'],
  [['--projects=-1'], '--projects'],
  [['--latency', '1.5'], 'It must be a number from 0 to 600000.'],
  [['--rate-limit', '100'], 'It must be a number of requests and a time window, such as 100/60s.'],
  [['--rate-limit', '0/60s'], '--rate-limit'],
  [['--allowed-host', 'sandbox:4010'], 'It must be a host name without a port, such as sandbox.'],
  [['--cors', '*'], 'It must be an origin, such as https://app.example.com.'],
  [['--cors', 'null'], 'It must be an origin'],
  [['--cors', 'https://app.example.com/path'], 'It must be an origin'],
  [['--token', 'a token'], 'It may have letters, digits and'],
  [['--seed', 'nowhere.json'], "The file can't be read"],
  [['--webhook', 'ftp://x'], 'It must be a URL that starts with http:// or https://.'],
  [['list'], "unknown command 'list'"],
  [['trigger'], "missing required argument 'event'"],
  [['trigger', 'a', 'b'], 'Expected 1 argument but got 2'],
  [['trigger', 'a', '--to', 'ftp://x'], 'It must be a URL that starts with http:// or https://.'],
  [['trigger', 'a', '--to', 'http://x', '--payload', '{'], 'It must be valid JSON.'],
  [['listen'], "required option '--forward-to <url>' not specified"],
  [['logs', '--limit', 'all'], 'It must be a number from 0 to 10000.'],
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
])('--rate-limit %s', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test('colors are used only in terminals that support them', () => {
  const text = {
    urls: ['http://127.0.0.1:4010/v1'],
    apiToken: 'sandbox_token',
    limit: 100,
    window: 60_000,
    data: 'file',
    webhooks: [],
  };
  const escape = '\u001b[1m';
  const printed = (output: { isTTY?: boolean; hasColors?: () => boolean }) => {
    let all = '';
    const terminal = new Terminal({ ...output, write: (part) => (all += part) });
    for (const line of welcome(text)) terminal.line(...line);
    return all;
  };
  expect(printed({ isTTY: true, hasColors: () => true })).toContain(escape);
  expect(printed({ isTTY: true, hasColors: () => false })).not.toContain(escape);
  expect(printed({})).not.toContain(escape);
});

describe('trigger --to', () => {
  test('sends one signed event, and prints the response', async () => {
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

  test('sends any event with any payload; the secret may come from the environment', async () => {
    const { url, received, close } = await receiver([500]);
    const args = ['trigger', 'order.shipped', '--to', url, '--payload', '{"id":7}'];
    const [code, text] = await output(args, { EXAMPLE_WEBHOOK_SECRET: secret });
    expect(code).toBe(1);
    expect(text).toContain('← 500 (');
    expect(JSON.parse(received[0]!.body)).toMatchObject({ event: 'order.shipped', data: { id: 7 } });
    await close();
  });

  test('needs a secret', async () => {
    const [code, text] = await output(['trigger', 'user.created', '--to', 'http://127.0.0.1:9']);
    expect([code, text]).toEqual([2, '--to needs --secret or the environment variable EXAMPLE_WEBHOOK_SECRET.\n']);
  });

  test('reports an unreachable server and an invalid secret', async () => {
    const [code, text] = await output(['trigger', 'user.created', '--to', 'http://127.0.0.1:9', '--secret', secret]);
    expect(code).toBe(1);
    expect(text).toMatch(/← .+ \(\d+ ms\)/);
    const [bad, why] = await output(['trigger', 'user.created', '--to', 'http://127.0.0.1:9', '--secret', 'whsec_?']);
    expect(bad).toBe(1);
    expect(why).toContain('secret');
  });
});

test('an older Node.js gets a message instead of a stack', async () => {
  const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
  const options = {
    env: { ...process.env, NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(old)}"` },
  };
  const ended = promisify(execFile)(process.execPath, [builtProgram, '--port', '0'], options);

  await expect(ended).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'example-sandbox needs Node.js 22.12 or later. This is Node.js 20.20.2.\n',
  });
});
