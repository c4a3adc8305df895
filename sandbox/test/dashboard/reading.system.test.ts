import { describe, expect, test } from 'vitest';
import { axeFindings } from '../../../test/support/axe.ts';
import { describeInChromium } from '../../../test/support/use-chromium.ts';
import { call, john } from '../support/calls.ts';
import { dashboards, isLive } from '../support/dashboard-browser.ts';
import { receiver } from '../support/receiver.ts';

/** The distance from the top of each button that covers part of another one, so that a tap may hit the wrong one. */
function overlapping(): number[] {
  const buttons = [...document.querySelectorAll('main :is(button, .button)')].filter((each) => each.checkVisibility());
  const rects = buttons.map((each) => each.getBoundingClientRect());
  const beside = (a: DOMRect, b: DOMRect) => a.right <= b.left || b.right <= a.left;
  const covers = (a: DOMRect, b: DOMRect) => !beside(a, b) && a.top < b.bottom && b.top < a.bottom;
  return rects.flatMap((rect, index) => (rects.slice(index + 1).some((other) => covers(rect, other)) ? rect.y : []));
}

describeInChromium('reading the dashboard in Chromium', () => {
  const open = dashboards();

  test('times are local, with UTC on hover', async () => {
    const { page, send } = await open({ now: () => Date.parse('2024-07-01T22:30:15Z') });
    await send();
    await page.goto('/dashboard/requests');
    const time = page.locator('.rows time');
    await expect.poll(() => time.textContent()).toBe('00:30:15');
    expect(await time.getAttribute('title')).toBe('2024-07-01 22:30:15 UTC');
    await page.locator('.rows a').click();
    await page.locator('#detail time').getByText('00:30:15 (').waitFor();
  });

  test('everything works with the keyboard: skip link, rows, Escape, forms', async () => {
    const { page, send, expectProblems } = await open();
    await send('/users/user_1');
    await page.goto('/dashboard/requests');
    await isLive(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent.trim())).toBe('Skip to content');
    await page.locator('.rows a').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('#detail').getByRole('heading', { name: '/v1/users/user_1' }).waitFor();
    await page.getByRole('button', { name: 'Copy as cURL' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Copied the cURL command').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#detail').waitFor({ state: 'detached' });
    await page.goBack();
    await page.locator('#detail').waitFor();

    await page.goto('/dashboard/users');
    await page.getByRole('button', { name: 'Create user' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('John Doe');
    await page.keyboard.press('Tab');
    await page.keyboard.type('john@localhost');
    await page.keyboard.press('Enter');
    await page.getByText('Must be an email address, such as john@example.com.').waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent);
    await expect.poll(focused).toBe('email');
    expect(await page.getByRole('dialog').evaluate((dialog) => dialog.matches(':modal'))).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Create user' }).press('Enter');
    await page.getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect.poll(focused).toBe('Create user');
    expectProblems(/422/);
  });

  test('on a phone, the sections are in a menu, and a request fills the screen', async () => {
    const { page, send } = await open({}, { viewport: { width: 390, height: 844 } });
    for (let index = 0; index < 5; index++) await send(`/organizations/org_0123456789012345/members?page=${index}`);
    await page.goto('/dashboard');
    expect(await page.getByRole('link', { name: 'Requests', exact: true }).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Requests', exact: true }).click();
    await page.getByRole('heading', { name: 'Requests' }).waitFor();

    // Both ends of a path are visible, on one line.
    const [subject, start, end] = await page
      .locator('.rows bdi')
      .first()
      .evaluate((text) => [text, ...text.querySelectorAll('b')].map((each) => each.getBoundingClientRect()));
    expect([start!.left, start!.top, end!.top]).toEqual([subject!.left, subject!.top, subject!.top]);
    expect(end!.right).toBeLessThanOrEqual(subject!.right);

    await page.locator('.rows a').nth(3).click();
    await page.locator('#detail').waitFor();
    expect(await page.locator('.log-list').isVisible()).toBe(false);
    await page.getByRole('link', { name: 'Close' }).click();
    await page.locator('.rows a').nth(3).waitFor();
  });

  describe('axe finds no problems, and no page is too wide', () => {
    /** The rules that depend on colors. */
    const colorRules = ['color-contrast', 'link-in-text-block'];

    test.each([1280, 390])(
      'at %i px, light and dark',
      async (width) => {
        const { page, sandbox, expectProblems } = await open(
          { rateLimit: { limit: 8 }, webhooks: { schedule: [60_000] } },
          // Colors change immediately with the color scheme.
          { viewport: { width, height: 800 }, reducedMotion: 'reduce' },
        );
        const target = await receiver([500, 204]);
        const { id } = sandbox.webhooks.register({
          url: `${target.url}/with/a/path/that/is/longer/than/a/phone/is/wide`,
        });
        for (let index = 0; index < 2; index++) sandbox.state.users.create();
        await sandbox.webhooks.flush();
        sandbox.webhooks.register({ url: 'http://127.0.0.1:9/' });
        sandbox.webhooks.update(id, { enabled: false });
        for (const fault of [{ body: 'malformed' }, { reset: true }, { status: 503 }] as const) {
          sandbox.faults.next(fault);
          await call(sandbox, 'GET /v1/projects').catch(() => undefined);
        }
        const headers = { 'Idempotency-Key': 'once' };
        for (let index = 0; index < 2; index++) await call(sandbox, 'POST /v1/users', { json: john, headers });
        for (const path of ['users/nobody', 'projects?page=0', 'projects', 'projects'])
          await call(sandbox, `GET /v1/${path}`);
        sandbox.faults.next({ status: 503, route: 'POST /users' });
        sandbox.clock.advance(1000);

        for (const path of [
          ...['', '/requests', '/requests/req_gone', '/api-tokens', '/webhooks', `/webhooks/${id}`],
          ...[`/deliveries/${sandbox.webhooks.deliveries[0]!.id}`, '/users', '/projects', '/faults'],
          ...sandbox.requests.map((request) => `/requests/${request.id}`),
        ]) {
          await page.goto(`/dashboard${path}`);
          await isLive(page);
          await page.evaluate(() => {
            for (const fold of document.querySelectorAll('details')) fold.open = true;
          });
          expect(await page.evaluate(() => document.documentElement.scrollWidth), `${path} is too wide`).toBe(width);
          expect([path, await page.evaluate(overlapping)]).toEqual([path, []]);
          expect([path, await axeFindings(page)]).toEqual([path, []]);
          await page.emulateMedia({ colorScheme: 'dark' });
          expect([path, 'dark', await axeFindings(page, 'html', colorRules)]).toEqual([path, 'dark', []]);
          await page.emulateMedia({ colorScheme: 'light' });
          await page.evaluate(() => document.querySelector<HTMLDialogElement>('main dialog:not([open])')?.showModal());
          const opened = await axeFindings(page, 'dialog:modal, body:not(:has(:modal))');
          expect([path, 'open', opened]).toEqual([path, 'open', []]);
        }
        expectProblems(/404/);
      },
      120_000,
    );
  });
});
