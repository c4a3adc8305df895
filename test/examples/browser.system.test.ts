import { once } from 'node:events';
import { join } from 'node:path';
import { createSandbox, type Sandbox, type SandboxOptions } from '@example/sandbox';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { axeFindings } from '../support/axe.ts';
import { end, startPrinting } from '../support/child-process.ts';
import { describeEachBrowserEngine, waitFor } from '../support/browser-engines.ts';
import { serveDirectory } from '../support/static-server.ts';
import { describeInChromium, useChromium } from '../support/use-chromium.ts';

const root = join(import.meta.dirname, '../../examples/browser');

/** Builds the page for a local API, and serves it until the test ends. */
async function serve(options: SandboxOptions): Promise<{ url: string; sandbox: Sandbox }> {
  const sandbox = createSandbox(options);
  onTestFinished(() => sandbox.close());
  const outDir = temporaryFolder();
  vi.stubEnv('VITE_EXAMPLE_BASE_URL', (await sandbox.listen()).url);
  vi.stubEnv('VITE_EXAMPLE_API_TOKEN', sandbox.apiToken);
  if (options.rateLimit) vi.stubEnv('VITE_EXAMPLE_WINDOW', String(options.rateLimit.window));
  onTestFinished(() => void vi.unstubAllEnvs());
  await build({ root, configFile: false, logLevel: 'warn', build: { outDir } });
  return { url: await serveDirectory(outDir), sandbox };
}

describeEachBrowserEngine('examples/browser', ({ open }) => {
  it('streams the projects, and waits for the rate limit', async () => {
    const { url, sandbox } = await serve({ projects: 60, rateLimit: { limit: 3, window: 1_000 } });
    await using tab = await open();
    await tab.goto(url);
    await tab.evaluate(`document.querySelector('#projects-load').click()`);
    await waitFor(tab, `document.querySelector('#projects-count').textContent === '60'`);
    const names = `Array.from(document.querySelectorAll('#projects-list strong'), (name) => name.textContent)`;
    const projects = sandbox.state.projects.list();
    expect(await tab.evaluate(names)).toEqual(projects.map(({ name }) => name).reverse());
    expect(sandbox.requests.map(({ status }) => status)).not.toContain(429);
  });
});

// More than each engine has to show is tried in Chromium.
describeInChromium('the page of examples/browser', () => {
  const browser = useChromium();

  async function open(options: SandboxOptions = {}): Promise<{ page: Page; sandbox: Sandbox }> {
    const { sandbox, url } = await serve(options);
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    onTestFinished(() => expect(problems).toEqual([]));
    await page.clock.install();
    await page.goto(url);
    return { page, sandbox };
  }

  const projectsLoaded = (page: Page, text: string) => page.getByText(text, { exact: true }).waitFor();
  const progress = (page: Page) =>
    page.locator('progress').evaluate((bar) => (bar instanceof HTMLProgressElement ? [bar.value, bar.max] : []));
  const limit = (page: Page) => page.getByRole('region', { name: 'Rate limit' });

  it('shows how far a list is, and goes on by itself when the rate limit lets it', async () => {
    const { page, sandbox } = await open({ projects: 100, rateLimit: { limit: 3, window: 60_000 } });

    await page.getByRole('button', { name: 'Load projects' }).click();
    await projectsLoaded(page, '54 of 100');
    expect(await progress(page)).toEqual([54, 100]);
    await limit(page).getByText('0 of 3 requests left').waitFor();
    await limit(page)
      .getByText(/^4 calls wait, for \d+ s\.$/)
      .waitFor();

    const afterNextWindow = async () => {
      sandbox.clock.advance(60_000);
      await page.clock.fastForward(60_000);
      return page.locator('#projects-count').textContent();
    };
    await expect.poll(afterNextWindow, { interval: 500 }).toBe('100');
    expect(await progress(page)).toEqual([100, 100]);
  });

  it('lists those of a status', async () => {
    const { page } = await open({ projects: [{ status: 'active' }, { status: 'paused', name: 'Moon' }] });

    await page.getByLabel('Status').selectOption('Paused');
    await page.getByRole('button', { name: 'Load projects' }).click();
    await projectsLoaded(page, '1');

    expect(await page.locator('#projects-list strong').allTextContents()).toEqual(['Moon']);
  });

  it('cancels a list, also where it waits for the rate limit', async () => {
    const { page, sandbox } = await open({ projects: 100, rateLimit: { limit: 2, window: 60_000 } });
    const section = page.getByRole('region', { name: 'Projects' });

    await section.getByRole('button', { name: 'Load projects' }).click();
    await projectsLoaded(page, '38 of 100');
    await section.getByRole('button', { name: 'Cancel' }).click();
    await projectsLoaded(page, 'Cancelled at 38 of 100');

    expect(await section.getByRole('button', { name: 'Load projects' }).isEnabled()).toBe(true);
    await limit(page).getByText('No call waits.').waitFor();
    expect(sandbox.requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
  });

  it('is accessible in light and dark, and fits a wide and a narrow window', async () => {
    const { page } = await open({ projects: 100, rateLimit: { limit: 2, window: 60_000 } });
    await page.getByRole('button', { name: 'Load projects' }).click();
    await projectsLoaded(page, '38 of 100');
    await page.getByText(/^\d+ calls wait, for \d+ s\.$/).waitFor();

    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 375]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 800 });

        expect([colorScheme, width, await axeFindings(page)]).toEqual([colorScheme, width, []]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      }
    }
  });

  it('starts with a local API of its own: node start.ts', async () => {
    const { child, output } = startPrinting(process.execPath, [join(root, 'start.ts')], {});
    onTestFinished(() => end(child));
    await vi.waitFor(() => expect(output()).toContain('dashboard'), { timeout: 60_000 });
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    await page.goto(/http:\/\/localhost\S+/.exec(output())?.[0] ?? output());
    await page.getByRole('button', { name: 'Load projects' }).click();
    await page.locator('#projects-list li').first().waitFor();

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
