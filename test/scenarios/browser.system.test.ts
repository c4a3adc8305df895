import { join } from 'node:path';
import { build } from 'esbuild';
import { createSandbox } from '@example/sandbox';
import { expect, it, onTestFinished } from 'vitest';
import { servePage } from '../support/static-server.ts';
import { describeInChromium, useChromium } from '../support/use-chromium.ts';

describeInChromium('main street in a page', () => {
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

  it('row 10: is offline for 8 s (20 s shortened by 2.5), and is reloaded four times, and reads all when it is back', async () => {
    const { page, start, api } = await open();
    await page.route(api, (route) => route.abort('internetdisconnected'));
    await start();
    for (let reload = 0; reload < 3; reload++) {
      await page.waitForTimeout(2_000);
      await page.reload();
    }
    await page.waitForTimeout(2_000);
    await page.unroute(api);

    await page.waitForFunction('shown.answered === 20');
    const shown = await page.evaluate<{ firstAt: number; rejected: string[]; limitWaits: number }>('shown');
    expect(shown).toMatchObject({ rejected: [], limitWaits: 0 });
  });

  it('row 19: is mounted, aborted and mounted again: five of five', async () => {
    const { page, start } = await open();
    await start();
    await page.waitForFunction('shown.answered === 20');
    expect(await page.evaluate('mountTwice()')).toBe(5);
  });
});
