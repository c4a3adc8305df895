import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { browserEngines, waitFor } from '../support/browser-engines.ts';
import { hidden, mainKinds, partOf } from './support/pages.ts';
import { built, dist, origin } from './support/site.ts';

/** Opens pages on a phone, and returns what is hidden in each. */
const hiddenOnAPhone = (paths: readonly string[]) => `(async () => {
  const frame = Object.assign(document.createElement('iframe'), { width: 390, height: 844, style: 'border: 0' });
  document.body.prepend(frame);
  const found = [];
  for (const path of ${JSON.stringify(paths)}) {
    frame.src = '/js-sdk/' + path;
    await new Promise((resolve) => (frame.onload = resolve));
    found.push(...(${hidden})(frame.contentDocument).map((each) => path + ': ' + each));
  }
  return found;
})()`;

/** The elements that a phone shows first and that are elsewhere once the page has loaded. */
const movedOnAPhone = (path: string) => `(async () => {
  const frame = Object.assign(document.createElement('iframe'), { width: 390, height: 844, src: '/js-sdk/${path}' });
  document.body.prepend(frame);
  const texts = () => [...frame.contentDocument.querySelectorAll('main :is(h1, h2, p, pre, table)')];
  const top = (each) => Math.round(each.getBoundingClientRect().top);
  const areStylesLoaded = (page) => [...page.querySelectorAll('link[rel=stylesheet]')].every(({ sheet }) => sheet);
  while (texts().length < 3 || !areStylesLoaded(frame.contentDocument)) await new Promise(requestAnimationFrame);
  const shown = texts().filter((each) => each.checkVisibility() && top(each) < 844).slice(0, 8);
  const before = shown.map(top);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const found = shown.filter((each, index) => top(each) !== before[index]).map((each) => each.textContent.slice(0, 40));
  frame.remove();
  return found;
})()`;

for (const { name, isInstalled, open } of browserEngines.filter((engine) => engine.name !== 'WebKit')) {
  describe.runIf(isInstalled)(`the pages in ${name}`, () => {
    beforeAll(built);

    it('hide nothing on a phone: no page is wider than the window, no table or code wider than the page', async () => {
      const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('index.html'));
      await using tab = await open();
      await tab.goto(`${origin}404.html`);

      expect(files.length).toBeGreaterThan(150);
      expect(await tab.evaluate(hiddenOnAPhone(files.map((file) => file.replace(/index\.html$/, ''))))).toEqual([]);
    });
    // Chromium runs more of these tests in the files beside this one.
    if (name !== 'Firefox') return;
    it('pass axe, and move nothing after they are shown', async () => {
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
      await waitFor(tab, `document.querySelector('.playground[data-state=ended]')`);
      const parts = `document.querySelectorAll('[data-part=status], [data-figure=refused]')`;
      const shown = await tab.evaluate(`Array.from(${parts}, (part) => part.textContent).join(' ')`);
      expect(shown).toMatch(/^Done.* 0$/);
    });
  });
}
