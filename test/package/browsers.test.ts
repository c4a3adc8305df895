import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { expect, inject, it, onTestFinished } from 'vitest';
import { describeEachBrowserEngine } from '../support/browser-engines.ts';
import { serveDirectory, servePage } from '../support/static-server.ts';
import { describeInChromium, useChromium } from '../support/use-chromium.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { startSuite } from './support/suite-run.ts';

describeEachBrowserEngine('a page', ({ name, open }) => {
  it('uses the installed package, with the API on another origin', async () => {
    const { input, check } = await startSuite();
    const script = await readFile(await bundleConsumer('suite.ts', `page-in-${name}.js`, 'iife'), 'utf8');
    const page = await servePage('<!doctype html><script src="/page.js"></script>', script);
    await using tab = await open();
    await tab.goto(page);

    check(await tab.evaluate(`suite.runSuite(${JSON.stringify(input)})`));
    expect(new URL(input.healthy.baseUrl).origin).not.toBe(new URL(page).origin);
  });
});

describeInChromium('a page without a bundler', () => {
  const browser = useChromium();

  it('needs dist/browser.min.js, and no other file', async () => {
    const sandbox = createSandbox({ projects: 45 });
    onTestFinished(() => sandbox.close());
    const { apiToken } = sandbox;
    const options = { baseUrl: (await sandbox.listen()).url, apiToken, dangerouslyAllowBrowser: true };
    const page = await browser().newPage();
    // Any address of that origin.
    await page.goto(`${await serveDirectory(join(inject('project'), 'node_modules/@example/sdk/dist'))}index.js`);
    const requested: string[] = [];
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));

    await page.setContent(`
      <script type="module">
        import { Client, NotFoundError } from './browser.min.js';

        const client = new Client(${JSON.stringify(options)});
        const projects = await client.projects.list().toArray();
        const error = await client.users.get('user_missing').catch((reason) => reason);
        globalThis.seen = [projects.length, error instanceof NotFoundError];
      </script>`);
    await page.waitForFunction('globalThis.seen');

    expect(await page.evaluate('seen')).toEqual([45, true]);
    expect(requested.filter((path) => !path.startsWith('/v1/'))).toEqual(['/browser.min.js']);
  });
});
