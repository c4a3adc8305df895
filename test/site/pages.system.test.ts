import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { pages } from '../../site/build/pages.ts';
import { axeFindings } from '../support/axe.ts';
import { browserEngines } from '../support/browser-engines.ts';
import { mayTest } from '../support/child-process.ts';
import { built, describeSite, dist, origin } from './support/site.ts';

/** One of each kind. The last one is what a wrong address shows. */
const kindsOfPages = [
  '',
  'playground/',
  'start/',
  'start/express/',
  'guides/webhooks/',
  'guides/webhook-servers/',
  'reference/benchmarks/',
  'reference/compatibility/',
  'project/changelog/',
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

/** What a reader can't see of a page: code that is cut off or behind the button that copies it. */
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

/** Shows pages in a window as wide as a phone's, one after the other, and returns what is wider than it in each. */
const widerThanAPhone = (paths: readonly string[]) => `(async () => {
  const frame = Object.assign(document.createElement('iframe'), { width: 390, height: 844 });
  frame.style.border = '0';
  document.body.prepend(frame);
  const found = [];
  for (const path of ${JSON.stringify(paths)}) {
    await new Promise((resolve) => {
      frame.onload = resolve;
      frame.src = '/js-sdk/' + path;
    });
    const page = frame.contentDocument;
    const wide = [...page.querySelectorAll('main table')].filter(
      (table) => table.scrollWidth > table.clientWidth || table.getBoundingClientRect().right > 390,
    );
    if (page.documentElement.scrollWidth > 390) found.push(path + ': the page');
    found.push(...wide.map(({ textContent }) => path + ': ' + textContent.slice(0, 80)));
  }
  return found;
})()`;

for (const { name, packages, isInstalled, open } of browserEngines.filter((engine) => engine.name !== 'WebKit')) {
  describe.runIf(mayTest(isInstalled, name, packages.join(' ')))(`the pages on a phone, in ${name}`, () => {
    beforeAll(built);

    it('are as wide as the window, and so is each table', async () => {
      const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('index.html'));
      await using tab = await open();
      await tab.goto(`${origin}404.html`);

      expect(files.length).toBeGreaterThan(150);
      expect(await tab.evaluate(widerThanAPhone(files.map((file) => file.replace(/index\.html$/, ''))))).toEqual([]);
    });
  });
}

/** How much has moved in a page since it was opened: layout shifts, without those after an input. */
const shifts = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(sum), 500);
})`;

describeSite('the pages of the site', (open) => {
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

  it.each(['', 'start/', 'playground/', 'guides/options/', 'api/example/sdk/classes/client/'])(
    'moves nothing after it was shown: /%s',
    async (path) => {
      for (const viewport of sizes) {
        await using page = await open(path, { viewport });
        await page.waitForLoadState('networkidle');
        expect(await page.evaluate(shifts), `at ${viewport.width}`).toBeLessThan(0.01);
      }
    },
  );

  it('cuts off no code of a guide', async () => {
    await using page = await open('404.html');
    const found: Record<string, string[]> = {};
    const written = pages.filter(({ address }) => /^(start|guides|sandbox|examples|reference|internals)/.test(address));
    for (const { address } of written) {
      await page.goto(`${origin}${address}/`);
      for (const size of sizes) {
        await page.setViewportSize(size);
        found[`${address} at ${size.width}`] = await page.evaluate(hidden);
      }
    }
    expect(Object.entries(found).filter(([, each]) => each.length > 0)).toEqual([]);
  });

  it('shows the first call without scrolling', async () => {
    await using page = await open('start/', { viewport: { width: 1440, height: 900 } });
    const program = await page.locator('.expressive-code', { hasText: 'import' }).boundingBox();
    expect((program?.y ?? Infinity) + (program?.height ?? 0)).toBeLessThan(900);
  });

  // Bytes of all files that a page loads before someone uses it, compressed, with those that its workers load.
  it.each([
    ['', 220_000],
    ['guides/rate-limits/', 60_000],
    ['api/example/sdk/classes/client/', 45_000],
    ['playground/', 180_000],
  ])('loads at most this many bytes: /%s, %i', async (path, limit) => {
    await using page = await open('404.html', { serviceWorkers: 'block' });
    await page.goto('about:blank');
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) => {
      sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    await page.goto(origin + path, { waitUntil: 'networkidle' });

    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(limit);
  });

  it('leads to the guides, the reference and the playground from each page, also on a phone', async () => {
    await using page = await open('404.html');
    for (const path of ['', 'playground/', '404.html', 'guides/webhooks/']) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(origin + path);
      for (const name of ['Guides', 'API', 'Playground', 'Project'])
        expect(
          await page
            .getByRole('navigation', { name: 'Site', exact: true })
            .getByText(name, { exact: true })
            .isVisible(),
        ).toBe(true);
      await page.setViewportSize({ width: 390, height: 844 });
      // Pages without a sidebar have no menu, but a second line.
      const menu = page.getByRole('button', { name: 'Menu' });
      if (await menu.isVisible()) await menu.click();
      for (const name of ['Guides', 'API', 'Playground', 'Project'])
        await page.getByRole('link', { name, exact: true }).filter({ visible: true }).first().waitFor();
      expect(await axeFindings(page, { exclude: ['.expressive-code'] })).toEqual([]);
    }
  });

  it.each([
    ['api/', '@example/sdk'],
    ['api/example/sdk/classes/client/', 'Client'],
  ])('shows in the sidebar where the reader is: /%s', async (path, name) => {
    await using page = await open(path, { viewport: { width: 1440, height: 900 } });
    const entry = page
      .locator('#starlight__sidebar')
      .getByText(name, { exact: true })
      .filter({ visible: true })
      .first();
    const box = await entry.boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(900);
  });

  it('has a search box for the keyboard', async () => {
    await using page = await open('404.html');
    const search = async (query: string) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(query);
    };
    await search('verify webhook signature');
    await page.waitForSelector('site-search .section');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/guides\/webhooks\/#./);

    // The first hit.
    await search('retries');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/guides\/retries\//);

    await search('zzzzzz');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing found for “zzzzzz”.').waitFor();
    expect(await page.isVisible('site-search dialog')).toBe(true);
    // The first one empties the box.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.isVisible('site-search dialog')).toBe(false);
  });

  it('says that the search could not be loaded, and tries again', async () => {
    await using page = await open('404.html');
    await page.route('**/search.json', (route) => route.abort());
    await page.click('[data-open-modal]');
    await page.fill('site-search input', 'limit');
    await page.getByText('could not be loaded').waitFor();
    await page.unroute('**/search.json');
    await page.fill('site-search input', 'zzzzzz');
    await page.getByText('Nothing found for “zzzzzz”.').waitFor();
    await page.click('[data-close-modal]');
    expect(await page.isVisible('site-search dialog')).toBe(false);
  });
});
