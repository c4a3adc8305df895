import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { preamble, recipe } from '../frameworks/support/recipes.ts';
import { networkRecipe } from '../guides/support/network-recipes.ts';
import { startServer } from '../support/http-server.ts';
import { secret, signed, userCreated } from '../webhooks/support/signed-request.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { startSuite } from './support/suite-run.ts';
import { serveWorker } from './support/workerd.ts';

/** Bundles a Worker of the text, and serves it. */
async function serveText(name: string, text: string, ...bindings: [object, Record<string, string>?]): Promise<string> {
  const source = join(inject('project'), `${name}.ts`);
  await writeFile(source, text);
  return serveWorker(await bundleConsumer(source, `${name}.mjs`), ...bindings);
}

describe('a Cloudflare Worker', () => {
  it('uses the installed package', async () => {
    const { input, check } = await startSuite();
    const url = await serveWorker(await bundleConsumer('worker.ts', 'worker.mjs'), { INPUT: input });

    const answer: unknown = await (await fetch(`${url}/suite`)).json();

    expect(answer).toEqual({ userAgent: 'Cloudflare-Workers', suite: expect.anything() });
    // Shown by the line above.
    check((answer as { suite: unknown }).suite);
  });

  it('calls an API through a service binding, as in docs/networks.md', async () => {
    const sandbox = createSandbox();
    onTestFinished(() => sandbox.close());
    // The Worker names the API's own host.
    const { host } = new URL((await sandbox.listen({ allowedHosts: ['api.example.com'] })).url);
    const text = networkRecipe('Cloudflare service bindings, 1');
    const url = await serveText('service-binding', text, { EXAMPLE_API_TOKEN: sandbox.apiToken }, { API: host });

    expect(await (await fetch(url)).json()).toHaveLength(20);
    expect(sandbox.requests).toMatchObject([{ method: 'GET', target: '/v1/projects', status: 200 }]);
  });

  // There, a request may not go on with the I/O of another, and timers end with the request that set them.
  it('shares a rate limit between requests that come at once', async () => {
    const sandbox = createSandbox({ users: 1, rateLimit: { limit: 2, window: 1_000 } });
    onTestFinished(() => sandbox.close());
    const API = { baseUrl: (await sandbox.listen()).url, apiToken: sandbox.apiToken };
    const url = await serveWorker(await bundleConsumer('worker.ts', 'worker.mjs'), { API });

    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/user_123`)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('has a recipe for webhooks, which accepts a signed one, and rejects a changed one', async () => {
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
});

describe('row 19 of main street, in a Worker: five calls wait in an outage, and the one that tries', () => {
  it.each(['signal', 'user'])('is cancelled with its caller: the others go on (/%s_…)', async (name) => {
    let mode: 'fails' | 'hangs' | 'works' = 'fails';
    const asked: string[] = [];
    const api = await startServer(({ url = '' }, response) => {
      asked.push(url.replace('/v1/users/', ''));
      if (mode === 'hangs') return;
      response.writeHead(mode === 'works' ? 200 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'user_1', name: '', email: '', created_at: '' }));
    });
    const API = { baseUrl: `${api.url}/v1`, apiToken: 'token' };
    const worker = await serveWorker(await bundleConsumer('worker.ts', 'worker.mjs'), { API });
    const callers = new Map(Array.from({ length: 5 }, (_, index) => [`${name}_${index}`, new AbortController()]));
    const calls = Array.from(callers, ([id, { signal }]) => fetch(`${worker}/${id}`, { signal }));
    const settled = Promise.allSettled(calls);
    await vi.waitFor(() => expect(new Set(asked).size).toBeGreaterThan(1), { timeout: 30_000 });

    // The API does not answer what tries then, whose caller leaves.
    mode = 'hangs';
    const before = asked.length;
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before), { timeout: 30_000 });
    mode = 'works';
    const tries = asked[before] ?? '';
    callers.get(tries)?.abort();

    const results = await settled;
    const statuses = results.map((each) => (each.status === 'fulfilled' ? each.value.status : 'gone'));
    expect(statuses.toSorted()).toEqual([200, 200, 200, 200, 'gone']);
    expect(statuses[[...callers.keys()].indexOf(tries)]).toBe('gone');
  });
});
