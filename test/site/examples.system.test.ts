import { expect, it, vi } from 'vitest';
import { examplesOf, outcomes, pagesWithExamples } from './support/examples.ts';
import { axeFindings, describeInChromium, ended, run } from './support/site.ts';

describeInChromium('the examples of the guides', (open) => {
  const withOutcomes = pagesWithExamples.filter(({ file }) => examplesOf(file).some(({ name }) => outcomes[name]));

  it.each(withOutcomes)('runs each example of $address in its place', async ({ address, file }) => {
    await using page = await open(`${address}/`);
    const examples = examplesOf(file).filter(({ name }) => outcomes[name]);
    expect(await page.locator('.run-example').count()).toBe(examples.length);
    for (const { name, code } of examples) {
      const before = page.locator('.run-example').first().locator('xpath=preceding-sibling::*[1]');
      const shown = await before.locator('button[data-code]').getAttribute('data-code');
      expect(shown?.replaceAll('\u007f', '\n').trim()).toBe(code.trim());
      await page.locator('.run-example a').first().click();
      await ended(page);
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
  });

  it('opens one once, edits and shares it, and gives its place back with nothing left running', async () => {
    await using page = await open('guides/retries/', { permissions: ['clipboard-write'] });
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
    await vi.waitFor(() => expect(page.workers()).toHaveLength(1));
    await page.click('[name=close]');
    await vi.waitFor(() => expect(page.workers()).toEqual([]));
    expect(await page.locator('.playground').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Run this example');

    await page.goto(address ?? '');
    await page.waitForSelector('.cm-content');
    expect(await page.textContent('.cm-content')).toBe(`console.log('edited');`);
  });
});
