import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { browserEngines, waitFor } from '../support/browser-engines.ts';
import { mayTest } from '../support/child-process.ts';
import { built, describeSite, dist, origin } from './support/site.ts';

/** Kinds of pages that differ most, and the others. The last one is what a wrong address shows. */
const mainKinds = ['', 'playground/', 'start/', 'guides/options/', 'api/example/sdk/classes/client/'];
const otherKinds = ['guides/webhooks/', 'reference/benchmarks/', 'project/changelog/', 'api/', '404.html'];

const wide = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

/** What a reader can't see of a page: what is wider than the window, and code that is cut off or behind the button that copies it. */
const hidden = `(page) => {
  const all = (selector) => [...page.querySelectorAll(selector)].filter(({ clientWidth }) => clientWidth > 0);
  const cut = all('pre, main table').filter((part) => part.scrollWidth > part.clientWidth);
  const covered = all('.expressive-code .copy').filter((button) => {
    const { left, bottom } = button.getBoundingClientRect();
    const code = Array.from(button.parentElement.querySelectorAll('.ec-line .code > span'), (part) => part.getBoundingClientRect());
    return code.some((part) => part.right > left && part.top < bottom);
  });
  const beyond = page.documentElement.scrollWidth > page.defaultView.innerWidth ? ['the page is wider than the window'] : [];
  return [...beyond, ...[...cut, ...covered].map(({ parentElement }) => parentElement.textContent.slice(0, 80))];
}`;

/** Shows pages on a phone, and returns what is hidden in each. One that looks as the one before only replaces its content. */
const hiddenOnAPhone = (paths: readonly string[]) => `(async () => {
  const lookOf = (page) => JSON.stringify([
    { ...page.documentElement.dataset, theme: '' },
    ...Array.from(page.querySelectorAll('link[rel=stylesheet], style'), (each) => each.href ?? each.textContent),
  ]);
  const loaded = (each) => new Promise((resolve) => (each.onload = resolve));
  const frame = Object.assign(document.createElement('iframe'), { width: 390, height: 844, style: 'border: 0' });
  document.body.prepend(frame);
  const found = [];
  for (const path of ${JSON.stringify(paths)}) {
    const page = new DOMParser().parseFromString(await (await fetch('/js-sdk/' + path)).text(), 'text/html');
    if (lookOf(page) === lookOf(frame.contentDocument)) {
      const main = page.querySelector('main');
      const styles = Array.from(main.querySelectorAll('link[rel=stylesheet]'), loaded);
      frame.contentDocument.querySelector('main').replaceWith(main);
      await Promise.all(styles);
      for (const script of main.querySelectorAll('script:not([src], [type])')) frame.contentWindow.eval(script.textContent);
    } else {
      frame.src = '/js-sdk/' + path;
      await loaded(frame);
    }
    found.push(...(${hidden})(frame.contentDocument).map((each) => path + ': ' + each));
  }
  return found;
})()`;

/** How much has moved in a page since it was opened: layout shifts, without those after an input. */
const shifts = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(sum), 500);
})`;

/** The same for a browser that counts no shifts: what is first in a page, on a phone, and is elsewhere once the page has loaded. */
const movedOnAPhone = (path: string) => `(async () => {
  const frame = Object.assign(document.createElement('iframe'), { width: 390, height: 844, src: '/js-sdk/${path}' });
  document.body.prepend(frame);
  const places = () => Array.from(frame.contentDocument.querySelectorAll('main :is(h1, h2, p, pre, table)'), (each) =>
    each.textContent.slice(0, 40) + ' at ' + Math.round(each.getBoundingClientRect().top)).slice(0, 8);
  const areStylesLoaded = (page) => [...page.querySelectorAll('link[rel=stylesheet]')].every(({ sheet }) => sheet);
  while (places().length < 3 || !areStylesLoaded(frame.contentDocument)) await new Promise(requestAnimationFrame);
  const before = places();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const after = places();
  frame.remove();
  return before.filter((place) => !after.includes(place));
})()`;

for (const { name, packages, isInstalled, open } of browserEngines.filter((engine) => engine.name !== 'WebKit')) {
  describe.runIf(mayTest(isInstalled, name, packages.join(' ')))(`the pages in ${name}`, () => {
    beforeAll(built);

    it('hide nothing on a phone: none is wider than the window, and no table or code is wider than the page', async () => {
      const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('index.html'));
      await using tab = await open();
      await tab.goto(`${origin}404.html`);

      expect(files.length).toBeGreaterThan(150);
      expect(await tab.evaluate(hiddenOnAPhone(files.map((file) => file.replace(/index\.html$/, ''))))).toEqual([]);
    });
    // More of it is tested in Chromium, below.
    if (name !== 'Firefox') return;
    it('have no findings of axe, and move nothing after they were shown', async () => {
      await using tab = await open();
      const page = { evaluate: (script: string) => tab.evaluate(`eval(${JSON.stringify(script)})`) };
      for (const path of mainKinds) {
        await tab.goto(origin + path);
        expect({ path, found: await axeFindings(page, partOf(path)) }).toEqual({ path, found: [] });
        expect({ path, moved: await tab.evaluate(movedOnAPhone(path)) }).toEqual({ path, moved: [] });
      }
    });

    it.each(['', 'playground/'])('run the program of /%s', async (path) => {
      await using tab = await open();
      await tab.goto(origin + path);
      await waitFor(tab, `document.querySelector('.playground:is([data-state], :has(.cm-content))')`);
      if (path !== '') await tab.evaluate(`document.querySelector('[name=run]').click()`);
      await waitFor(tab, `document.querySelector('.playground[data-state=ended]')`);
      expect(await tab.evaluate(`document.querySelector('[data-part=status]').textContent`)).toMatch(
        /^Done\. \d+ requests .+ 0 refused/,
      );
    });
  });
}

/** The sidebar and the colours of code are the same on each page. */
function partOf(path: string): string | object {
  return path === 'start/' ? 'html' : { exclude: ['nav.sidebar', '.expressive-code'] };
}

describeSite('the pages of the site', (open) => {
  it.each([...mainKinds, ...otherKinds])(
    'has no findings of axe, hides nothing, and moves nothing after it was shown: /%s',
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

  it('leads to the guides, the reference, the playground and the project from each page, also on a phone', async () => {
    await using page = await open('404.html');
    for (const path of ['', 'playground/', '404.html', 'guides/webhooks/']) {
      for (const size of [wide, phone]) {
        await page.setViewportSize(size);
        await page.goto(origin + path);
        // Pages without a sidebar have no menu, but a second line.
        const menu = page.getByRole('button', { name: 'Menu' });
        if (await menu.isVisible()) await menu.click();
        for (const name of ['Guides', 'API', 'Playground', 'Project'])
          await page.getByRole('link', { name, exact: true }).filter({ visible: true }).first().waitFor();
      }
      expect(await axeFindings(page, { exclude: ['.expressive-code'] })).toEqual([]);
    }
  });

  it.each([
    ['start/', 'main', 'console.log(project.name)'],
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
      // In one line.
      if (path !== 'start/') expect((await box('@example/sdk/webhooks'))?.height).toBeLessThan(30);
    },
  );

  it('has a search box for the keyboard, which shows popular pages and where each page is', async () => {
    await using page = await open('404.html');
    const first = async () => (await page.locator('site-search li').first().innerText()).split('\n').slice(0, 2);
    await page.keyboard.press('/');
    expect(await first()).toEqual(['Get started', 'Guides']);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.type('zzz/zzz');
    await page.getByText('Nothing found for “zzz/zzz”.').waitFor();
    await page.keyboard.press('Enter');
    // The first one empties the box.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.isVisible('site-search dialog')).toBe(false);

    await page.keyboard.press('Control+k');
    await page.keyboard.type('verify webhook signature');
    await page.waitForSelector('site-search li a + a');
    expect(await first()).toEqual(['Webhooks', 'Guides']);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/guides\/webhooks\/#./);

    // The first hit.
    await page.keyboard.press('Control+k');
    await page.keyboard.type('ClientOptions');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/interfaces\/clientoptions\//);
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
