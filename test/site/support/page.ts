import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';

/** Opens a page of the site. */
export type Open = (path: string, options?: Parameters<Browser['newPage']>[0]) => Promise<Page>;

const axe = readFileSync(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe finds wrong with a page: the rule, and the elements. */
export async function axeFindings(page: Page): Promise<unknown> {
  await page.evaluate(axe);
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
}

/** Runs the program of a playground, and waits until it has ended. Returns what the page says then. */
export async function run(
  page: Page,
): Promise<{ status: string; console: string; deliveries: string; budget: string }> {
  await page.click('[name=run]');
  await page.waitForSelector('.playground[data-state=ended]', { timeout: 50_000 });
  const text = async (part: string) => (await page.textContent(`[data-part=${part}]`)) ?? '';
  return {
    status: await text('status'),
    console: await text('console'),
    deliveries: await text('deliveries'),
    budget: await text('budget'),
  };
}
