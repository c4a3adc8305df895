import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type * as Sandbox from '@example/sandbox';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { bundledText } from '../../build/bundled-text.ts';
import { hasChromium, launch } from '../../test/support/chromium.ts';

describe.runIf(hasChromium || process.env['CI'] !== undefined)('in a browser page', () => {
  test('sandbox.fetch works without a server, including password hashing and webhooks', async () => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, '../src/browser.ts')],
      bundle: true,
      plugins: [bundledText],
      write: false,
      format: 'esm',
      platform: 'browser',
    });
    const server = createServer(({ url = '/' }, response) => {
      response.setHeader('Content-Type', url === '/' ? 'text/html' : 'text/javascript');
      response.end(
        url === '/'
          ? '<!doctype html><script type="module">import * as module from "/page.js"; globalThis.sandbox = module;</script>'
          : outputFiles[0]?.text,
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const result = await page.evaluate(async () => {
        const { createSandbox } = (globalThis as unknown as { sandbox: typeof Sandbox }).sandbox;
        const events: unknown[] = [];
        const sandbox = createSandbox({
          webhooks: {
            endpoints: [{ url: 'https://app.example.com/webhooks' }],
            fetch: (_, init) => {
              events.push(init.body);
              return Promise.resolve(new Response());
            },
          },
        });
        const headers = { Authorization: `Bearer ${sandbox.apiToken}`, 'Content-Type': 'application/json' };
        const body = JSON.stringify({ name: 'John Doe', email: 'john@example.com', password: 'secure_password' });
        const created = await sandbox.fetch(`${sandbox.baseUrl}/users`, { method: 'POST', headers, body });
        await sandbox.webhooks.flush();
        const list = await sandbox.fetch(`${sandbox.baseUrl}/projects`, { headers });
        return {
          statuses: [created.status, list.status],
          date: list.headers.get('date'),
          remaining: list.headers.get('x-ratelimit-remaining'),
          events: events.length,
        };
      });
      expect(result).toEqual({
        statuses: [201, 200],
        date: expect.stringMatching(/GMT$/) as unknown,
        remaining: '98',
        events: 1,
      });
    } finally {
      await browser.close();
      server.close();
    }
  });
});
