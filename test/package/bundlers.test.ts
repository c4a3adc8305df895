import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launch } from '../support/chromium.ts';
import type { runSuite } from './consumer/suite.ts';
import { buildConsumer } from './support/build-consumer.ts';
import { buildPage, bundlers, packagesIn } from './support/bundlers.ts';
import { recordAsCompatible } from './support/compatibility.ts';
import { serveDirectory } from '../support/static-server.ts';
import { startSuite } from './support/suite-run.ts';
import { versionOf } from './support/tools.ts';

if (!hasChromium) {
  console.warn('What bundlers build is not tried in a browser: install Chromium (apt-get install chromium).');
}

describe.each(bundlers)('$subject', (bundler) => {
  describe.runIf(hasChromium || process.env['CI'] !== undefined)('builds a page', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser.close());

    it('that uses the API, which is on another origin', async () => {
      const { input, check } = await startSuite();
      const program = await readFile(await buildConsumer('page.ts', `${bundler.name}.mjs`, 'esm'), 'utf8');
      const url = await serveDirectory(await buildPage(bundler, program));
      const page = await browser.newPage();
      await page.goto(url);

      // Set by consumer/page.ts.
      const result = await page.evaluate(
        (given) => (globalThis as unknown as { runSuite: typeof runSuite }).runSuite(given),
        input,
      );

      check(result);
      expect(new URL(input.healthy.baseUrl).origin).not.toBe(new URL(url).origin);
      const { subject, name } = bundler;
      recordAsCompatible({ section: 'Bundler', subject, version: versionOf(name), moduleKind: 'ES module' });
    });
  });

  it.each([
    ['the client', 'Client', '@example/sdk', ['ky', 'zod', 'eventemitter3']],
    ['an error class', 'NotFoundError', '@example/sdk', []],
    ['verifyWebhook', 'verifyWebhook', '@example/sdk/webhooks', []],
  ])('brings what %s needs of the bundled packages, and no more', async (_, name, from, packages) => {
    const page = await buildPage(bundler, `import { ${name} } from '${from}'; globalThis.imported = ${name};`);

    expect(await packagesIn(page)).toEqual(packages);
  });
});
