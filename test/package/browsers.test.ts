import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describeEachBrowserEngine } from '../support/browser-engines.ts';
import { servePage } from '../support/static-server.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { startSuite } from './support/suite-run.ts';

describeEachBrowserEngine('a page', ({ name, open }) => {
  it('uses the installed package, with the API on another origin', async () => {
    const { input, check } = await startSuite();
    const script = await readFile(await bundleConsumer('suite.ts', `page-in-${name.toLowerCase()}.mjs`), 'utf8');
    const page = await servePage(
      '<!doctype html><script type="module">import * as suite from "/page.js"; globalThis.suite = suite;</script>',
      script,
    );
    await using tab = await open();
    await tab.goto(page);

    check(await tab.evaluate(`suite.runSuite(${JSON.stringify(input)})`));

    expect(new URL(input.healthy.baseUrl).origin).not.toBe(new URL(page).origin);
  });
});
