import { execFile } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { recipes } from '../frameworks/support/recipes.ts';
import { startPrinting } from '../support/child-process.ts';
import { freePort, openServer } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';
import manifest from '../../package.json' with { type: 'json' };
import { startApi } from './support/api.ts';
import { type CodeBlock, codeBlocks, root } from './support/code-blocks.ts';
import { compile } from './support/compile.ts';
import { networkRecipes } from './support/network-recipes.ts';
import { testingRecipes } from './support/testing-recipes.ts';
import { projectFolder } from './support/project-folder.ts';

const run = promisify(execFile);

const isRecipe = ({ guide, code }: CodeBlock) =>
  guide === 'docs/webhook-servers.md' && recipes.has(/^\/\/ (.+)\n/.exec(code)?.[1] ?? '');

const here = codeBlocks.filter(
  (block) => !isRecipe(block) && !networkRecipes.includes(block) && !testingRecipes.includes(block),
);
const scripts = here.filter(({ language }) => language === 'ts' || language === 'js');
const commands = here.filter(({ language }) => language === 'sh');

let directory: string;
let redis: RedisServer;
let environment: NodeJS.ProcessEnv;
let receiver: Awaited<ReturnType<typeof openServer>>;

/** What a block names of a machine that is not this one. */
const onThisMachine = (code: string) =>
  code.replaceAll('127.0.0.1:3000', new URL(receiver.url).host).replaceAll('/var/lib/my-app', directory);

beforeAll(async () => {
  directory = await projectFolder();
  // npm links the programs of a workspace only if they were built before it installed.
  await mkdir(join(directory, 'bin'));
  await symlink(join(root, 'sandbox/dist/cli.js'), join(directory, 'bin/example-sandbox'));
  redis = await RedisServer.start();
  receiver = await openServer((_, response) => response.writeHead(204).end());
  environment = {
    PATH: [join(directory, 'bin'), join(root, 'node_modules/.bin'), process.env['PATH']].join(':'),
    HOME: process.env['HOME'],
    // Each block is a process: what all of them import is compiled once.
    NODE_COMPILE_CACHE: join(directory, 'cache'),
    REDIS_URL: redis.url,
    RECEIVER_URL: receiver.url,
    EXAMPLE_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
  };
});
afterAll(async () => {
  await receiver.close();
  await redis.kill();
  await rm(directory, { recursive: true, force: true });
});

it('leaves out no block but those that other tests run', () => {
  // In the real servers: test/frameworks and test/package. In the networks: ./networks. In test runners: ./testing.
  expect(codeBlocks.filter(isRecipe)).toHaveLength(recipes.size);
  const others = here.filter((block) => !scripts.includes(block) && !commands.includes(block));
  expect(others.map(({ name, language }) => [name, language])).toEqual([
    ['sandbox/README.md: Who can talk to it, 1', 'yaml'], // Its flags: sandbox/test/cli/serving.process.test.ts.
    ['site/pages/start.mdx: 3. Make the first call, 4', 'text'], // What it prints: test/site/examples.test.ts.
    ['docs/browsers.md: In a browser, 2', 'html'], // test/package/bundlers loads the same file into a page.
  ]);
});

describe('the code in the guides', () => {
  let programs: ReadonlyMap<string, string>;
  let errors: ReadonlyMap<string, string[]>;
  const fileOf = (block: CodeBlock) => join(directory, `block-${scripts.indexOf(block)}.ts`);

  beforeAll(async () => {
    ({ programs, errors } = compile(new Map(scripts.map((block) => [fileOf(block), onThisMachine(block.code)]))));
    await Promise.all(Array.from(programs, ([path, code]) => writeFile(path, code)));
  });

  it.each(scripts)('$name: has the right types, and runs', async (block) => {
    expect(errors.get(fileOf(block)) ?? []).toEqual([]);

    await using api = await startApi();
    const { stderr } = await run(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'support/run-block.ts'), fileOf(block)],
      { env: { ...environment, EXAMPLE_BASE_URL: api.baseUrl, EXAMPLE_API_TOKEN: api.sandbox.apiToken } },
    );
    expect(stderr).toBe('');
    // Nothing was refused but where the block asks for it.
    const refused = api.sandbox.requests.filter(({ status, fault }) => Number(status) >= 400 && fault === undefined);
    expect(refused.map(({ method, target, status }) => `${method} ${target} ${status}`)).toEqual([]);
  });
});

describe('the commands in the guides', () => {
  let server: ReturnType<typeof start>;
  let port: number;

  /** Starts a command in a group of its own. */
  function start(line: string) {
    const env = {
      ...environment,
      EXAMPLE_BASE_URL: `http://127.0.0.1:${port}`,
      EXAMPLE_API_TOKEN: 'sandbox_token',
    };
    const { child, output } = startPrinting('sh', ['-c', line], { cwd: directory, env, detached: true });
    return { child, output, stop: () => child.exitCode ?? process.kill(-(child.pid ?? 0), 'SIGKILL') };
  }

  beforeAll(async () => {
    port = await freePort();
    // What the README has its readers save.
    await writeFile(join(directory, 'projects.mjs'), here.find(({ guide }) => guide === 'README.md')?.code ?? '');
    await writeFile(
      join(directory, '.env'),
      `EXAMPLE_BASE_URL=http://127.0.0.1:${port}/v1\nEXAMPLE_API_TOKEN=sandbox_token\n`,
    );
    server = start(`npx @example/sandbox --port ${port} --token sandbox_token`);
    await vi.waitFor(() => expect(server.output()).toContain(`127.0.0.1:${port}`), { timeout: 30_000 });
  });
  afterAll(() => server.stop());

  it.each(commands)('$name: does what it says', async ({ code }) => {
    await fetch(`http://127.0.0.1:${port}/v1/projects`); // A request for the log.
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

  /** It ends with success, or goes on after it has said that it is ready. */
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

  /** test/package installs the tarballs; these scripts are what CI runs, or take minutes. */
  function isCommandOfThisRepository(line: string): void {
    for (const command of line.split(' && ')) {
      const script = /^npm (?:run )?(?!install)([\w:-]+)/.exec(command)?.[1];
      if (script !== undefined) expect(manifest.scripts).toHaveProperty([script]);
      else
        expect(command).toMatch(
          /^(npm install|(pnpm|yarn|bun) add)( (--save-dev )?@example\/(sdk|sandbox)(@latest)?)?$/,
        );
    }
  }
});
