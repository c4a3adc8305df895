import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { networkRecipe } from '../guides/support/network-recipes.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { startSuite } from './support/suite-run.ts';
import { serveWorker } from './support/workerd.ts';

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
    const source = join(inject('project'), 'service-binding.ts');
    await writeFile(source, networkRecipe('Cloudflare service bindings, 1'));
    const worker = await bundleConsumer(source, 'service-binding.mjs');
    const url = await serveWorker(worker, { EXAMPLE_API_TOKEN: sandbox.apiToken }, { API: host });

    expect(await (await fetch(url)).json()).toHaveLength(20);
    expect(sandbox.requests).toMatchObject([{ method: 'GET', target: '/v1/projects', status: 200 }]);
  });

  // There, a request may not go on with the I/O of another, and timers end with the request that set them.
  it('shares a rate limit between requests that come at once', async () => {
    const { input } = await startSuite();
    const url = await serveWorker(await bundleConsumer('worker.ts', 'worker.mjs'), { LIMITED: input.limited });

    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(url)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });
});
