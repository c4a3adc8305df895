import { expect, test } from 'vitest';
import { version } from '../../package.json' with { type: 'json' };
import { parseCommandLine } from '../../src/sandbox/command-line.ts';
import { styleFor, welcome } from '../../src/sandbox/welcome.ts';
import { commandLine } from './built-cli.ts';

const start = commandLine();

test('example-sandbox says where it is, with which token, and how to call it; Ctrl-C ends it cleanly', async () => {
  const run = start('--port', '0');
  const [, command, url] = await run.says(/(curl -H 'Authorization: Bearer sandbox_token' '(http:[^']+)')/);
  expect(run.output()).toContain('URL     http://127.0.0.1:');
  expect(run.output()).not.toContain('\u001b');
  expect(command).toContain('/v1/projects?per_page=2');

  const response = await fetch(url!, { headers: { Authorization: 'Bearer sandbox_token' } });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ meta: { total_count: 100 } });

  run.child.kill('SIGINT');
  expect(await run.ended).toBe(0);
});

test('a port in use: says so, and what to do', async () => {
  const first = start('--port', '0');
  const [, port] = await first.says(/http:\/\/127\.0\.0\.1:(\d+)/);
  const second = start('--port', port!);
  expect(await second.ended).toBe(2);
  expect(second.output()).toContain(`Port ${port} is in use. Choose another one with --port, or a free one`);
});

test('--help and --version', async () => {
  const help = start('--help');
  expect(await help.ended).toBe(0);
  expect(help.output()).toContain('Usage: example-sandbox');

  const versions = start('--version');
  expect(await versions.ended).toBe(0);
  expect(versions.output()).toBe(`${version}\n`);
});

test.each([
  [['--prot', '1'], '--prot'],
  [['--port'], '--port'],
  [['--port', 'http'], "--port must be a number from 0 to 65535, not 'http'."],
  [['--port', '70000'], "--port must be a number from 0 to 65535, not '70000'."],
  [['file.json'], 'file.json'],
])('%j is refused', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(message);
});

test('a wrong argument ends with code 2 and points to --help', async () => {
  const run = start('--prot', '1');
  expect(await run.ended).toBe(2);
  expect(run.output()).toContain('example-sandbox --help');
});

test('colours are for terminals that have them', () => {
  const text = { url: 'http://127.0.0.1:4010/v1', apiToken: 'sandbox_token', limit: 100, window: 60_000 };
  const escape = '\u001b[1m';
  expect(welcome(text, styleFor({ isTTY: true, hasColors: () => true }))).toContain(escape);
  expect(welcome(text, styleFor({ isTTY: true, hasColors: () => false }))).not.toContain(escape);
  expect(welcome(text, styleFor({}))).not.toContain(escape);
});
