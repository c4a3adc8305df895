import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { preamble, recipe } from '../frameworks/support/recipes.ts';
import { freePort } from '../support/free-port.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Copies the example and installs its dependencies, and the package. */
async function install(directory: string): Promise<void> {
  await cp(path('../../examples/webhooks/nextjs'), directory, { recursive: true });
  const manifest = await readFile(join(directory, 'package.json'), 'utf8');
  await writeFile(join(directory, 'package.json'), manifest.replace(/^.*"@example\/sdk".*\n/m, ''));
  const options = ['--prefer-offline', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['install', ...options, inject('packed').tarball], { cwd: directory });
}

/** The recipes of docs/webhooks.md, each on a route of its own. */
async function addRecipes(directory: string): Promise<void> {
  const routes = {
    'app/recipe/route.ts': 'Next.js, App Router: app/webhooks/route.ts',
    'app/edge/route.ts': 'Next.js, App Router on the edge runtime',
    'pages/api/recipe.ts': 'Next.js, Pages Router: pages/api/webhooks.ts',
  };
  for (const [route, name] of Object.entries(routes)) {
    await mkdir(dirname(join(directory, route)), { recursive: true });
    await writeFile(join(directory, route), `${preamble}\n${recipe(name)}`);
  }
}

describe('examples/webhooks/nextjs, in a real Next.js server', () => {
  let directory: string;
  let next: ChildProcess | undefined;
  let url: string;
  let output = '';

  const stop = () => {
    // Next.js starts more processes, so the whole group must end.
    if (next?.pid !== undefined && next.exitCode === null) process.kill(-next.pid, 'SIGKILL');
    next = undefined;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nextjs-'));
    await install(directory);
    await addRecipes(directory);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    next = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'dev', '-H', '127.0.0.1', '-p', String(port)], {
      cwd: directory,
      detached: true,
      env: { ...process.env, NODE_ENV: 'development', NEXT_TELEMETRY_DISABLED: '1', EXAMPLE_WEBHOOK_SECRET: secret },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', stop);
    for (const stream of [next.stdout, next.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    await vi.waitFor(() => expect(output).toContain('Ready'), { timeout: 60_000 });
  }, 300_000);

  afterAll(async () => {
    stop();
    process.off('exit', stop);
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  });

  it.each([
    ['a route handler of the App Router', '/webhooks'],
    ['an API route of the Pages Router', '/api/webhooks'],
    ['the recipe for the App Router', '/recipe'],
    ['the recipe for the edge runtime', '/edge'],
    ['the recipe for the Pages Router', '/api/recipe'],
  ])(
    '%s accepts a signed request and rejects a changed one',
    async (_, route) => {
      const { body, ...rest } = await signed({
        ...userCreated,
        data: { ...userCreated.data, name: `Zoë at ${route}` },
      });

      const accepted = await fetch(url + route, { ...rest, body });
      expect([accepted.status, output]).toEqual([204, expect.stringContaining(`Welcome, Zoë at ${route}!`)]);

      const rejected = await fetch(url + route, { ...rest, body: body.replace('Zoë', 'Eve') });
      expect(rejected.status).toBe(400);
    },
    120_000,
  );
});
