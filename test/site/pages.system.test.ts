import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { pages } from '../../site/build/pages.ts';
import { essential, familiar, heldOut, type Question } from './support/questions.ts';
import { axeFindings, describeInChromium, type Open, origin } from './support/site.ts';

/** One of each kind. The last one is what a wrong address shows. */
const kindsOfPages = [
  '',
  'playground/',
  'side-by-side/',
  'start/',
  'start/express/',
  'guides/webhooks/',
  'reference/benchmarks/',
  'reference/errors/',
  'decisions/',
  'decisions/site/',
  'api/',
  'api/example/sdk/classes/client/',
  'api/example/sdk/interfaces/clientoptions/',
  'api/example/sdk/webhooks/functions/verifywebhook/',
  '404.html',
];

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** What a reader can't see of a page: code that is cut off or behind the button that copies it, and what is beyond the window. */
const hidden = `(() => {
  const shown = [...document.querySelectorAll('pre')].filter((code) => code.clientWidth > 0);
  const cut = shown.filter((code) => code.scrollWidth > code.clientWidth);
  const covered = [...document.querySelectorAll('.expressive-code .copy')].filter((button) => {
    const { left } = button.getBoundingClientRect();
    const lines = button.parentElement.querySelectorAll('.ec-line .code > span');
    return left > 0 && [...lines].some((line) => line.getBoundingClientRect().right > left);
  });
  const beyond = document.documentElement.scrollWidth > innerWidth ? ['the page is wider than the window'] : [];
  return [...beyond, ...[...cut, ...covered].map(({ textContent }) => textContent)];
})()`;

describeInChromium('the pages of the site', (open) => {
  it.each(kindsOfPages)('has no findings of axe, and hides nothing: /%s', async (path) => {
    await using page = await open(path);
    // The sidebar and the colours of code are the same on each page.
    const part = path === 'start/express/' ? 'html' : { exclude: ['nav.sidebar', '.expressive-code'] };
    const found: Record<string, string[]> = {};
    for (const size of sizes) {
      await page.setViewportSize(size);
      found[`hidden at ${size.width}`] = await page.evaluate(hidden);
      found[`light at ${size.width}`] = await axeFindings(page, part);
    }
    // Only colours differ.
    await page.evaluate("document.documentElement.dataset.theme = 'dark'");
    found['dark'] = await axeFindings(page, part, ['color-contrast']);

    expect(Object.entries(found).filter(([, each]) => each.length > 0)).toEqual([]);
  });

  it.each(sizes)('cuts off no code of a guide in a window of $width pixels', async (viewport) => {
    await using page = await open('', { viewport });
    const found: Record<string, unknown> = {};
    const written = pages.filter(({ address }) => /^(start|guides|sandbox|examples|reference|internals)/.test(address));
    for (const { address } of written) {
      await page.goto(`${origin}${address}/`);
      found[address] = await page.evaluate(hidden);
    }
    expect(Object.entries(found).filter(([, each]) => (each as string[]).length > 0)).toEqual([]);
  });

  it('begins with one screen', async () => {
    await using page = await open('start/', { viewport: { width: 1440, height: 900 } });
    const last = await page.locator('.sl-markdown-content > :last-child').boundingBox();
    expect((last?.y ?? Infinity) + (last?.height ?? 0)).toBeLessThan(900);
  });

  it.each(['system-ui', 'serif', 'monospace', 'DejaVu Sans, Verdana'])(
    'keeps plots in their box in %s',
    async (font) => {
      await using page = await open('404.html');
      for (const plot of ['refused-requests', 'overhead', 'start-up', 'lost-items', 'size']) {
        const svg = await readFile(new URL(`../../docs/plots/${plot}-light.svg`, import.meta.url), 'utf8');
        await page.setContent(svg.replace(/font-family="[^"]+"/, `font-family="${font}"`));
        const outside = await page.evaluate(`[...document.querySelectorAll('text')].flatMap((text) => {
        const { x, width } = text.getBBox();
        return x < 0 || x + width > 760 ? [text.textContent] : [];
      })`);
        expect(outside).toEqual([]);
      }
    },
  );

  // Bytes of all files that a page loads before someone uses it, compressed, with those that its workers load.
  it.each([
    ['', 220_000],
    ['guides/rate-limits/', 60_000],
    ['api/example/sdk/classes/client/', 45_000],
    ['playground/', 240_000],
  ])('loads at most this many bytes: /%s, %i', async (path, limit) => {
    await using page = await open('404.html', { serviceWorkers: 'block' });
    await page.goto('about:blank');
    let bytes = 0;
    page.on('requestfinished', (request) => {
      void request.sizes().then(({ responseBodySize }) => (bytes += responseBodySize));
    });
    await page.goto(origin + path, { waitUntil: 'networkidle' });

    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(limit);
  });

  describeSearch(open);
});

function describeSearch(open: Open): void {
  describe('the search box', () => {
    /** The questions for which none of the first three pages is an answer. */
    async function unanswered(page: Page, questions: readonly Question[]): Promise<string[]> {
      const missed: string[] = [];
      for (const [query, answers] of questions) {
        await page.fill('site-search input', query);
        await page.waitForFunction("document.querySelector('site-search [role=status]').textContent !== ''");
        const links = await page
          .locator('site-search .page')
          .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
        const hits = links.slice(0, 3).map((link) => link?.replace('/js-sdk/', '') ?? '');
        if (!hits.some((hit) => answers.some((answer) => hit.startsWith(answer)))) missed.push(query);
        await page.fill('site-search input', '');
        await page.waitForFunction("document.querySelector('site-search [role=status]').textContent === ''");
      }
      return missed;
    }

    // As many as the search answers today, so that no change makes it worse without notice.
    it.each([
      ['essential', essential, 5],
      ['familiar', familiar, 29],
      ['unprepared', heldOut, 26],
    ])('answers %s questions in the first three hits', async (_, questions, least) => {
      await using page = await open('404.html');
      await page.click('[data-open-modal]');
      const missed = await unanswered(page, questions);

      expect(questions.length - missed.length, `missed: ${missed.join('; ')}`).toBeGreaterThanOrEqual(least);
    });

    it('opens the first hit on Enter', async () => {
      await using page = await open('404.html');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('retries');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/guides\/retries\//);
    });

    it('stays open on Enter if nothing was found, and is left by its button', async () => {
      await using page = await open('404.html');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('zzzzzz');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=Nothing found for “zzzzzz”.');
      expect(await page.isVisible('site-search dialog')).toBe(true);
      await page.click('[data-close-modal]');
      expect(await page.isVisible('site-search dialog')).toBe(false);
    });

    it('is opened, used and left by the keyboard', async () => {
      await using page = await open('404.html');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('verify webhook signature');
      await page.waitForSelector('site-search .section');
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/guides\/webhooks\/#./);
      await page.keyboard.press('Control+k');
      await page.keyboard.press('Escape');
      expect(await page.isVisible('site-search dialog')).toBe(false);
    });

    it('says that nothing was found, and that the index could not be loaded', async () => {
      await using page = await open('404.html');
      await page.route('**/search.json', (route) => route.abort());
      await page.click('[data-open-modal]');
      await page.fill('site-search input', 'limit');
      await page.waitForSelector('text=could not be loaded');
      await page.unroute('**/search.json');
      await page.fill('site-search input', 'zzzzzz');
      await page.waitForSelector('text=Nothing found for “zzzzzz”.');
    });
  });
}
