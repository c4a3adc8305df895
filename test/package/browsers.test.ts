import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describeEachBrowserEngine } from '../support/browser-engines.ts';
import { serve } from '../support/http-server.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { startSuite } from './support/suite-run.ts';

describeEachBrowserEngine('a page', ({ name, open }) => {
  it('uses the installed package, with the API on another origin', async () => {
    const { input, check } = await startSuite();
    const script = await readFile(await bundleConsumer('suite.ts', `page-in-${name.toLowerCase()}.mjs`));
    const html =
      '<!doctype html><script type="module">import * as suite from "/page.mjs"; globalThis.suite = suite;</script>';
    const site = await serve(({ url }, response) => {
      const isScript = url === '/page.mjs';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : html);
    });
    await using tab = await open();
    await tab.goto(new URL('/', site.url).href);

    check(await tab.evaluate(`suite.runSuite(${JSON.stringify(input)})`));

    expect(new URL(input.healthy.baseUrl).origin).not.toBe(new URL(site.url).origin);
  });
});
