import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { run, startPrinting } from '../support/child-process.ts';
import { freePort, openServer } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import manifest from '../../package.json' with { type: 'json' };
import { startApi } from './support/api.ts';
import { codeBlocks, placeOf, projectFolder, root } from './support/code-blocks.ts';
import { programOf } from './support/program.ts';

// test/frameworks, test/package, networks.system.test.ts and testing.system.test.ts run the others.
const here = codeBlocks.filter((block) => placeOf(block) === 'alone');
const scripts = here.filter(({ language }) => language === 'ts' || language === 'js');
const commands = here.filter(({ language }) => language === 'sh');

const resources = new AsyncDisposableStack();
afterAll(() => resources.disposeAsync());
const { path: directory } = resources.use(await projectFolder());
const redis = resources.use(await startRedis());
const receiver = await openServer((_, response) => response.writeHead(204).end());
resources.defer(receiver.close);
/** The port of the local API that the commands use. */
const port = await freePort();
const environment = {
  PATH: [join(directory, 'bin'), join(root, 'node_modules/.bin'), process.env['PATH']].join(':'),
  HOME: process.env['HOME'],
  // Each block is a process; what they all import is compiled once.
  NODE_COMPILE_CACHE: join(directory, 'cache'),
  REDIS_URL: redis.url,
  RECEIVER_URL: receiver.url,
  EXAMPLE_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
};

/** Replaces names that belong to another machine. */
const onThisMachine = (code: string) =>
  code.replaceAll('127.0.0.1:3000', new URL(receiver.url).host).replaceAll('/var/lib/my-app', directory);

beforeAll(async () => {
  // npm links a workspace's programs only if they were built before the install.
  await mkdir(join(directory, 'bin'));
  await symlink(join(root, 'sandbox/dist/cli.js'), join(directory, 'bin/example-sandbox'));
  // The file that the README asks its readers to save.
  await writeFile(join(directory, 'projects.mjs'), here.find(({ guide }) => guide === 'README.md')?.code ?? '');
  const variables = `EXAMPLE_BASE_URL=http://127.0.0.1:${port}/v1\nEXAMPLE_API_TOKEN=sandbox_token\n`;
  await writeFile(join(directory, '.env'), variables);
  const server = start(`npx @example/sandbox --port ${port} --token sandbox_token`);
  resources.defer(() => void server.stop());
  await vi.waitFor(() => expect(server.output()).toContain(`127.0.0.1:${port}`), { timeout: 30_000 });
});

it('only leaves out blocks that other tests run', () => {
  const others = here.filter((block) => !scripts.includes(block) && !commands.includes(block));
  expect(others.map(({ name, language }) => [name, language])).toEqual([
    ['sandbox/README.md: Who can talk to it, 1', 'yaml'], // sandbox/test/cli/serving.process.test.ts tests its flags.
    ['site/pages/start.mdx: 3. Make the first call, 3', 'text'], // test/site/examples.test.ts tests this output.
    ['docs/browsers.md: In a browser, 2', 'html'], // test/package/browsers loads the same file into a page.
    ['docs/errors.md: Error classes, 1', 'text'], // test/repository/follow-ups.test.ts tests the tree.
  ]);
  const onServers = codeBlocks.filter((block) => block.guide === 'docs/networks.md' && placeOf(block) === 'server');
  expect(onServers).toHaveLength(3); // Two in test/frameworks/nextjs.weekly.test.ts, one in test/package/workers.test.ts.
});

it.each(scripts)('$name: runs', async ({ code }) => {
  const path = join(directory, 'block.ts');
  // Servers and queues that it leaves open don't matter. An unhandled rejection ends the process with an error before.
  const end = '\nglobalThis.setTimeout(() => process.exit(0), 10);';
  await writeFile(path, programOf(onThisMachine(code)) + end);
  await using api = await startApi(1_000); // Keeps every block shorter than a minute.
  const { stderr } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', path], {
    env: { ...environment, EXAMPLE_BASE_URL: api.baseUrl, EXAMPLE_API_TOKEN: api.sandbox.apiToken },
  });
  expect(stderr).toBe('');
  // Nothing was refused except where the block asks for it.
  const refused = api.sandbox.requests.filter(({ status, fault }) => Number(status) >= 400 && fault === undefined);
  expect(refused.map(({ method, target, status }) => `${method} ${target} ${status}`)).toEqual([]);
});

it.each(commands)('$name: does what it says', async ({ code }) => {
  await fetch(`http://127.0.0.1:${port}/v1/projects`); // Puts a request into the log.
  for (const line of code.trim().split('\n')) {
    const command = onThisMachine(line.replace(/ +#.*/, ''))
      .replaceAll('127.0.0.1:4010', `127.0.0.1:${port}`)
      .replaceAll('https://api.example.com', `http://127.0.0.1:${port}`);
    if (/^(npm|pnpm|yarn|bun) /.test(command)) isCommandOfThisRepository(command);
    else if (command.startsWith('node ')) await works(`env -u EXAMPLE_BASE_URL -u EXAMPLE_API_TOKEN ${command}`);
    else if (/ (listen|trigger|logs|check) /.test(command)) await works(command);
    else if (command.startsWith('npx @example/sandbox')) await works(`${command} --port ${await freePort()}`);
    else await works(command.replace('curl ', 'curl --silent --show-error --fail '));
  }
});

/** Starts a command in its own process group. */
function start(line: string) {
  const env = { ...environment, EXAMPLE_BASE_URL: `http://127.0.0.1:${port}`, EXAMPLE_API_TOKEN: 'sandbox_token' };
  const { child, output } = startPrinting('sh', ['-c', line], { cwd: directory, env, detached: true });
  return { child, output, stop: () => child.exitCode ?? process.kill(-(child.pid ?? 0), 'SIGKILL') };
}

/** The command exits with success, or keeps running after it says that it is ready. */
async function works(command: string): Promise<void> {
  const { child, output, stop } = start(command);
  try {
    const isReady = () => child.exitCode !== null || /http:\/\/127\.0\.0\.1|whsec_|"method"/.test(output());
    await vi.waitFor(() => expect(isReady()).toBe(true), { timeout: 30_000 });
    expect({ failed: (child.exitCode ?? 0) !== 0, output: output() }).toHaveProperty('failed', false);
  } finally {
    stop();
  }
}

/** Commands that test/package covers with the tarballs, that CI runs, or that take minutes. */
function isCommandOfThisRepository(line: string): void {
  const installs = /^(npm install|(pnpm|yarn|bun) add)( (--save-dev )?@example\/(sdk|sandbox)(@latest)?)?$/;
  for (const command of line.split(' && ')) {
    const script = /^npm (?:run )?(?!install)([\w:-]+)/.exec(command)?.[1];
    if (script === undefined) expect(command).toMatch(installs);
    else expect(manifest.scripts).toHaveProperty([script]);
  }
}
