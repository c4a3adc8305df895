import { beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { browserEngines, waitFor } from '../support/browser-engines.ts';
import { mayTest } from '../support/child-process.ts';
import { hidden, mainKinds, partOf } from './support/pages.ts';
import { built, origin } from './support/site.ts';

// In the other engine that Debian has for pages. pages.system.test.ts tries more in Chromium.

/** What a phone hides of a page. */
const hiddenOnAPhone = (path: string) => `(async () => {
  const frame = Object.assign(document.createElement('iframe'), { width: 390, height: 844, src: '/js-sdk/${path}' });
  document.body.prepend(frame);
  await new Promise((resolve) => (frame.onload = resolve));
  const found = (${hidden})(frame.contentDocument);
  frame.remove();
  return found;
})()`;

const [firefox] = browserEngines.filter(({ name }) => name === 'Firefox');
const { isInstalled, packages, open } = firefox!;

describe.runIf(mayTest(isInstalled, 'Firefox', packages.join(' ')))('the pages in Firefox', () => {
  beforeAll(built);

  it('have no findings of axe, and hide nothing on a phone', async () => {
    await using tab = await open();
    const page = { evaluate: (script: string) => tab.evaluate(`eval(${JSON.stringify(script)})`) };
    for (const path of mainKinds) {
      await tab.goto(origin + path);
      expect({ path, found: await axeFindings(page, partOf(path)) }).toEqual({ path, found: [] });
      expect({ path, hidden: await tab.evaluate(hiddenOnAPhone(path)) }).toEqual({ path, hidden: [] });
    }
  });

  it.each(['', 'playground/'])('run the program of /%s', async (path) => {
    await using tab = await open();
    await tab.goto(origin + path);
    await waitFor(tab, `document.querySelector('.playground:is([data-state], :has(.cm-content))')`);
    if (path !== '') await tab.evaluate(`document.querySelector('[name=run]').click()`);
    await waitFor(tab, `document.querySelector('.playground[data-state=ended]')`);
    const parts = `document.querySelectorAll('[data-part=status], [data-figure=Refused]')`;
    const shown = await tab.evaluate(`Array.from(${parts}, (part) => part.textContent).join(' ')`);
    expect(shown).toMatch(/^Done.*\. 0$/);
  });
});
