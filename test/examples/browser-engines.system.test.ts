import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { build } from 'vite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { describeEachBrowserEngine, waitFor } from '../support/browser-engines.ts';
import { serveDirectory } from '../support/static-server.ts';

describeEachBrowserEngine('examples/browser', ({ open }) => {
  it('streams the projects, waits for the rate limit, and creates a user', async () => {
    const sandbox = createSandbox({ projects: 60, rateLimit: { limit: 3, window: 1_000 } });
    onTestFinished(() => sandbox.close());
    const outDir = await mkdtemp(join(tmpdir(), 'browser-example-'));
    onTestFinished(() => rm(outDir, { recursive: true }));
    vi.stubEnv('VITE_EXAMPLE_BASE_URL', (await sandbox.listen()).url);
    vi.stubEnv('VITE_EXAMPLE_API_TOKEN', sandbox.apiToken);
    vi.stubEnv('VITE_EXAMPLE_WINDOW', '1000');
    onTestFinished(() => void vi.unstubAllEnvs());
    const root = join(import.meta.dirname, '../../examples/browser');
    await build({ root, configFile: false, logLevel: 'warn', build: { outDir } });

    await using tab = await open();
    await tab.goto(await serveDirectory(outDir));
    await tab.evaluate(`document.querySelector('#projects-load').click()`);
    await waitFor(tab, `document.querySelector('#projects-count').textContent === '60'`);

    const names = await tab.evaluate(
      `Array.from(document.querySelectorAll('#projects-list strong'), (name) => name.textContent)`,
    );
    const projects = sandbox.state.projects.list();
    expect(names).toEqual(projects.map(({ name }) => name).reverse());

    const fields = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'secure_password' };
    for (const [id, value] of Object.entries(fields))
      await tab.evaluate(`void (document.querySelector('#${id}').value = ${JSON.stringify(value)})`);
    await tab.evaluate(`document.querySelector('#email').form.requestSubmit()`);
    await waitFor(tab, `document.querySelector('#user-message').textContent.includes('Created Ada Lovelace')`);
    expect(sandbox.state.users.list()).toHaveLength(1);
    expect(sandbox.requests.map(({ status }) => status)).not.toContain(429);
  });
});
