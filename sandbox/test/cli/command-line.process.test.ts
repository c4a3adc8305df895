import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { rateLimit as read } from '../../src/cli/option-values.ts';
import { style, Terminal } from '../../src/cli/terminal.ts';
import { version } from '../../package.json';
import { temporaryFolder } from '../../../test/sqlite/support/temporary-folder.ts';
import { builtProgram, commands, programs } from '../support/command.ts';
import { receiver } from '../support/receiver.ts';

const start = programs();
const { serve, ended } = commands();
const secret = `whsec_${'c2VjcmV0'.repeat(4)}`;

test('example-sandbox prints its URL, its token and a first request; Ctrl-C stops it cleanly', async () => {
  const program = start('--port', '0', '--projects', '3', '--rate-limit', '7/2m');
  const [, token, url] = await program.prints(/curl -H 'Authorization: Bearer (sandbox_\w{32})' \\\n +'(http:[^']+)'/);
  expect(program.output()).toMatch(/URL +http:\/\/127\.0\.0\.1:\d+\/v1\n/);
  expect(program.output()).toMatch(/Dashboard +http:\/\/127\.0\.0\.1:\d+\/dashboard\n/);
  expect(program.output()).toContain('7 requests per 120 s');
  expect(program.output()).not.toContain('\u001b');

  const response = await fetch(url!, { headers: { Authorization: `Bearer ${token}` } });
  expect(response.headers.get('x-ratelimit-limit')).toBe('7');
  expect(await response.json()).toMatchObject({ meta: { total_count: 3 } });

  program.child.kill('SIGINT');
  expect(await program.exitCode).toBe(0);
});

test('it goes on serving when the program that started it reads no further', async () => {
  const program = start('--port', '0', '--token', 'sandbox_token');
  const [, url = ''] = await program.prints(/(http:\/\/127\.0\.0\.1:\d+\/v1)/);
  program.child.stdout?.destroy();
  program.child.stderr?.destroy();
  const headers = { Authorization: 'Bearer sandbox_token' };
  for (let count = 0; count < 3; count += 1) expect((await fetch(`${url}/projects`, { headers })).status).toBe(200);
  program.child.kill('SIGINT');
  expect(await program.exitCode).toBe(0);
});

test('the state is stored in memory, or where --data says', async () => {
  const directory = temporaryFolder();
  const file = join(directory, 'state.db');
  expect((await serve('--data', file)).server.output()).toContain(`stored in ${file}`);
  expect((await serve()).server.output()).toContain('in memory');
  expect(await ended(['--port', '0', '--data', directory])).toEqual([1, expect.stringContaining(directory)]);
});

test('a port in use is reported with a remedy', async () => {
  const { port } = new URL((await serve()).url);
  expect(await ended(['--port', port])).toEqual([
    2,
    `Port ${port} is in use. Choose another port with --port, or use --port 0 for a free one.\n`,
  ]);
});

test.each(['192.0.2.1', 'nowhere.invalid'])('--host %s is reported with a remedy', async (host) => {
  const [code, text] = await ended(['--host', host, '--port', '0']);
  expect(code).toBe(2);
  expect(text).toBe(
    `This machine does not have the address ${host}. Use --host 127.0.0.1, or --host 0.0.0.0 for all addresses.\n`,
  );
});

test('an address that other machines can reach is listened on with a warning, and with URLs that work', async () => {
  const { server } = await serve('--host', '0.0.0.0');
  expect(server.output()).toContain(
    'Warning: everyone who can reach 0.0.0.0 can use the dashboard and the control API, which need no login.',
  );
  expect(server.output()).toMatch(/URL +http:\/\/127\.0\.0\.1:\d+\/v1\n/);
  expect((await serve()).server.output()).not.toContain('Warning');
});

test('--help and --version', async () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    expect(await ended(args)).toEqual([0, expect.stringContaining('Usage: example-sandbox [options]')]);
  }
  for (const args of [
    ['trigger', '--help'],
    ['help', 'trigger'],
  ]) {
    expect(await ended(args)).toEqual([0, expect.stringContaining('\nExamples:\n  $ example-sandbox trigger user.')]);
  }
  for (const args of [['--version'], ['-v']]) expect(await ended(args)).toEqual([0, `${version}\n`]);
});

test.each([
  [['--prot', '1'], "unknown option '--prot'\n(Did you mean --port?)"],
  [['--port'], '--port'],
  [['--port', 'http'], "argument 'http' is invalid. It must be an integer from 0 to 65535."],
  [['--port', '70000'], 'It must be an integer from 0 to 65535.'],
  [['--projects=-1'], '--projects'],
  [['--latency', '1.5'], 'It must be an integer from 0 to 600000.'],
  [['--rate-limit', '100'], 'It must be a number of requests and a time window, such as 100/60s.'],
  [['--rate-limit', '0/60s'], '--rate-limit'],
  [['--allowed-host', 'sandbox:4010'], 'It must be a host name in lower case, without a port, such as sandbox.'],
  [['--cors', '*'], 'It must be an origin, such as https://app.example.com.'],
  [['--cors', 'null'], 'It must be an origin'],
  [['--cors', 'https://app.example.com/path'], 'It must be an origin'],
  [['--token', 'a token'], 'It must consist of letters, digits and'],
  [['--seed', 'nowhere.json'], "The file can't be read"],
  [['--webhook', 'ftp://x'], 'It must be a URL that starts with http:// or https://.'],
  [['list'], "unknown command 'list'"],
  [['trigger'], "missing required argument 'event'"],
  [['trigger', 'a', 'b'], 'Expected 1 argument but got 2'],
  [['trigger', 'a', '--to', 'ftp://x'], 'It must be a URL that starts with http:// or https://.'],
  [['trigger', 'a', '--to', 'http://x', '--payload', '{'], `It must be JSON, such as '{"id":"user_123"}'`],
  [['listen', '--forward-to', 'http://x', '--events', 'a b'], 'It must be event names, or *.'],
  [['logs', '--status', 'odd'], 'It must be a status such as 404, a class such as 4xx, or one of pending,'],
  [['lisen'], "unknown command 'lisen'\n(Did you mean listen?)"],
  [['listen'], "required option '--forward-to <url>' not specified"],
  [['logs', '--limit', 'all'], 'It must be an integer from 0 to 10000.'],
])('%j is refused', async (args, message) => {
  const [code, text] = await ended(args);
  expect(code).toBe(2);
  expect(text).toContain(message);
  const [first = ''] = args;
  const isCommand = ['listen', 'trigger', 'logs'].includes(first);
  expect(text).toContain(isCommand ? `\nUsage: example-sandbox ${first} [options]` : 'Run example-sandbox --help');
});

test('EXAMPLE_BASE_URL that is no URL is refused', async () => {
  const [code, text] = await ended(['logs'], { EXAMPLE_BASE_URL: 'localhost:4010' });
  expect(code).toBe(2);
  expect(text).toBe('EXAMPLE_BASE_URL is localhost:4010. It must be a URL such as http://127.0.0.1:4010/v1.\n');
});

test.each([
  ['100/60s', { limit: 100, window: 60_000 }],
  ['5/s', { limit: 5, window: 1000 }],
  ['10/250ms', { limit: 10, window: 250 }],
  ['1000/h', { limit: 1000, window: 3_600_000 }],
])('--rate-limit %s', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each([
  ['in a terminal that supports them', { isTTY: true, hasColors: () => true }, {}, true],
  ['not in another terminal', { isTTY: true, hasColors: () => false }, {}, false],
  ['not in a pipe', {}, {}, false],
  ['in a pipe with FORCE_COLOR=1', {}, { FORCE_COLOR: '1' }, true],
  ['not in a terminal with FORCE_COLOR=0', { isTTY: true, hasColors: () => true }, { FORCE_COLOR: '0' }, false],
])('colors are used %s', (_, output, env, colored) => {
  let text = '';
  new Terminal({ ...output, write: (part) => (text += part) }, env).line(style.bold('URL'));
  expect(text).toBe(colored ? '\u001b[1mURL\u001b[22m\n' : 'URL\n');
});

describe('trigger, after an error', () => {
  test('ends, and says which fields are wrong', async () => {
    const { url, env } = await serve();
    const [code, text] = await ended(['trigger', 'user created'], env);
    expect(code).not.toBe(0);
    expect(text).toContain('  event: Must be 1 to 100 letters, digits, dots, hyphens or underscores.');

    // The program itself, which a stream that is still open would keep alive.
    const program = start('trigger', 'user.created', '--server', new URL(url).origin);
    expect(await program.exitCode).toBe(1);
    expect(program.output()).toContain('No webhook is registered for user.created.');
  });
});

describe('trigger --to', () => {
  test('sends one signed event, and prints the response', async () => {
    const { url, received } = await receiver([{ status: 200, body: 'thanks' }]);
    const [code, text] = await ended(['trigger', 'user.created', '--to', url, '--secret', secret]);
    expect(code).toBe(0);
    expect(text).toMatch(/← 200 thanks \(\d+ ms\)/);

    const { body, headers } = received[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      event: 'user.created',
      data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
    });
  });

  test('sends any event with any payload; the secret may come from the environment', async () => {
    const { url, received } = await receiver([500]);
    const args = ['trigger', 'order.shipped', '--to', url, '--payload', '{"id":7}'];
    const [code, text] = await ended(args, { EXAMPLE_WEBHOOK_SECRET: secret });
    expect(code).toBe(1);
    expect(text).toContain('← 500 (');
    expect(JSON.parse(received[0]!.body)).toMatchObject({ event: 'order.shipped', data: { id: 7 } });
  });

  test('needs a secret', async () => {
    const [code, text] = await ended(['trigger', 'user.created', '--to', 'http://127.0.0.1:9']);
    expect([code, text]).toEqual([2, '--to needs --secret or the environment variable EXAMPLE_WEBHOOK_SECRET.\n']);
  });

  test('reports an unreachable server and an invalid secret', async () => {
    const [code, text] = await ended(['trigger', 'user.created', '--to', 'http://127.0.0.1:9', '--secret', secret]);
    expect(code).toBe(1);
    expect(text).toMatch(/← .+ \(\d+ ms\)/);
    const [bad, why] = await ended(['trigger', 'user.created', '--to', 'http://127.0.0.1:9', '--secret', 'whsec_?']);
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
