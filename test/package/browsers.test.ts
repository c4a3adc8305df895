import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { browserEngines, waitFor } from '../support/browser-engines.ts';
import { servePage } from '../support/http-server.ts';
import { bundleConsumer } from './support/build-consumer.ts';
import { startSuite } from './support/suite-run.ts';

for (const { name, isInstalled, open } of browserEngines)
  it.runIf(isInstalled)(
    `a page in ${name} uses the installed package, of another origin than the API, and dist/browser.min.js`,
    async () => {
      const { input, check } = await startSuite();
      const script = await readFile(await bundleConsumer('suite.ts', `page-in-${name}.js`, 'iife'), 'utf8');
      const page = await servePage('<!doctype html><script src="/page.js"></script>', script);
      await using tab = await open();
      await tab.goto(page);

      check(await tab.evaluate(`suite.runSuite(${JSON.stringify(input)})`));
      expect(new URL(input.healthy.baseUrl).origin).not.toBe(new URL(page).origin);

      const minified = join(inject('project'), 'node_modules/@example/sdk/dist/browser.min.js');
      const program = `import { Client, NotFoundError } from './page.js';
      const client = new Client(${JSON.stringify({ ...input.healthy, dangerouslyAllowBrowser: true })});
      const error = await client.users.get('user_missing').catch((reason) => reason);
      globalThis.seen = [(await client.projects.list().toArray()).length, error instanceof NotFoundError];`;
      const html = `<!doctype html><script type="module">${program}</script>`;
      await tab.goto(await servePage(html, await readFile(minified, 'utf8')));
      await waitFor(tab, 'globalThis.seen');
      expect(await tab.evaluate('seen')).toEqual([100, true]);
    },
  );
