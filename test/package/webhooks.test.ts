import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { preamble, recipe } from '../frameworks/support/recipes.ts';
import { freePort } from '../support/free-port.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';
import { tool } from './support/tools.ts';
import { serveWorker } from './support/workerd.ts';

const greeting = 'Welcome, Zoë 👋!';
const zoe = { ...userCreated, data: { ...userCreated.data, name: 'Zoë 👋' } };

/** Sends a signed webhook and a changed one. Returns the statuses. */
async function deliver(url: string): Promise<number[]> {
  const { body, ...rest } = await signed(zoe);
  const send = async (text: string) => (await fetch(url, { ...rest, body: text })).status;
  return [await send(body), await send(body.replace('Zoë', 'Eve'))];
}

/** Runs a program of a project where the SDK is installed. It ends with the test. */
function start([path = '', ...args]: readonly string[], file: string, environment: Record<string, string>) {
  const { PATH, HOME } = process.env;
  const child = spawn(tool(path), [...args, file], {
    cwd: dirname(file),
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const seen = { output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (seen.output += text));
  }
  return seen;
}

describe.each([
  { name: 'Bun', command: ['.bin/bun'] },
  { name: 'Deno', command: ['.bin/deno', 'run', '--no-prompt', '--allow-net', '--allow-env'] },
])('the recipe for $name', ({ name, command }) => {
  it('accepts a signed webhook, and rejects a changed one', async () => {
    const port = await freePort();
    const file = join(inject('project'), `webhooks-${name}.mjs`);
    const ports = `const port = ${port};`;
    await writeFile(file, [preamble, ports, recipe(name)].join('\n'));
    const program = start(command, file, { EXAMPLE_WEBHOOK_SECRET: secret });
    const url = `http://127.0.0.1:${port}/webhooks`;
    await vi.waitFor(() => fetch(url), { timeout: 60_000 });

    expect(await deliver(url)).toEqual([204, 400]);
    expect(program.output).toContain(greeting);
    expect(program.output).not.toContain('Eve');
  });
});

describe('the recipe for Cloudflare Workers', () => {
  /** Serves a worker. What its handlers have seen is reported to the test, because a worker keeps nothing. */
  async function serve(name: string, options: string, handler: string) {
    const seen: string[] = [];
    const released = Promise.withResolvers<undefined>();
    const reports = createServer((request, response) => {
      const report = decodeURIComponent((request.url ?? '').slice(1));
      seen.push(report);
      void (report === 'held' ? released.promise : Promise.resolve()).then(() => response.end());
    });
    const port = await freePort();
    await new Promise<void>((resolve) => reports.listen(port, '127.0.0.1', resolve));
    onTestFinished(() => {
      reports.closeAllConnections();
      reports.close();
    });

    const code = preamble
      .replace('new Webhooks()', `new Webhooks({ secret: env.SECRET, ${options} })`)
      .replace(/console\.log\((.*)\);/, handler);
    const file = join(inject('project'), `${name}.mjs`);
    await build({
      stdin: {
        contents: `import { env } from 'cloudflare:workers';\n${code}\n${recipe('Cloudflare Workers')}`,
        resolveDir: inject('project'),
      },
      outfile: file,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      external: ['cloudflare:workers'],
      tsconfigRaw: {},
    });
    const url = await serveWorker(file, { SECRET: secret, REPORTS: `http://127.0.0.1:${port}/` });
    return { url, seen, release: () => released.resolve(undefined) };
  }

  it('accepts a signed webhook, and rejects a changed one', async () => {
    const report = 'return fetch(env.REPORTS + encodeURIComponent($1));';
    const { url, seen } = await serve('webhooks-worker', '', report);
    expect(await deliver(url)).toEqual([204, 400]);
    expect(await deliver(url)).toEqual([204, 400]);
    expect(seen).toEqual([greeting, greeting]);
  });

  it("lets handlers finish after the response, with acknowledge: 'early'", async () => {
    const slowly = "return fetch(env.REPORTS + 'held').then(() => fetch(env.REPORTS + encodeURIComponent($1)));";
    const { url, seen, release } = await serve('webhooks-worker-early', "acknowledge: 'early'", slowly);
    expect(await deliver(url)).toEqual([202, 400]);
    await vi.waitFor(() => expect(seen).toEqual(['held']), { timeout: 60_000 });
    release();
    await vi.waitFor(() => expect(seen).toEqual(['held', greeting]), { timeout: 60_000 });
  });
});
