import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { beforeAll, expect, inject } from 'vitest';
import { describeInChromium, useChromium } from '../../support/use-chromium.ts';

export const dist = fileURLToPath(new URL('../../../site/dist/', import.meta.url));
export const origin = inject('site');
export const read = (path: string) => readFile(`${dist}${path}`, 'utf8');

/** Waits until the site is built. */
export async function built(): Promise<void> {
  expect((await fetch(origin)).status, 'the build has failed: its output is above').toBe(200);
}

/** Opens a page by its address below the site's base. */
type Open = (path: string, options?: Parameters<Browser['newPage']>[0]) => Promise<Page>;

/** Runs tests in one Chromium, several at a time. */
export function describeSite(name: string, define: (open: Open) => void): void {
  describeInChromium.concurrent(name, () => {
    const browser = useChromium();
    // The pages share a cache.
    let context: BrowserContext;
    beforeAll(async () => {
      await built();
      context = await browser().newContext();
    });

    define(async (path, options) => {
      const page = await (options ? browser().newPage(options) : context.newPage());
      await page.goto(origin + path);
      return page;
    });
  });
}

/** How a phone opens a page. */
export const onPhone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Runs a program in a playground (by default its own) until the program ends. Returns what the page then says. */
export async function run(page: Page, program?: string) {
  await ended(page); // It runs its first program when it opens.
  if (program !== undefined) await page.fill('.cm-content', program);
  await page.click('[name=run]');
  return ended(page);
}

export async function ended(page: Page) {
  await page.waitForSelector('.playground[data-state=ended]', { timeout: 50_000 });
  const text = async (selector: string) => (await page.textContent(selector)) ?? '';
  return {
    status: await text('[data-part=status]'),
    console: await text('[data-part=Console]'),
    requests: await text('[data-part=Requests]'),
    deliveries: await text('[data-part=Deliveries]'),
    budget: await text('[data-figure=left]'),
    refused: await text('[data-figure=refused]'),
  };
}
