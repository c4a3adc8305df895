import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings } from '../support/page.ts';
import { demonstrations } from '../../../site/src/demonstrations/catalog.ts';

type Open = (path: string, options?: Parameters<Browser['newPage']>[0]) => Promise<Page>;

/** Figures by the client and by the head of their column, as the page shows them. */
type Table = Record<string, Record<string, string>>;

const sdk = '@example/sdk';
const fetchByHand = 'fetch, by hand';

/** What the page `side-by-side` has to do in Chromium. Part of the test of the site, which builds it. */
export function describeDemonstrations(open: Open): void {
  const card = (page: Page, name: string) => page.locator(`.demonstration[data-name=${name}]`);

  /** Waits until a demonstration has ended, and reads its table. */
  async function ended(page: Page, name: string): Promise<Table> {
    await page.waitForSelector(`.demonstration[data-name=${name}][data-state=ended]`, { timeout: 50_000 });
    const [[, ...heads] = [], ...rows] = await rowsOf(page, name);
    return Object.fromEntries(
      rows.map(([client = '', ...figures]) => [
        client,
        Object.fromEntries(heads.map((head, i) => [head, figures[i]!])),
      ]),
    );
  }

  const rowsOf = async (page: Page, name: string) => {
    const rows = await card(page, name).locator('tr').all();
    return Promise.all(rows.map((row) => row.locator('th, td').allTextContents()));
  };

  async function run(name: string, options?: Parameters<Open>[1]): Promise<Table> {
    const page = await open('side-by-side/', options);
    await card(page, name).locator('button').click();
    const table = await ended(page, name);
    expect(await card(page, name).locator('[role=status]').textContent()).toMatch(
      /^Done, after \d+ s of virtual time\.$/,
    );
    expect(await axeFindings(page)).toEqual([]);
    await page.close();
    return table;
  }

  const secondsOf = (text = '') => Number(/^([\d.]+) s$/.exec(text)?.[1]);

  describe('side by side', () => {
    it('makes 300 calls at once, of which the API refuses none of the SDK', async () => {
      const table = await run('calls-at-once');

      expect(table[sdk]).toMatchObject({ Answered: '300', Failed: '0', 'Refused requests': '0' });
      expect(secondsOf(table[sdk]?.['Time'])).toBeLessThan(125);
      expect(table[fetchByHand]).toMatchObject({ Answered: '300', 'Refused requests': '300' });
      expect(table['ky']).toMatchObject({ Answered: '300', 'Refused requests': '300' });
    });

    it('reads a list that changes, of which the SDK loses and repeats nothing', async () => {
      const table = await run('moving-list');

      expect(table[sdk]).toMatchObject({ Lost: '0', 'Read again': '0' });
      for (const name of [fetchByHand, 'ky']) {
        expect(Number(table[name]?.['Lost'])).toBeGreaterThan(0);
        expect(Number(table[name]?.['Read again'])).toBeGreaterThan(0);
      }
    });

    it('loses the answer to a POST, after which the SDK has created one user', async () => {
      const table = await run('lost-answer');

      expect(table[sdk]).toMatchObject({ Users: '1', Requests: '1' });
      expect(table[sdk]?.['The caller gets']).toContain('ConnectionError');
      expect(table[`${sdk}, idempotency key`]).toEqual({
        Users: '1',
        Requests: '2',
        'The caller gets': 'the user user_123',
      });
      expect(table[fetchByHand]).toMatchObject({ Users: '1', Requests: '2' });
      expect(table['fetch, new body per attempt']).toMatchObject({ Users: '2', Requests: '2' });
      expect(table['ky, POST retried']?.['The caller gets']).toContain('409');
    });

    it('goes through an outage, in which the SDK adds little to the load', async () => {
      const table = await run('outage');

      const requests = (name: string) => Number(table[name]?.['Requests while down']);
      // 300 calls, a few more if one is just being made, and the fifty retries of the budget.
      expect(requests(sdk)).toBeLessThanOrEqual(360);
      for (const name of [fetchByHand, 'ky', 'ky, 5 retries with jitter']) {
        expect(requests(name)).toBeGreaterThan(2 * requests(sdk));
      }
      expect(secondsOf(table[sdk]?.['Wait for an error'])).toBeLessThan(1);
      expect(table[sdk]?.['Answered after it']).toMatch(/^(1\d\d) of \1$/);
    });

    it('serves users beside a batch, and none of them waits with the SDK', async () => {
      const table = await run('interactive-call');

      expect(table[sdk]).toMatchObject({ Failed: '0', 'Refused requests': '0' });
      expect(secondsOf(table[sdk]?.['Longest wait'])).toBeLessThan(2);
      for (const name of [fetchByHand, 'ky']) {
        expect(table[name]).toMatchObject({ Failed: '0' });
        expect(secondsOf(table[name]?.['Longest wait'])).toBeGreaterThan(30);
      }
    });

    it('shows the code of each client, and sends nothing anywhere', async () => {
      const page = await open('side-by-side/');
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await card(page, 'lost-answer').locator('button').click();
      await ended(page, 'lost-answer');
      const labels = await page.locator('[role=tab]').allTextContents();
      const code = await page.locator('.expressive-code pre').allTextContents();
      const origin = new URL(page.url()).origin;
      await page.close();

      expect(requests.length).toBeGreaterThan(0);
      expect(requests.filter((url) => !url.startsWith(`${origin}/js-sdk/_astro/`))).toEqual([]);
      const tabs = Object.values(demonstrations).flatMap((each) => [
        ...each.clients.map(({ name }) => name),
        'Job and figures',
      ]);
      expect(labels.map((label) => label.trim())).toEqual(tabs);
      expect(code).toHaveLength(tabs.length);
      expect(code.filter((text) => text.includes(': Demonstration')).length).toBe(6);
      expect(code.filter((text) => text.includes('fetch(`${baseUrl}/')).length).toBe(7);
    });

    it('draws while it runs, and can be run by the keyboard on a phone, stopped, and run again', async () => {
      const page = await open('side-by-side/', { viewport: { width: 390, height: 844 } });
      const drawn = () =>
        card(page, 'calls-at-once').locator('.client').first().locator('.cells .good').getAttribute('d');
      const button = card(page, 'calls-at-once').locator('button');
      await button.focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction("document.querySelector('.client .cells .good').getAttribute('d')?.length > 1000");
      expect((await drawn())?.split('M').length).toBeLessThan(202);
      expect(await button.textContent()).toBe('Stop: 300 calls at once');
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await page.keyboard.press('Enter');
      expect(await card(page, 'calls-at-once').locator('[role=status]').textContent()).toBe('Stopped.');
      await page.keyboard.press('Enter');
      expect((await ended(page, 'calls-at-once'))[sdk]).toMatchObject({ Answered: '300' });
      expect((await drawn())?.split('M')).toHaveLength(301);
      await page.close();
    });

    it('draws only the end for those who want no motion', async () => {
      const page = await open('side-by-side/', { reducedMotion: 'reduce' });
      await page.evaluate(`
        globalThis.drawings = 0;
        new MutationObserver(() => drawings++).observe(document.querySelector('[data-name=moving-list] .clock'), { childList: true });
      `);
      await card(page, 'moving-list').locator('button').click();
      const table = await ended(page, 'moving-list');
      expect(table[sdk]).toMatchObject({ Lost: '0' });
      // It is cleared at the start and drawn at the end.
      expect(await page.evaluate('drawings')).toBe(2);
      await page.close();
    });

    it("says so when its code can't be loaded", async () => {
      const page = await open('start/');
      await page.route(/\/_astro\/catalog[^/]*\.js$/, (route) => route.abort());
      await page.goto(new URL('../side-by-side/', page.url()).href);
      await card(page, 'outage').locator('button').click();
      await page.waitForSelector('.demonstration[data-name=outage][data-state=ended]');
      expect(await card(page, 'outage').locator('[role=status]').textContent()).toMatch(/^The demonstration failed: /);
      await page.close();
    });
  });
}
