import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bundledText } from '../../build/bundled-text.ts';
import { browserEngines, type Tab, waitFor } from '../../test/support/browser-engines.ts';
import { servePage } from '../../test/support/http-server.ts';

/** What the page does, as its own script. */
const program = `
  import { createSandbox } from './browser.ts';
  const events = [];
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/webhooks' }],
      fetch: (_, init) => {
        events.push(init.body);
        return Promise.resolve(new Response('thanks'));
      },
    },
  });
  const headers = { Authorization: 'Bearer ' + sandbox.apiToken, 'Content-Type': 'application/json' };
  const body = JSON.stringify({ name: 'John Doe', email: 'john@example.com', password: 'secure_password' });
  const created = await sandbox.fetch(sandbox.baseUrl + '/users', { method: 'POST', headers, body });
  const large = await sandbox.fetch(sandbox.baseUrl + '/users', { method: 'POST', headers, body: ' '.repeat(1_000_001) });
  await sandbox.webhooks.flush();
  const list = await sandbox.fetch(sandbox.baseUrl + '/projects', { headers });
  globalThis.result = JSON.stringify({
    statuses: [created.status, large.status, list.status],
    url: list.url,
    date: list.headers.get('date'),
    remaining: list.headers.get('x-ratelimit-remaining'),
    events: events.length,
    recorded: sandbox.requests[0].body.name,
    received: sandbox.webhooks.deliveries[0].attempts[0].responseBody,
  });
`;

for (const { name, isInstalled, open } of browserEngines)
  describe.runIf(isInstalled)(`the sandbox in ${name}`, () => {
    let tab: Tab;
    beforeAll(async () => {
      tab = await open();
    });
    afterAll(() => tab[Symbol.asyncDispose]());

    test('responds in a page without a server, and supports bodies, password hashing and webhooks', async () => {
      const { outputFiles } = await build({
        stdin: { contents: program, resolveDir: join(import.meta.dirname, '../src') },
        bundle: true,
        plugins: [bundledText],
        write: false,
        format: 'esm',
        platform: 'browser',
      });
      const html = '<!doctype html><script type="module" src="/page.js"></script>';
      await tab.goto(await servePage(html, outputFiles[0]?.text ?? ''));
      await waitFor(tab, 'globalThis.result');
      expect(JSON.parse(String(await tab.evaluate('globalThis.result')))).toEqual({
        statuses: [201, 413, 200],
        url: 'https://api.example.com/v1/projects',
        date: expect.stringMatching(/GMT$/),
        remaining: '97',
        events: 1,
        recorded: 'John Doe',
        received: 'thanks',
      });
    });

    test('has a dashboard that shows requests as they arrive, and creates tokens', async () => {
      const sandbox = createSandbox();
      onTestFinished(() => sandbox.close());
      const { url } = await sandbox.listen();
      const headers = { Authorization: `Bearer ${sandbox.apiToken}` };

      await tab.goto(new URL('/dashboard/requests', url).href);
      await waitFor(tab, `document.querySelector('#connection[data-state="connected"]')`);
      await fetch(`${url}/projects?per_page=1`, { headers });
      await waitFor(tab, `document.querySelector('.rows > li')?.textContent.includes('/v1/projects?per_page=1')`);

      await tab.goto(new URL('/dashboard/api-tokens', url).href);
      await tab.evaluate(`document.querySelector('[commandfor="create"]').click()`);
      await waitFor(tab, `document.querySelector('input[name="name"]').checkVisibility()`);
      await tab.evaluate(`void (document.querySelector('input[name="name"]').value = 'CI <main>')`);
      await tab.evaluate(`document.querySelector('button[value="create"]').click()`);
      await waitFor(tab, `document.body?.textContent.includes('“CI <main>” created')`);

      expect(sandbox.state.tokens.list().map(({ name }) => name)).toContain('CI <main>');
    });
  });
