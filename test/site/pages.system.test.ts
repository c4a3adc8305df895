import { expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { hidden, mainKinds, partOf } from './support/pages.ts';
import { describeSite, origin } from './support/site.ts';

/** The last one is the page for wrong addresses. */
const otherKinds = ['guides/webhooks/', 'reference/benchmarks/', 'project/changelog/', 'api/', '404.html'];

const wide = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

/** How much has moved since the page was opened: layout shifts, except those after an input. */
const shifts = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(sum), 500);
})`;

describeSite('the pages of the site', (open) => {
  it.each([...mainKinds, ...otherKinds])(
    'passes axe, hides nothing, and moves nothing after it is shown: /%s',
    async (path) => {
      for (const [viewport, colorScheme] of [
        [wide, 'light'],
        [phone, 'dark'],
      ] as const) {
        await using page = await open(path, { viewport, colorScheme });
        await page.waitForLoadState('networkidle');
        expect(await page.evaluate(shifts), `at ${viewport.width}`).toBeLessThan(0.01);
        expect(await page.evaluate(`(${hidden})(document)`), `at ${viewport.width}`).toEqual([]);
        expect(await axeFindings(page, partOf(path)), colorScheme).toEqual([]);
      }
    },
  );

  it('links to the guides, the reference, the playground and the project from each page, even on a phone', async () => {
    await using page = await open('404.html');
    for (const path of ['', 'playground/', '404.html', 'guides/webhooks/']) {
      for (const size of [wide, phone]) {
        await page.setViewportSize(size);
        await page.goto(origin + path);
        const menu = page.getByRole('button', { name: 'Menu' });
        if (await menu.isVisible()) await menu.click();
        for (const name of ['Guides', 'API', 'Playground', 'Project'])
          await page.getByRole('link', { name, exact: true }).filter({ visible: true }).first().waitFor();
      }
      expect(await axeFindings(page, { exclude: ['.expressive-code'] })).toEqual([]);
    }
  });

  it.each([
    ['start/', 'main', 'console.log(id, name)'],
    ['api/', '#starlight__sidebar', '@example/sdk'],
    ['api/example/sdk/webhooks/functions/verifywebhook/', '#starlight__sidebar', 'verifyWebhook'],
  ])(
    'shows the first call, or where the reader is in the sidebar, without scrolling: /%s',
    async (path, part, text) => {
      await using page = await open(path, { viewport: wide });
      const box = async (name: string) =>
        page.locator(part).getByText(name).filter({ visible: true }).first().boundingBox();
      const { y = 0, height = 0 } = (await box(text)) ?? {};
      expect(y).toBeGreaterThan(0);
      expect(y + height).toBeLessThanOrEqual(900);
      // The name is on one line.
      if (path !== 'start/') expect((await box('@example/sdk/webhooks'))?.height).toBeLessThan(30);
    },
  );

  it('has a search box that works with the keyboard, and shows popular pages and where each page is', async () => {
    await using page = await open('404.html');
    const first = async () => (await page.locator('site-search li').first().innerText()).split('\n').slice(0, 2);
    await page.keyboard.press('/');
    expect(await first()).toEqual(['Quickstart', 'Guides']);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.type('zzz/zzz');
    await page.getByText('Nothing found for “zzz/zzz”.').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await page.isVisible('site-search dialog')).toBe(false);

    await page.keyboard.press('Control+k');
    await page.keyboard.type('verify webhook');
    await page.waitForSelector('site-search li a + a');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.type(' signature');
    expect(await page.inputValue('site-search input')).toBe('verify webhook signature');
    expect(await first()).toEqual(['Webhooks', 'Guides']);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/guides\/webhooks\/#./);

    await page.keyboard.press('Control+k');
    await page.keyboard.type('ClientOptions');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/interfaces\/clientoptions\//);
  });
});
