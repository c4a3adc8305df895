import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { end, startPrinting } from '../../../test/support/child-process.ts';
import { rateLimit as read } from '../../src/cli/option-values.ts';
import { style, Terminal } from '../../src/cli/terminal.ts';
import { version } from '../../package.json';
import { temporaryFolder } from '../../../test/sqlite/support/temporary-folder.ts';
import { commands } from '../support/command.ts';

const { serve, ended } = commands();
const root = join(import.meta.dirname, '../../..');
const builtProgram = join(root, 'sandbox/dist/cli.js');

test('the program prints URLs, a first request and lines for .env, which stay the same; Ctrl-C stops it', async () => {
  const cwd = temporaryFolder();
  const { port } = new URL((await serve()).url);
  const args = [
    '--port',
    '0',
    '--projects',
    '3',
    '--rate-limit',
    '7/2m',
    '--webhook',
    `http://127.0.0.1:${port}/hooks`,
  ];
  const linesForApp = async () => {
    const { child, output } = startPrinting(process.execPath, [builtProgram, ...args], { cwd });
    onTestFinished(() => end(child));
    const request = /\ncurl -H 'Authorization: Bearer (\w+)' \\\n +'(http:[^']+)'/;
    await expect.poll(output).toMatch(request);
    const [, token, url = ''] = request.exec(output())!;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
    expect(response.headers.get('x-ratelimit-limit')).toBe('7');
    expect(await response.json()).toMatchObject({ meta: { total_count: 3 } });

    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
    const text = output();
    expect(text).toMatch(/URL +http:\/\/127\.0\.0\.1:\d+\/v1\n +Dashboard +http:\/\/127\.0\.0\.1:\d+\/dashboard\n/);
    expect(text).toContain('7 requests per 120 s');
    expect(text).not.toContain('\u001b');
    expect(text).toContain('\nEXAMPLE_API_TOKEN=sandbox_token\nEXAMPLE_WEBHOOK_SECRET=whsec_');
    return text.match(/^EXAMPLE_(API|WEBHOOK)_\w+=.*$/gm) ?? []; // The port differs each time.
  };
  const lines = await linesForApp();
  await writeFile(join(cwd, '.env'), lines.join('\n'));
  expect(await linesForApp()).toEqual(lines);
});

test('a sandbox that other machines can reach prints a warning, and has a random token', async () => {
  const { server } = await serve('--host', '0.0.0.0');
  expect(server.output()).toMatch(/\nEXAMPLE_API_TOKEN=sandbox_\w{32}\n/);
  expect(server.output()).toMatch(/URL +http:\/\/127\.0\.0\.1:\d+\/v1\n/);
  const warning =
    'Warning: everyone who can reach 0.0.0.0 can use the dashboard and the control API, which need no login.';
  expect(server.output()).toContain(warning);
  expect((await serve()).server.output()).not.toContain('Warning');
});

test("an address or a file that can't be used is reported with a remedy", async () => {
  const { port } = new URL((await serve()).url);
  const directory = temporaryFolder();
  for (const [args, message] of [
    [['--port', port], `already in use 127.0.0.1:${port}. Choose another address with --host, or use --port 0`],
    [['--port', '0', '--host', '192.0.2.1'], "can't listen: "],
    [['--port', '0', '--data', directory], directory],
  ] as const) {
    expect([args, ...(await ended(args))]).toEqual([args, 1, expect.stringContaining(message)]);
  }
});

test.each([
  ['--help', 'Usage: npx @example/sandbox [options]'],
  ['-h', '\nExamples:\n  npx @example/sandbox\n'],
  ['help', 'Usage: npx @example/sandbox [options]'],
  ['trigger --help', '\nExamples:\n  npx @example/sandbox trigger user.created\n'],
  ['help trigger', 'Usage: npx @example/sandbox trigger'],
  ['--version', `${version}\n`],
  ['-v', `${version}\n`],
])('%s', async (args, text) => {
  expect(await ended(args.split(' '))).toEqual([0, expect.stringContaining(text)]);
});

test.each([
  [['--prot', '1'], "unknown option '--prot'\n(Did you mean --port?)"],
  [['--port', 'http'], "argument 'http' is invalid. It must be an integer from 0 to 65535."],
  [['--port', '70000'], 'It must be an integer from 0 to 65535.'],
  [['--projects=-1'], '--projects'],
  [['--latency', '1.5'], 'It must be an integer from 0 to 600000.'],
  [['--rate-limit', '100'], 'It must be a number of requests and a time window, such as 100/60s.'],
  [['--rate-limit', '0/60s'], '--rate-limit'],
  [['--allowed-host', 'sandbox:4010'], 'It must be a host name in lower case, without a port, such as sandbox.'],
  [['--cors', '*'], 'It must be an origin, such as https://app.example.com.'],
  [['--token', 'a token'], 'It must consist of letters, digits and'],
  [['--webhook', 'ftp://x'], 'It must be a URL that starts with http:// or https://.'],
  [['triger'], 'too many arguments'],
  [['trigger'], "missing required argument 'event'"],
  [['trigger', 'a', 'b'], 'Expected 1 argument but got 2'],
  [['trigger', 'a', '--payload', '{'], `It must be JSON, such as '{"id":"user_123"}'`],
])('%j is refused', async (args, message) => {
  const [code, text] = await ended(args);
  expect([code, text]).toEqual([1, expect.stringContaining(message)]);
  const help = args[0] === 'trigger' ? '\nUsage: npx @example/sandbox trigger' : 'Run npx @example/sandbox --help';
  expect(text).toContain(help);
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
  ['in a terminal that supports them', { hasColors: () => true }, '\u001b[1mURL\u001b[22m\n'],
  ['not in another terminal', { hasColors: () => false }, 'URL\n'],
  ['not in a pipe', {}, 'URL\n'],
])('colors are used %s', (_, output, expected) => {
  let text = '';
  new Terminal({ ...output, write: (part) => (text += part) }).line(style.bold('URL'));
  expect(text).toBe(expected);
});

test('in a clone, npx @example/sandbox runs the built command', async () => {
  const linked = await readFile(join(root, 'node_modules/.bin/example-sandbox'), 'utf8');
  expect(linked).toBe(await readFile(builtProgram, 'utf8'));
});
