import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { preamble, recipe } from '../frameworks/support/recipes.ts';
import { end, startPrinting } from '../support/child-process.ts';
import { freePort } from '../support/free-port.ts';
import { startServer } from '../support/http-server.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';
import { bundleConsumer } from './support/build-consumer.ts';
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

describe.each([
  { name: 'Bun', command: ['.bin/bun'] },
  { name: 'Deno', command: ['.bin/deno', 'run', '--no-prompt', '--allow-net', '--allow-env'] },
])('the recipe for $name', ({ name, command }) => {
  it('accepts a signed webhook, and rejects a changed one', async () => {
    const port = await freePort();
    const file = join(inject('project'), `webhooks-${name}.mjs`);
    const ports = `const port = ${port};`;
    await writeFile(file, [preamble, ports, recipe(name)].join('\n'));
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, EXAMPLE_WEBHOOK_SECRET: secret };
    const [program, ...args] = [...command, file];
    const { child, output } = startPrinting(tool(program), args, { cwd: inject('project'), env });
    onTestFinished(() => end(child));
    const url = `http://127.0.0.1:${port}/webhooks`;
    await vi.waitFor(() => fetch(url), { timeout: 60_000 });

    expect(await deliver(url)).toEqual([204, 400]);
    expect(output()).toContain(greeting);
    expect(output()).not.toContain('Eve');
  });
});

describe('the recipe for Cloudflare Workers', () => {
  it('accepts a signed webhook, and rejects a changed one', async () => {
    // What its handlers have seen is reported to the test, because a worker keeps nothing.
    const seen: string[] = [];
    const reports = await startServer((request, response) => {
      seen.push(decodeURIComponent((request.url ?? '').slice(1)));
      response.end();
    });
    const code = preamble
      .replace('new Webhooks()', 'new Webhooks({ secret: env.SECRET })')
      .replace(/console\.log\((.*)\);/, 'return fetch(env.REPORTS + encodeURIComponent($1));');
    const source = join(inject('project'), 'webhooks-worker.ts');
    await writeFile(source, `import { env } from 'cloudflare:workers';\n${code}\n${recipe('Cloudflare Workers')}`);
    const bindings = { SECRET: secret, REPORTS: `${reports.url}/` };
    const url = await serveWorker(await bundleConsumer(source, 'webhooks-worker.mjs'), bindings);
    expect(await deliver(url)).toEqual([204, 400]);
    expect(await deliver(url)).toEqual([204, 400]);
    expect(seen).toEqual([greeting, greeting]);
  });
});
