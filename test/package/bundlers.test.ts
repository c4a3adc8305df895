import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSandbox } from '@example/sandbox';
import { expect, inject, it, onTestFinished } from 'vitest';
import { serveDirectory } from '../support/static-server.ts';
import { describeInChromium, useChromium } from '../support/use-chromium.ts';
import type { useSandbox } from './consumer/sandbox.ts';
import type { runSuite } from './consumer/suite.ts';
import { buildConsumer } from './support/build-consumer.ts';
import { buildPage, bundlers, packagesIn } from './support/bundlers.ts';
import { expectedOfSandbox, startSuite } from './support/suite-run.ts';

describeInChromium('a page in Chromium', () => {
  const browser = useChromium();

  async function open(url: string) {
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    await page.goto(url);
    return page;
  }

  it.each(bundlers)('of $subject uses the API, which is on another origin, and the sandbox', async (bundler) => {
    const { input, check } = await startSuite();
    const program = await readFile(await buildConsumer('page.ts', `${bundler.name}.mjs`), 'utf8');
    const { args, argsForLargePage = [] } = bundler;
    const directory = await buildPage({ ...bundler, args: [...args, ...argsForLargePage] }, program);
    const url = await serveDirectory(directory);
    const page = await open(url);

    const [suite, sandbox] = await page.evaluate(async (given) => {
      // Set by consumer/page.ts.
      const set = globalThis as unknown as { runSuite: typeof runSuite; useSandbox: typeof useSandbox };
      return [await set.runSuite(given), await set.useSandbox()];
    }, input);

    check(suite);
    expect(sandbox).toEqual(expectedOfSandbox.sandbox);
    expect(new URL(input.healthy.baseUrl).origin).not.toBe(new URL(url).origin);
    expect(await packagesIn(directory)).toEqual(['ky', 'zod', 'eventemitter3']);
  });

  it('needs no bundler with dist/browser.min.js, and no other file', async () => {
    const sandbox = createSandbox({ projects: 45 });
    onTestFinished(() => sandbox.close());
    const { apiToken } = sandbox;
    const options = { baseUrl: (await sandbox.listen()).url, apiToken, dangerouslyAllowBrowser: true };
    const directory = join(inject('project'), 'node_modules/@example/sdk/dist');
    // Any address of that origin.
    const page = await open(`${await serveDirectory(directory)}index.js`);
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

it.each(bundlers)('$subject brings nothing of the bundled packages that is not needed', async (bundler) => {
  const program = `import { NotFoundError } from '@example/sdk';
    import { verifyWebhook } from '@example/sdk/webhooks';
    globalThis.imported = [NotFoundError, verifyWebhook];`;

  expect(await packagesIn(await buildPage(bundler, program))).toEqual([]);
});
