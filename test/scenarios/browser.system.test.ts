import { join } from 'node:path';
import { build } from 'esbuild';
import { createSandbox } from '@example/sandbox';
import { expect, it, onTestFinished } from 'vitest';
import { servePage } from '../support/static-server.ts';
import { describeInChromium, useChromium } from '../support/use-chromium.ts';

describeInChromium('scenarios in a page', () => {
  const browser = useChromium();

  /** Opens page.ts with an API whose answers take no time. */
  async function open() {
    const sandbox = createSandbox({ users: 1 });
    onTestFinished(() => sandbox.close());
    const { url } = await sandbox.listen();
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, 'page.ts')],
      alias: { '@example/sdk': join(import.meta.dirname, '../../src/index.ts') },
      bundle: true,
      format: 'iife',
      write: false,
      logLevel: 'error',
      tsconfigRaw: {},
    });
    const address = await servePage(
      '<!doctype html><script defer src="/page.js"></script>',
      outputFiles[0]?.text ?? '',
    );
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    const start = () => page.goto(`${address}#${[url, sandbox.apiToken].map(encodeURIComponent).join(',')}`);
    return { page, start, api: `${url}/**`, sandbox };
  }

  it('row 10: is offline for 20 s, and is reloaded four times, and reads all when it is back, the first one within a second', async () => {
    const { page, start, api, sandbox } = await open();
    const shown = () => page.evaluate<{ answered: number; rejected: string[]; limitWaits: number }>('shown');
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000);
    await page.route(api, (route) => route.abort('internetdisconnected'));
    await start();
    for (let load = 0; load < 4; load++) {
      if (load > 0) await page.reload();
      // In steps, so that what is sent fails before more time passes.
      for (let step = 0; step < 50; step++) await page.clock.runFor(100);
    }
    expect(await shown()).toMatchObject({ answered: 0, rejected: [] });

    await page.unroute(api);
    await page.clock.runFor(1_000);
    await expect.poll(async () => (await shown()).answered).toBeGreaterThan(0);
    await page.clock.resume();
    await expect.poll(async () => (await shown()).answered).toBe(20);
    expect(await shown()).toMatchObject({ rejected: [], limitWaits: 0 });
    expect(sandbox.requests.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it('row 19: is mounted, aborted and mounted again: five of five', async () => {
    const { page, start } = await open();
    await start();
    await page.waitForFunction('shown.answered === 20');
    expect(await page.evaluate('mountTwice()')).toBe(5);
  });
});
