import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { examplesOf, outcomes, pagesWithExamples } from './support/examples.ts';
import { axeFindings, describeInChromium, ended, origin, run } from './support/site.ts';

const start = `import { Client } from '@example/sdk';\nconst client = new Client();\n`;
const isLoaded = (page: Page) => page.getByText('F1 describes').waitFor({ timeout: 60_000 });
const isOfTypes = (url: string) => /\/(language|types)[^/]*\.js$/.test(url);

function requestsOf(page: Page): string[] {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  return requests;
}

describeInChromium('the editor', (open) => {
  // One page, since TypeScript takes seconds to start.
  it('loads TypeScript on focus, completes, describes and checks with the keyboard and the mouse', async () => {
    await using page = await open('playground/');
    const requests = requestsOf(page);
    await run(page);
    expect(requests.filter(isOfTypes)).toEqual([]);
    await page.focus('.cm-content');
    await isLoaded(page);
    expect(requests.filter(isOfTypes)).not.toEqual([]);
    const ownFiles = new RegExp(`^${origin}(_astro/|favicon)`);
    expect(requests.filter((url) => !ownFiles.test(url))).toEqual([]);

    // Completion, with a description of what it offers.
    await page.fill('.cm-content', start);
    await page.keyboard.press('Control+End');
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
    expect(await axeFindings(page, '.playground')).toEqual([]);
    await page.keyboard.press('Enter');
    expect(await page.textContent('.cm-line:last-child')).toBe('await client.users.get');
    await page.keyboard.type("('user_123'); sandbox.faults.next({ body: '");
    await page.keyboard.press('Control+Space');
    await page.locator('.cm-completionLabel', { hasText: 'malformed' }).waitFor();
    await page.keyboard.press('Escape');

    // A description, under the mouse and on F1.
    await page.fill('.cm-content', `${start}await client.users.get('user_123');`);
    const description = page.locator('.cm-tooltip .cm-description', {
      hasText: 'Gets a user by id: `GET /users/{id}`.',
    });
    await page.getByText('get', { exact: true }).hover();
    await description.waitFor();
    expect(await page.textContent('.cm-description code')).toContain('Users.get(id: string');
    await page.mouse.move(0, 0);
    await description.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+End');
    for (let count = 0; count < 14; count++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('F1');
    await description.waitFor();
    expect(await axeFindings(page, '.playground')).toEqual([]);
    await page.keyboard.press('Escape');
    await description.waitFor({ state: 'detached' });

    // Type errors.
    await page.fill('.cm-content', `${start}const user = await client.users.get('user_123');\nuser.nam;`);
    await page.waitForSelector('.cm-lintRange-error');
    expect(await page.textContent('.cm-lintRange-error')).toBe('nam');
    await page.getByText('1 type error.').waitFor();
    await page.keyboard.press('F8');
    await page.getByText("Property 'nam' does not exist on type 'User'. Did you mean 'name'?").first().waitFor();
    await page.keyboard.type('name');
    await page.getByText('No type errors.').waitFor();
    expect(await page.locator('.cm-lintRange-error').count()).toBe(0);
  });

  it('loads TypeScript on a phone only on request', async () => {
    await using page = await open('playground/', {
      hasTouch: true,
      isMobile: true,
      viewport: { width: 390, height: 844 },
    });
    await page.waitForSelector('.cm-content');
    const requests = requestsOf(page);
    await page.tap('.cm-content');
    await page.waitForTimeout(500);
    expect(requests).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    await page.tap('[name=types]');
    await page.getByText('No type errors. Completion is on.').waitFor({ timeout: 60_000 });
    expect(await page.isHidden('[name=types]')).toBe(true);
  });

  it('works without TypeScript where that cannot be loaded', async () => {
    await using page = await open('playground/', {});
    await page.route(/\/language-worker[^/]*\.js$/, (route) => route.abort());
    await page.focus('.cm-content');
    await page.getByText('Completion and type errors could not be loaded.').waitFor();
    expect(await page.isVisible('[name=types]')).toBe(true);
    expect((await run(page)).status).toMatch(/^Done\./);
  });
});

describeInChromium('the examples of the guides', (open) => {
  const withOutcomes = pagesWithExamples.filter(({ file }) => examplesOf(file).some(({ name }) => outcomes[name]));

  it.each(withOutcomes)('runs each example of $address in its place', async ({ address, file }) => {
    await using page = await open(`${address}/`);
    const examples = examplesOf(file).filter(({ name }) => outcomes[name]);
    expect(await page.locator('.run-example').count()).toBe(examples.length);
    for (const { name, code } of examples) {
      const before = page.locator('.run-example').first().locator('xpath=preceding-sibling::*[1]');
      const shown = await before.locator('button[data-code]').getAttribute('data-code');
      expect(shown?.replaceAll('\u007f', '\n').trim()).toBe(code.trim());
      await page.locator('.run-example a').first().click();
      await ended(page);
      const text = (await page.textContent('.playground')) ?? '';
      const [, outcome, requests] = /(Done|Failed)\. (\d+) requests?/.exec(text) ?? [];
      expect({ name, outcome, requests }).toEqual({
        name,
        outcome: 'Done',
        requests: String(outcomes[name]?.requests),
      });
      for (const part of outcomes[name]?.shows ?? []) expect(text).toContain(part);
      await page.click('[name=close]');
      await before.locator('xpath=following-sibling::*[1]').evaluate((each) => each.remove());
      expect(page.workers()).toEqual([]);
    }
  });

  it('opens once, knows what the example takes for granted, and leaves nothing running when it is closed', async () => {
    await using page = await open('guides/errors/');
    await page.evaluate(`for (let i = 0; i < 2; i++) document.querySelector('.run-example a').click()`);
    await ended(page);
    expect(await page.locator('.playground').count()).toBe(1);
    await page.focus('.cm-content');
    await page.getByText('No type errors.').waitFor({ timeout: 60_000 });
    expect(page.workers()).toHaveLength(1);
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
      expect(await axeFindings(page, '.playground')).toEqual([]);
    }
    await page.click('[name=close]');
    await vi.waitFor(() => expect(page.workers()).toEqual([]));
  });

  it('edits an example, shares it, and gives its place back', async () => {
    await using page = await open('guides/retries/', { permissions: ['clipboard-write'] });
    await page.locator('.run-example a').first().click();
    await ended(page);
    await page.fill('.cm-content', `console.log('edited');`);
    expect((await run(page)).console).toBe('edited\n');
    await page.click('[name=share]');
    const address = await page.getAttribute('[data-part=shared] a', 'href');
    await page.click('[name=close]');
    expect(await page.locator('.playground').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Run this example');

    await page.goto(address ?? '');
    await page.waitForSelector('.cm-content');
    expect(await page.textContent('.cm-content')).toBe(`console.log('edited');`);
  });
});
