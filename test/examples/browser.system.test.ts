import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { end, startPrinting } from '../support/child-process.ts';
import { describeInChromium, useChromium } from '../support/use-chromium.ts';

const start = join(import.meta.dirname, '../../examples/browser/start.ts');

describeInChromium('the page of examples/browser', () => {
  const browser = useChromium();

  it("lists the local API's projects as they arrive, shows the rate limit, and stops when you cancel", async () => {
    const { child, output } = startPrinting(process.execPath, [start], {});
    onTestFinished(() => end(child));
    await vi.waitFor(() => expect(output()).toContain('dashboard'), { timeout: 60_000 });
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    page.on('pageerror', (error) => expect.fail(error.message));
    await page.goto(/http:\/\/localhost\S+/.exec(output())?.[0] ?? output());
    const button = (name: string) => page.getByRole('button', { name });
    const limit = page.getByRole('region', { name: 'Rate limit' });

    await page.getByLabel('Status').selectOption('Paused');
    const requested = page.waitForRequest(/\/v1\/projects\?.*status=paused/);
    await button('Load projects').click();
    await requested;
    await page.locator('#projects-list li').first().waitFor();
    await limit.getByText(/^\d+ of 20 requests left$/).waitFor();

    // Listing all projects takes more than one window.
    await page.getByLabel('Status').selectOption('All');
    await button('Load projects').click();
    await page.getByText(/^[1-9]\d* of 640$/).waitFor();
    await button('Cancel').click();
    await page.getByText(/^Cancelled at \d+ of 640$/).waitFor();
    await limit.getByText('No call waits.').waitFor();
    expect(await axeFindings(page)).toEqual([]);

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
