import { describe, expect, it } from 'vitest';
import { demonstrations } from '../../../site/src/demonstrations/catalog.ts';
import { programs } from '../../../site/src/playground/programs.ts';
import { browserEngines, type Tab, waitFor } from '../../support/browser-engines.ts';

const engine = browserEngines.find(({ name }) => name === 'Firefox')!;

/** Whether the SDK and the API run in the pages of the site in Firefox. Part of the test of the site, which builds it. */
export function describeInFirefox(origin: () => Promise<string>): void {
  const textOf = (tab: Tab, selector: string) =>
    tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);

  async function runsToItsEnd(tab: Tab, card: string, button: string, status: string): Promise<void> {
    await tab.evaluate(`document.querySelector(${JSON.stringify(`${card} ${button}`)}).click()`);
    await waitFor(tab, `document.querySelector(${JSON.stringify(`${card}[data-state=ended]`)})`);
    expect(await textOf(tab, `${card} ${status}`)).toMatch(/^Done[.,]/);
  }

  describe.runIf(engine.isInstalled || process.env['CI'] !== undefined)('the site in Firefox', () => {
    it('runs the program of the home page', async () => {
      await using tab = await engine.open();
      await tab.goto(await origin());
      await waitFor(tab, `document.querySelector('.playground [name=run]:not(:disabled)')`);
      await runsToItsEnd(tab, '.playground', '[name=run]', '[data-part=status]');
    });

    it('runs each program of the playground', async () => {
      await using tab = await engine.open();
      for (const name of Object.keys(programs)) {
        await tab.goto(`${await origin()}playground/`);
        await waitFor(tab, `document.querySelector('.playground [name=run]:not(:disabled)')`);
        await tab.evaluate(
          `(() => {
            const menu = document.querySelector('[name=program]');
            menu.value = ${JSON.stringify(name)};
            menu.dispatchEvent(new Event('change', { bubbles: true }));
          })()`,
        );
        await runsToItsEnd(tab, '.playground', '[name=run]', '[data-part=status]');
      }
    });

    it('runs each demonstration', async () => {
      await using tab = await engine.open();
      await tab.goto(`${await origin()}side-by-side/`);
      for (const name of Object.keys(demonstrations)) {
        await runsToItsEnd(tab, `.demonstration[data-name=${name}]`, 'button', '[role=status]');
      }
    });
  });
}
