import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { bundledText } from '../../build/bundled-text.ts';
import { describeEachBrowserEngine, waitFor } from '../../test/support/browser-engines.ts';
import { serve } from '../../test/support/http-server.ts';

/** What the page does, as a script of its own. */
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

describeEachBrowserEngine('the sandbox', ({ open }) => {
  test('responds in a page without a server, reads bodies and sends webhooks', async () => {
    const { outputFiles } = await build({
      stdin: { contents: program, resolveDir: join(import.meta.dirname, '../src') },
      bundle: true,
      plugins: [bundledText],
      write: false,
      format: 'esm',
      platform: 'browser',
    });
    const { url } = await serve((request, response) => {
      const isPage = request.url === '/';
      response.setHeader('Content-Type', isPage ? 'text/html' : 'text/javascript');
      response.end(isPage ? '<!doctype html><script type="module" src="/page.js"></script>' : outputFiles[0]?.text);
    });
    await using tab = await open();
    await tab.goto(new URL('/', url).href);
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
});
