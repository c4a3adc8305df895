import { describe, expect, it } from 'vitest';
import { examplesOf, outcomes, pagesWithExamples } from '../support/examples.ts';
import { axeFindings, type Open, run } from '../support/page.ts';

export function describeExamples(open: Open): void {
  describe('the examples of the guides', () => {
    it.each(pagesWithExamples.filter(({ file }) => examplesOf(file).some(({ name }) => outcomes[name])))(
      'runs each example of $address in its place',
      { timeout: 120_000 },
      async ({ address, file }) => {
        const page = await open(`${address}/`);
        const examples = examplesOf(file).filter(({ name }) => outcomes[name]);
        expect(await page.locator('.run-example').count()).toBe(examples.length);
        for (const { name, code } of examples) {
          const before = page.locator('.run-example').first().locator('xpath=preceding-sibling::*[1]');
          const shown = await before.locator('button[data-code]').getAttribute('data-code');
          expect(shown?.replaceAll('\u007f', '\n').trim()).toBe(code.trim());
          await page.locator('.run-example a').first().click();
          await page.waitForSelector('.playground[data-state=ended]', { timeout: 50_000 });
          const text = (await page.textContent('.playground')) ?? '';
          const [, outcome, requests] = /(Done|Failed)\. (\d+) requests?/.exec(text) ?? [];
          expect({ name, outcome, requests }).toEqual({
            name,
            outcome: 'Done',
            requests: String(outcomes[name]?.requests),
          });
          for (const part of outcomes[name]?.shows ?? []) expect(text).toContain(part);
          await page.click('[name=close]');
          await before.locator('xpath=following-sibling::*[1]').evaluate((each) => each.remove());
          expect(page.workers()).toEqual([]);
        }
        await page.close();
      },
    );

    it('opens once, and leaves nothing running when it is closed', async () => {
      const page = await open('guides/errors/');
      await page.evaluate(`for (let i = 0; i < 2; i++) document.querySelector('.run-example a').click()`);
      await page.waitForSelector('.playground[data-state=ended]');
      expect(await page.locator('.playground').count()).toBe(1);
      await page.focus('.cm-content');
      await page.getByText('No type errors.').waitFor({ timeout: 30_000 });
      expect(page.workers()).toHaveLength(1);
      await page.click('[name=close]');
      await expect.poll(() => page.workers()).toEqual([]);
      await page.close();
    });

    it('edits an example, shares it, and gives its place back', async () => {
      const page = await open('guides/retries/');
      await page.context().grantPermissions(['clipboard-write']);
      await page.locator('.run-example a').first().click();
      await page.waitForSelector('.playground[data-state=ended]');
      await page.fill('.cm-content', `console.log('edited');`);
      expect((await run(page)).console).toBe('edited\n');
      await page.click('[name=share]');
      const address = await page.getAttribute('[data-part=shared] a', 'href');
      await page.click('[name=close]');
      expect(await page.locator('.playground').count()).toBe(0);
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Run this example');

      await page.goto(address ?? '');
      await page.waitForSelector('.cm-content');
      expect(await page.textContent('.cm-content')).toBe(`console.log('edited');`);
      await page.close();
    });

    it.each(['light', 'dark'] as const)('has no findings of axe in %s when an example is open', async (colorScheme) => {
      for (const width of [390, 1280]) {
        const page = await open('guides/webhooks/', { colorScheme, viewport: { width, height: 900 } });
        await page.locator('.run-example a').nth(1).click();
        await page.waitForSelector('.playground[data-state=ended]');
        expect(await axeFindings(page)).toEqual([]);
        await page.close();
      }
    });
  });
}
