import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { preamble, recipe } from '../frameworks/support/recipes.ts';
import { codeOf } from '../guides/support/code-blocks.ts';
import { startServer } from '../support/http-server.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { startSuite } from './support/suite-run.ts';
import { serveWorker } from './support/workerd.ts';

/** Bundles a Worker of the text, and serves it. */
async function serveText(name: string, text: string, ...bindings: [object, Record<string, string>?]): Promise<string> {
  const source = join(inject('project'), `${name}.ts`);
  await writeFile(source, text);
  const [values, services] = bindings;
  return serveWorker(await bundleConsumer(source, `${name}.mjs`), { ...values }, services);
}

const serveConsumer = async (bindings: Record<string, unknown>) =>
  serveWorker(await bundleConsumer('worker.ts', 'worker.mjs'), bindings);

// There, a request may not go on with the I/O of another, and timers end with the request that set them.
it('a Cloudflare Worker uses the installed package, and its requests share a rate limit', async () => {
  const { input, check } = await startSuite();
  const url = await serveConsumer({ INPUT: input, API: input.limited });

  const answer = (await (await fetch(`${url}/suite`)).json()) as { userAgent: string; suite: unknown }; // worker.ts
  expect(answer.userAgent).toBe('Cloudflare-Workers');
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/user_123`)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  check(answer.suite);
});

it('a Cloudflare Worker calls an API through a service binding, as in docs/networks.md', async () => {
  const sandbox = createSandbox();
  onTestFinished(() => sandbox.close());
  // The Worker names the API's own host.
  const { host } = new URL((await sandbox.listen({ allowedHosts: ['api.example.com'] })).url);
  const text = codeOf('docs/networks.md: Cloudflare service bindings, 1');
  const url = await serveText('service-binding', text, { EXAMPLE_API_TOKEN: sandbox.apiToken }, { API: host });

  expect(await (await fetch(url)).json()).toHaveLength(20);
  expect(sandbox.requests).toMatchObject([{ method: 'GET', target: '/v1/projects', status: 200 }]);
});

it('a Cloudflare Worker has a recipe for webhooks, which accepts a signed one, and rejects a changed one', async () => {
  // What its handlers have seen is reported to the test, because a worker keeps nothing.
  const seen: string[] = [];
  const reports = await startServer((request, response) => {
    seen.push(decodeURIComponent((request.url ?? '').slice(1)));
    response.end();
  });
  const code = preamble
    .replace('new Webhooks()', 'new Webhooks({ secret: env.SECRET })')
    .replace(/console\.log\((.*)\);/, 'return fetch(env.REPORTS + encodeURIComponent($1));');
  const text = `import { env } from 'cloudflare:workers';\n${code}\n${recipe('Cloudflare Workers')}`;
  const url = await serveText('webhooks', text, { SECRET: secret, REPORTS: `${reports.url}/` });
  const event = { ...userCreated, data: { ...userCreated.data, name: 'Zoë 👋' } };

  for (let delivery = 0; delivery < 2; delivery++) {
    const { body, ...rest } = await signed(event);
    expect((await fetch(url, { ...rest, body })).status).toBe(204);
    expect((await fetch(url, { ...rest, body: body.replace('Zoë', 'Eve') })).status).toBe(400);
  }
  expect(seen).toEqual(['Welcome, Zoë 👋!', 'Welcome, Zoë 👋!']);
});

// In an outage, the caller of the request that tries leaves.
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
  const worker = await serveConsumer({ API: { baseUrl: `${api.url}/v1`, apiToken: 'token' } });
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
