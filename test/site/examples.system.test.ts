import { expect, it, vi } from 'vitest';
import { readFileSync } from 'node:fs';
import { runnable } from '../../site/build/examples.ts';
import { pages as all, root } from '../../site/build/pages.ts';
import { axeFindings } from '../support/axe.ts';
import { describeSite, ended, run } from './support/site.ts';

const pages = all.flatMap(({ address, file }) => {
  const count = file.startsWith('site/') ? 0 : (readFileSync(`${root}${file}`, 'utf8').match(runnable)?.length ?? 0);
  return count === 0 ? [] : [{ address, count }];
});

/** A busy machine takes its time to start and end a worker. */
const patience = { timeout: 60_000 };

describeSite('the examples of the guides', (open) => {
  it.each(pages)('prints something beside the button of each example of /$address/', async ({ address, count }) => {
    await using page = await open(`${address}/`, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    expect(await page.locator('.run-example').count()).toBe(count);
    for (let example = 0; example < count; example += 1) {
      await page.locator('.run-example a').first().click();
      const { status, console } = await ended(page);
      expect({ address, example, status }).toMatchObject({ status: expect.stringMatching(/^Done\. /) });
      expect(console).toMatch(/\w/);
      // On a phone, too, what it prints is in the window with the button.
      const [button, output] = await Promise.all(
        ['[name=run]', '[data-part=console]'].map((selector) => page.locator(`.playground ${selector}`).boundingBox()),
      );
      expect(output!.y - button!.y).toBeLessThan(500);
      await page.click('[name=close]');
      await page
        .locator('.run-example')
        .first()
        .evaluate((each) => each.remove());
      expect(page.workers()).toEqual([]);
    }
  });

  it('opens one once, edits and shares it, and gives its place back with nothing left running', async () => {
    await using page = await open('guides/pagination/', { permissions: ['clipboard-write'] });
    await page.evaluate(`for (let i = 0; i < 2; i++) document.querySelector('.run-example a').click()`);
    await ended(page);
    expect(await page.locator('.playground').count()).toBe(1);
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
      expect(await axeFindings(page, '.playground')).toEqual([]);
    }

    await page.fill('.cm-content', `console.log('edited');`);
    expect((await run(page)).console).toBe('edited\n');
    await page.click('[name=share]');
    const address = await page.getAttribute('[data-part=shared] a', 'href');
    await page.fill('.cm-content', 'for (;;);');
    await page.click('[name=run]');
    await vi.waitFor(() => expect(page.workers()).toHaveLength(1), patience);
    await page.click('[name=close]');
    await vi.waitFor(() => expect(page.workers()).toEqual([]), patience);
    expect(await page.locator('.playground').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Run this example');

    await page.goto(address ?? '');
    await page.waitForSelector('.cm-content');
    expect(await page.textContent('.cm-content')).toBe(`console.log('edited');`);
  });
});
