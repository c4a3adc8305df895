import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createSandbox } from '@example/sandbox';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { preamble, recipe } from '../frameworks/support/recipes.ts';
import { codeOf } from '../guides/support/code-blocks.ts';
import { end, start } from '../support/child-process.ts';
import { startServer } from '../support/http-server.ts';
import { tool } from '../support/tools.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { startSuite } from './support/suite-run.ts';

/**
 * Serves a worker from `consumer/`, or from a string, with workerd, Cloudflare's own runtime. Returns its URL.
 *
 * @param bindings What the worker finds in `env`.
 * @param services The services in `env`, each the host and port of a server.
 */
async function serveWorker(name: string, bindings: object, services: object = {}, text?: string): Promise<string> {
  const source = text === undefined ? `${name}.ts` : join(inject('project'), `${name}.ts`);
  if (text !== undefined) await writeFile(source, text);
  const file = await bundleConsumer(source, `${name}.mjs`);
  // Strings in Cap'n Proto's language are JSON strings.
  const values = Object.entries(bindings).map(
    ([name, value]) => `(name = "${name}", json = ${JSON.stringify(JSON.stringify(value))})`,
  );
  const bound = Object.keys(services).map((name) => `(name = "${name}", service = "${name}")`);
  const servers = Object.entries(services).map(
    ([name, address]) => `(name = "${name}", external = (address = "${address}", http = ())),`,
  );
  // The test's API is on this machine, which workers can't reach by default.
  const config = `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = (
          modules = [(name = "worker", esModule = embed "${basename(file)}")],
          compatibilityDate = "2026-01-01",
          bindings = [${[...values, ...bound].join(', ')}],
        )),
        ${servers.join('\n')}
        (name = "internet", network = (allow = ["private", "public"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );`;
  await writeFile(`${file}.capnp`, config);
  const workerd = start(tool('.bin/workerd'), ['serve', `${file}.capnp`, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  onTestFinished(() => end(workerd));
  // On the fourth stdio stream, workerd says which port it got.
  for await (const line of createInterface(workerd.stdio[3] as Readable)) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number };
    if (event === 'listen' && port !== undefined) return `http://127.0.0.1:${port}`;
  }
  throw new Error('workerd ended before it listened.');
}

// In a Worker, a request can't use another request's I/O, and timers end with the request that set them.
it('a Cloudflare Worker uses the installed package, and its requests share a rate limit', async () => {
  const { input, check } = await startSuite();
  const url = await serveWorker('worker', { INPUT: input, API: input.limited });

  const answer = (await (await fetch(`${url}/suite`)).json()) as { userAgent: string; suite: unknown }; // worker.ts
  expect(answer.userAgent).toBe('Cloudflare-Workers');
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/user_123`)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  check(answer.suite);
});

it('a Cloudflare Worker calls an API through a service binding, as in docs/networks.md', async () => {
  const sandbox = createSandbox();
  onTestFinished(() => sandbox.close());
  // The Worker calls the API by its public host name.
  const { host } = new URL((await sandbox.listen({ allowedHosts: ['api.example.com'] })).url);
  const text = codeOf('docs/networks.md: Cloudflare service bindings, 1');
  const url = await serveWorker('service-binding', { EXAMPLE_API_TOKEN: sandbox.apiToken }, { API: host }, text);

  expect(await (await fetch(url)).json()).toHaveLength(20);
  expect(sandbox.requests).toMatchObject([{ method: 'GET', target: '/v1/projects', status: 200 }]);
});

it('a Cloudflare Worker has a recipe for webhooks, which accepts signed ones, and rejects changed ones', async () => {
  // The handlers report to the test what they saw, because a worker keeps no state.
  const seen: string[] = [];
  const reports = await startServer((request, response) => {
    seen.push(decodeURIComponent((request.url ?? '').slice(1)));
    response.end();
  });
  const code = preamble
    .replace('new Webhooks()', 'new Webhooks({ secret: env.SECRET })')
    .replace(/console\.log\((.*)\);/, 'return fetch(env.REPORTS + encodeURIComponent($1));');
  const text = `import { env } from 'cloudflare:workers';\n${code}\n${recipe('Cloudflare Workers')}`;
  const url = await serveWorker('webhooks', { SECRET: secret, REPORTS: `${reports.url}/` }, {}, text);
  const event = { ...userCreated, data: { ...userCreated.data, name: 'Zoë 👋' } };

  for (let delivery = 0; delivery < 2; delivery++) {
    const { body, ...rest } = await signed(event);
    expect((await fetch(url, { ...rest, body })).status).toBe(204);
    expect((await fetch(url, { ...rest, body: body.replace('Zoë', 'Eve') })).status).toBe(400);
  }
  expect(seen).toEqual(['Welcome, Zoë 👋!', 'Welcome, Zoë 👋!']);
});

// In an outage, the caller whose request probes the API leaves.
it.each(['signal', 'user'])('row 19 of scenarios, in a Worker: one call leaves, four go on (/%s_…)', async (name) => {
  let mode: 'fails' | 'hangs' | 'works' = 'fails';
  const asked = new Set<string>();
  const hangs = Promise.withResolvers<string>();
  const api = await startServer(({ url = '' }, response) => {
    const id = url.replace('/v1/users/', '');
    asked.add(id);
    if (mode === 'hangs') {
      mode = 'works';
      hangs.resolve(id);
      return;
    }
    response.writeHead(mode === 'works' ? 200 : 500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 'user_1', name: '', email: '', created_at: '' }));
  });
  const worker = await serveWorker('worker', { API: { baseUrl: `${api.url}/v1`, apiToken: 'token' } });
  const callers = new Map(Array.from({ length: 5 }, (_, index) => [`${name}_${index}`, new AbortController()]));
  const calls = Array.from(callers, ([id, { signal }]) => fetch(`${worker}/${id}`, { signal }));
  const settled = Promise.allSettled(calls);
  await vi.waitFor(() => expect(asked.size).toBeGreaterThan(1), { timeout: 30_000 });

  mode = 'hangs';
  const tries = await hangs.promise;
  callers.get(tries)?.abort();

  const statuses = (await settled).map((each) => (each.status === 'fulfilled' ? each.value.status : 'gone'));
  expect(statuses).toEqual(Array.from(callers.keys(), (id) => (id === tries ? 'gone' : 200)));
});
