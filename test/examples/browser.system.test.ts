import { once } from 'node:events';
import { join } from 'node:path';
import { createSandbox, type SandboxOptions } from '@example/sandbox';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { axeFindings } from '../support/axe.ts';
import { end, startPrinting } from '../support/child-process.ts';
import { serveDirectory } from '../support/static-server.ts';
import { describeInChromium, useChromium } from '../support/use-chromium.ts';

const root = join(import.meta.dirname, '../../examples/browser');

describeInChromium('the page of examples/browser', () => {
  const browser = useChromium();

  /** Builds the page for a local API, and opens it until the test ends. */
  async function open(options: SandboxOptions) {
    const sandbox = createSandbox(options);
    onTestFinished(() => sandbox.close());
    vi.stubEnv('VITE_EXAMPLE_BASE_URL', (await sandbox.listen()).url);
    vi.stubEnv('VITE_EXAMPLE_API_TOKEN', sandbox.apiToken);
    if (options.rateLimit) vi.stubEnv('VITE_EXAMPLE_WINDOW', String(options.rateLimit.window));
    onTestFinished(() => void vi.unstubAllEnvs());
    const outDir = temporaryFolder();
    await build({ root, configFile: false, logLevel: 'warn', build: { outDir } });
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    page.on('pageerror', (error) => expect.fail(error.message));
    await page.clock.install();
    await page.goto(await serveDirectory(outDir));
    return { page, sandbox };
  }

  const loaded = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor();
  const progress = (page: Page) =>
    page.locator('progress').evaluate((bar) => (bar instanceof HTMLProgressElement ? [bar.value, bar.max] : []));
  const limit = (page: Page) => page.getByRole('region', { name: 'Rate limit' });
  const calls = (page: Page) => limit(page).getByText(/^\d+ calls wait, for \d+ s\.$/);

  it('streams the projects, shows how far it is, goes on by itself when the rate limit lets it, and stops when you cancel', async () => {
    const { page, sandbox } = await open({ projects: 100, rateLimit: { limit: 3, window: 60_000 } });
    const button = (name: string) => page.getByRole('button', { name });

    await button('Load projects').click();
    await loaded(page, '54 of 100');
    expect(await progress(page)).toEqual([54, 100]);
    await limit(page).getByText('0 of 3 requests left').waitFor();
    await calls(page).waitFor();
    expect(await axeFindings(page)).toEqual([]);

    const afterNextWindow = async () => {
      sandbox.clock.advance(60_000);
      await page.clock.fastForward(60_000);
      return page.locator('#projects-count').textContent();
    };
    await expect.poll(afterNextWindow, { interval: 500 }).toBe('100');
    expect(await progress(page)).toEqual([100, 100]);

    await button('Load projects').click();
    await calls(page).waitFor();
    await button('Cancel').click();
    await page.getByText('Cancelled at').waitFor();
    await limit(page).getByText('No call waits.').waitFor();
    expect(await button('Load projects').isEnabled()).toBe(true);
    expect(sandbox.requests.map(({ status }) => status)).not.toContain(429);
  });

  it('starts with a local API of its own, node start.ts, and lists the projects of a status', async () => {
    const { child, output } = startPrinting(process.execPath, [join(root, 'start.ts')], {});
    onTestFinished(() => end(child));
    await vi.waitFor(() => expect(output()).toContain('dashboard'), { timeout: 60_000 });
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    await page.goto(/http:\/\/localhost\S+/.exec(output())?.[0] ?? output());
    await page.getByLabel('Status').selectOption('Paused');
    const requested = page.waitForRequest(/\/v1\/projects\?.*status=paused/);
    await page.getByRole('button', { name: 'Load projects' }).click();
    await requested;
    await page.locator('#projects-list li').first().waitFor();

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
