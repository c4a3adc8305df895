import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hasChromium, launch } from '../support/chromium.ts';
import { serve } from '../support/http-server.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { recordAsCompatible } from './support/compatibility.ts';
import { startSuite } from './support/suite-run.ts';
import type * as Suite from './consumer/suite.ts';

if (!hasChromium) {
  console.warn('No browser was tried, its row is as it was: install Chromium (apt-get install chromium).');
}

describe.runIf(hasChromium || process.env['CI'] !== undefined)('a page in Chromium', () => {
  it('uses the installed package, with the API on another origin', async () => {
    const { input, check } = await startSuite();
    const script = await readFile(await bundleConsumer('suite.ts', 'page.mjs'));
    const html =
      '<!doctype html><script type="module">import * as suite from "/page.mjs"; globalThis.suite = suite;</script>';
    const site = await serve(({ url }, response) => {
      const isScript = url === '/page.mjs';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : html);
    });
    await using browser = await launch();
    const page = await browser.newPage();
    await page.goto(new URL('/', site.url).href);

    // Set by the page's own script.
    const result = await page.evaluate(
      (given) => (globalThis as unknown as { suite: typeof Suite }).suite.runSuite(given),
      input,
    );

    check(result);
    expect(new URL(input.healthy.baseUrl).origin).not.toBe(new URL(site.url).origin);
    // Its version is the machine's.
    recordAsCompatible({ section: 'Runtime', subject: 'Browsers (Chromium)', moduleKind: 'ES module' });
  });
});
