import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings, type Open } from '../support/page.ts';

const start = `import { Client } from '@example/sdk';\nconst client = new Client();\n`;
const isLoaded = (page: Page) => page.getByText('F1 describes').waitFor({ timeout: 30_000 });

export function describeEditor(open: Open): void {
  describe('the editor', () => {
    /** Opens the playground with a program, and with TypeScript loaded. */
    async function edit(code: string, options: Parameters<Open>[1] = {}): Promise<Page> {
      const page = await open('playground/', options);
      await page.fill('.cm-content', code);
      await page.keyboard.press('Control+End');
      await isLoaded(page);
      return page;
    }

    it('loads TypeScript on focus, from the site alone', async () => {
      const page = await open('playground/');
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.click('[name=run]');
      await page.waitForSelector('.playground[data-state=ended]');
      const isOfTypes = (url: string) => /\/(language|types)[^/]*\.js$/.test(url);
      expect(requests.filter(isOfTypes)).toEqual([]);

      await page.focus('.cm-content');
      await isLoaded(page);
      expect(requests.filter(isOfTypes)).not.toEqual([]);
      const { origin } = new URL(page.url());
      expect(requests.filter((url) => !url.startsWith(`${origin}/js-sdk/_astro/`))).toEqual([]);
      await page.close();
    });

    it('completes with the keyboard, and describes what it offers', async () => {
      const page = await edit(start);
      await page.keyboard.type('await client.use');
      await page.waitForSelector('.cm-completionInfo');
      // CodeMirror takes no key for a choice that was pressed before the list could be seen.
      await page.waitForTimeout(500);
      await page.keyboard.press('Enter');
      await page.getByText('await client.users').waitFor();
      await page.keyboard.type('.');
      await page.waitForSelector('.cm-completionLabel');
      expect(await page.locator('.cm-completionLabel').allTextContents()).toEqual(['create', 'get']);
      await page.locator('.cm-completionInfo', { hasText: 'Creates a user: `POST /users`.' }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.locator('.cm-completionInfo', { hasText: 'Throws NotFoundError when' }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('Enter');
      expect(await page.textContent('.cm-line:last-child')).toBe('await client.users.get');

      await page.keyboard.type("('user_123'); sandbox.faults.next({ body: '");
      await page.keyboard.press('Control+Space');
      await page.locator('.cm-completionLabel', { hasText: 'malformed' }).waitFor();
      await page.close();
    });

    it('describes a name under the mouse, and on F1', async () => {
      const page = await edit(`${start}await client.users.get('user_123');`);
      const description = page.locator('.cm-tooltip .cm-description', {
        hasText: 'Gets a user by id: `GET /users/{id}`.',
      });
      await page.getByText('get', { exact: true }).hover();
      await description.waitFor();
      expect(await page.textContent('.cm-description code')).toContain('Users.get(id: string');
      await page.mouse.move(0, 0);
      await description.waitFor({ state: 'detached' });

      for (let count = 0; count < 14; count++) await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('F1');
      await description.waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await description.waitFor({ state: 'detached' });
      await page.close();
    });

    it('marks type errors, counts them, and leads to them', async () => {
      const page = await edit(`${start}const user = await client.users.get('user_123');\nuser.nam;`);
      await page.waitForSelector('.cm-lintRange-error');
      expect(await page.textContent('.cm-lintRange-error')).toBe('nam');
      await page.getByText('1 type error.').waitFor();
      await page.keyboard.press('F8');
      await page.getByText("Property 'nam' does not exist on type 'User'. Did you mean 'name'?").first().waitFor();
      await page.keyboard.type('name');
      await page.getByText('No type errors.').waitFor();
      expect(await page.locator('.cm-lintRange-error').count()).toBe(0);
      await page.close();
    });

    it('checks an example of a guide with what it takes for granted', async () => {
      const page = await open('guides/errors/');
      await page.locator('.run-example a').first().click();
      await page.waitForSelector('.playground[data-state=ended]');
      await page.focus('.cm-content');
      await page.getByText('No type errors.').waitFor({ timeout: 30_000 });
      await page.close();
    });

    it('loads TypeScript on a phone only on request', async () => {
      const page = await open('playground/', { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.tap('.cm-content');
      await page.waitForTimeout(500);
      expect(requests).toEqual([]);
      expect(await axeFindings(page)).toEqual([]);
      await page.tap('[name=types]');
      await page.getByText('No type errors. Completion is on.').waitFor();
      expect(await page.isHidden('[name=types]')).toBe(true);
      await page.close();
    });

    it('works without TypeScript where that cannot be loaded', async () => {
      const page = await open('playground/');
      await page.route(/\/language-worker[^/]*\.js$/, (route) => route.abort());
      await page.focus('.cm-content');
      await page.getByText('Completion and type errors could not be loaded.').waitFor();
      expect(await page.isVisible('[name=types]')).toBe(true);
      await page.click('[name=run]');
      await page.waitForSelector('.playground[data-state=ended]');
      expect(await page.textContent('[data-part=status]')).toMatch(/^Done\./);
      await page.close();
    });
  });
}
