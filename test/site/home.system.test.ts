import { beforeAll, describe, expect, it } from 'vitest';
import { programs } from '../../site/src/playground/programs.ts';
import { browserEngines, waitFor } from '../support/browser-engines.ts';
import { mayTest } from '../support/child-process.ts';
import { built, describeSite, ended, origin } from './support/site.ts';

describeSite('the home page', (open) => {
  it('runs 300 calls as soon as it is opened, of which none is refused, and lets them be edited', async () => {
    await using page = await open('', { viewport: { width: 1440, height: 900 } });
    await page.waitForSelector('.playground[data-state]');
    const box = await page.locator('.playground').boundingBox();
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(900);
    const { status, console, budget } = await ended(page);
    // Two windows have to end. On a busy machine, a call may time out and be made again.
    const [, seconds] =
      /^Done\. 3\d\d requests in ([\d.]+) s of simulated time, 0 refused with 429\.$/.exec(status) ?? [];
    expect(Number(seconds)).toBeGreaterThan(61);
    expect(console).toBe('300 calls done\n');
    expect(budget).toMatch(/^\d+ of 100$/);
    expect((await page.getAttribute('.playground .good', 'd'))?.split('M').length).toBeGreaterThan(300);
    expect(await page.locator('.cm-content').count()).toBe(0);

    await page.click('[name=edit]');
    await page.waitForSelector('.cm-content');
    expect((await page.locator('.cm-line').allTextContents()).join('\n')).toBe(programs['300 calls at once']);
    await page.fill('.cm-content', `console.log('edited');`);
    await page.keyboard.press('Control+Enter');
    expect((await ended(page)).console).toBe('edited\n');
  });

  it('does not start by itself on a phone, and shows the result beside the button', async () => {
    await using page = await open('', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    expect(await page.getAttribute('.playground', 'data-state')).toBeNull();
    await page.click('[name=run]');
    expect((await ended(page)).console).toBe('300 calls done\n');
    const [button, result] = await Promise.all(
      ['[name=run]', '[data-part=console]'].map((selector) => page.locator(selector).boundingBox()),
    );
    expect(result!.y + result!.height - button!.y).toBeLessThan(500);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  it('does not start by itself for readers who prefer reduced motion', async () => {
    await using page = await open('', { reducedMotion: 'reduce' });
    await page.waitForLoadState('networkidle');
    expect(await page.getAttribute('.playground', 'data-state')).toBeNull();
  });
});

const firefox = browserEngines.find(({ name }) => name === 'Firefox')!;

describe.runIf(mayTest(firefox.isInstalled, 'Firefox', firefox.packages.join(' ')))('the site in Firefox', () => {
  beforeAll(built);

  it('runs the scene of the home page, and the program of the playground', async () => {
    await using tab = await firefox.open();
    const outcome = async () => {
      await waitFor(tab, `document.querySelector('.playground[data-state=ended]')`);
      return tab.evaluate(`document.querySelector('[data-part=status]').textContent`);
    };

    await tab.goto(origin);
    expect(await outcome()).toMatch(/^Done\. 3\d\d requests .+ 0 refused/);

    await tab.goto(`${origin}playground/`);
    await waitFor(tab, `document.querySelector('.cm-content')`);
    await tab.evaluate(`document.querySelector('[name=run]').click()`);
    expect(await outcome()).toMatch(/^Done[.,]/);
  });
});
