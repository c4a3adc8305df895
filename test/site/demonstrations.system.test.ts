import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { demonstrations } from '../../site/src/demonstrations/catalog.ts';
import { programs } from '../../site/src/playground/programs.ts';
import { browserEngines, type Tab, waitFor } from '../support/browser-engines.ts';
import { axeFindings, built, describeInChromium, ended, origin } from './support/site.ts';

const names = Object.keys(demonstrations);

const card = (page: Page, name: string) => page.locator(`.demonstration[data-name=${name}]`);

/** Waits until a demonstration has ended, and reads a column of its table: a figure for each client. */
async function columnOf(page: Page, name: string, measure: string): Promise<string[]> {
  await page.waitForSelector(`.demonstration[data-name=${name}][data-state=ended]`, { timeout: 200_000 });
  const status = card(page, name).locator('[role=status]');
  expect(await status.textContent()).toMatch(/^Done, after \d+ s of virtual time\.$/);
  const heads = await card(page, name).locator('th[scope=col]').allTextContents();
  return card(page, name)
    .locator(`td:nth-child(${heads.indexOf(measure) + 1})`)
    .allTextContents();
}

describeInChromium('side by side', (open) => {
  it('gives each client the same job, and does not stop what was started before it was seen', async () => {
    await using page = await open('side-by-side/', { viewport: { width: 1280, height: 300 } });
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const first = page.locator('.demonstration').first();
    expect(await first.getAttribute('data-name')).toBe('moving-list');
    expect(await first.getAttribute('data-autorun')).not.toBeNull();
    // Without scrolling to it.
    await first.locator('button').evaluate((button: HTMLElement) => button.click());
    await first.scrollIntoViewIfNeeded();

    // The others are in demonstrations.test.ts, which runs the same code.
    expect(await columnOf(page, 'moving-list', 'Lost')).toEqual(['0', '4', '4']);

    const ownFiles = new RegExp(`^${origin}(_astro/|favicon)`);
    expect(requests.filter((url) => !ownFiles.test(url))).toEqual([]);
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
      expect(await axeFindings(page, '.demonstration')).toEqual([]);
    }
  });

  it('shows the code of each client', async () => {
    await using page = await open('side-by-side/');
    const labels = await page.locator('[role=tab]').allTextContents();
    const code = await page.locator('.expressive-code pre').allTextContents();

    const order = await page.locator('.demonstration').evaluateAll((all) => all.map(({ dataset }) => dataset['name']));
    const tabs = order.flatMap((name) => [
      ...(demonstrations[name ?? '']?.clients.map(({ name }) => name) ?? []),
      'Job and figures',
    ]);
    expect(order.toSorted()).toEqual(names.toSorted());
    expect(labels.map((label) => label.trim())).toEqual(tabs);
    expect(code).toHaveLength(tabs.length);
    expect(code.filter((text) => text.includes(': Demonstration')).length).toBe(6);
    expect(code.filter((text) => text.includes('fetch(`${baseUrl}/')).length).toBe(7);
  });

  it('asks first on a phone, draws while it runs, and can be stopped and run again by the keyboard', async () => {
    await using page = await open('side-by-side/', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const calls = card(page, 'calls-at-once');
    const drawn = () => calls.locator('.client').first().locator('.cells .good').getAttribute('d');
    const button = calls.locator('button');
    await page.locator('[data-autorun]').scrollIntoViewIfNeeded();
    await button.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      "document.querySelector('[data-name=calls-at-once] .client .cells .good').getAttribute('d')?.length > 1000",
    );
    expect((await drawn())?.split('M').length).toBeLessThan(202);
    expect(await button.textContent()).toBe('Stop: 300 calls at once');
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.keyboard.press('Enter');
    expect(await calls.locator('[role=status]').textContent()).toBe('Stopped.');
    await page.keyboard.press('Enter');
    expect(await columnOf(page, 'calls-at-once', 'Answered')).toEqual(['300', '300', '300']);
    expect(await columnOf(page, 'calls-at-once', 'Refused requests')).toEqual(['0', '300', '300']);
    expect((await drawn())?.split('M')).toHaveLength(301);
    expect(await page.getAttribute('[data-autorun]', 'data-state')).toBe('new');
  });

  it('waits to be asked by those who want no motion, and draws only the end', async () => {
    await using page = await open('side-by-side/', { reducedMotion: 'reduce' });
    await page.evaluate(`
      globalThis.drawings = 0;
      new MutationObserver(() => drawings++).observe(document.querySelector('[data-name=lost-answer] .clock'), { childList: true });
    `);
    await page.locator('[data-autorun]').scrollIntoViewIfNeeded();
    await card(page, 'lost-answer').locator('button').click();
    expect(await columnOf(page, 'lost-answer', 'Users')).toEqual(['1', '1', '1', '2', '1', '1']);
    // It is cleared at the start and drawn at the end.
    expect(await page.evaluate('drawings')).toBe(2);
    expect(await page.getAttribute('[data-autorun]', 'data-state')).toBe('new');
  });

  it("says so when its code can't be loaded", async () => {
    await using page = await open('404.html', {});
    await page.route(/\/_astro\/catalog[^/]*\.js$/, (route) => route.abort());
    await page.goto(`${origin}side-by-side/`);
    await card(page, 'outage').locator('button').click();
    await page.waitForSelector('.demonstration[data-name=outage][data-state=ended]');
    expect(await card(page, 'outage').locator('[role=status]').textContent()).toMatch(/^The demonstration failed: /);
  });
});

describeInChromium('the home page', (open) => {
  it('runs 250 calls as soon as it is opened, of which none is refused, and lets them be edited', async () => {
    await using page = await open('', { viewport: { width: 1440, height: 900 } });
    await page.waitForSelector('.playground[data-state=running]', { timeout: 10_000 });
    const box = await page.locator('.playground').boundingBox();
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(900);
    const { status, console, budget } = await ended(page);
    // Two windows have to end. On a busy machine, a call may time out and be made again.
    const [, seconds] = /^Done\. 2\d\d requests in ([\d.]+) virtual seconds, 0 refused with 429\.$/.exec(status) ?? [];
    expect(Number(seconds)).toBeGreaterThan(61);
    expect(console).toContain('250 calls done');
    expect(budget).toMatch(/^\d+ of 100$/);
    expect((await page.getAttribute('.playground .good', 'd'))?.split('M').length).toBeGreaterThan(250);
    expect(await page.locator('.cm-content').count()).toBe(0);

    await page.click('[name=edit]');
    await page.waitForSelector('.cm-content');
    expect((await page.locator('.cm-line').allTextContents()).join('\n')).toBe(programs['250 calls at once']);
    await page.fill('.cm-content', `console.log('edited');`);
    await page.keyboard.press('Control+Enter');
    expect((await ended(page)).console).toBe('edited\n');
  });

  it('runs each card when it is seen, beside fetch and ky', async () => {
    await using page = await open('');
    for (const [name, measure, [own, other]] of [
      ['moving-list', 'Lost', ['0', '4']],
      ['lost-answer', 'Users', ['1', '2']],
    ] as const) {
      await card(page, name).scrollIntoViewIfNeeded();
      await page.waitForSelector(`.demonstration[data-name=${name}][data-state=ended]`, { timeout: 60_000 });
      const figures = card(page, name).locator(`dl > div:has(> dt:text-is("${measure}")) > dd`);
      expect((await figures.allTextContents()).slice(0, 2)).toEqual([own, other]);
    }
  });
});

const firefox = browserEngines.find(({ name }) => name === 'Firefox')!;

describe.runIf(firefox.isInstalled || process.env['CI'] !== undefined)('the site in Firefox', () => {
  beforeAll(built);

  const textOf = (tab: Tab, selector: string) =>
    tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);

  it('runs the scene of the home page, the program of the playground, and a demonstration', async () => {
    await using tab = await firefox.open();
    const isEnded = (part: string) =>
      waitFor(tab, `document.querySelector(${JSON.stringify(`${part}[data-state=ended]`)})`);

    await tab.goto(origin);
    await tab.evaluate(`document.querySelector('.playground').scrollIntoView()`);
    await isEnded('.playground');
    expect(await textOf(tab, '[data-part=status]')).toMatch(/^Done\. 2\d\d requests .+ 0 refused/);

    await tab.goto(`${origin}playground/`);
    await waitFor(tab, `document.querySelector('.cm-content')`);
    await tab.evaluate(`document.querySelector('[name=run]').click()`);
    await isEnded('.playground');
    expect(await textOf(tab, '[data-part=status]')).toMatch(/^Done[.,]/);

    await tab.goto(`${origin}side-by-side/`);
    await tab.evaluate(`document.querySelector('.demonstration[data-name=lost-answer] button').click()`);
    await isEnded('.demonstration[data-name=lost-answer]');
    expect(await textOf(tab, '.demonstration[data-name=lost-answer] [role=status]')).toMatch(/^Done[.,]/);
  });
});
