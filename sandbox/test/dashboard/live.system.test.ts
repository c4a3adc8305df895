import { createSandbox } from '@example/sandbox';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInChromium } from '../../../test/support/use-chromium.ts';
import { john } from '../support/calls.ts';
import { dashboards, isLive } from '../support/dashboard-browser.ts';

const rows = (page: Page) => page.locator('.log .rows > li');

describeInChromium('an open page stays up to date', () => {
  const open = dashboards();

  test('a new token is shown once, can be copied, and its requests appear', async () => {
    const { page, context, sandbox, send } = await open();
    await page.goto('/dashboard/api-tokens');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByLabel('Name', { exact: true }).fill('CI <main>');
    await page.getByRole('button', { name: 'Create token' }).last().click();
    await page.getByText('“CI <main>” created.').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('API tokens'); // the heading
    await page.getByRole('button', { name: 'Copy token' }).click();
    await page.getByText('Copied the token').waitFor();
    const token = await page.evaluate(() => navigator.clipboard.readText());
    expect(token).toMatch(/^example_\w{32}$/);

    // The page can be reloaded: the token is gone, and no other token was created.
    expect(new URL(page.url()).search).toBe('');
    await page.reload();
    expect(await page.content()).not.toContain(token);
    expect(sandbox.state.tokens.list()).toHaveLength(2);

    const watching = await context.newPage();
    await watching.goto('/dashboard/requests');
    await isLive(watching);
    expect((await send(undefined, { token })).status).toBe(200);
    await rows(watching).first().getByText('/v1/projects?per_page=1').waitFor();
    expect(await rows(watching).first().textContent()).toMatch(/[<\d]+ ms/);
  });

  test('only a visible tab has an event stream, because a browser allows six connections to a server', async () => {
    const { page, send } = await open();
    await page.goto('/dashboard/requests');
    await isLive(page);
    const streams: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/dashboard/events')) streams.push(request.url());
    });
    const become = (hidden: boolean) =>
      page.evaluate((isHidden) => {
        Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    const closed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/dashboard/events'));
    await become(true);
    await closed;
    await send('/users/meanwhile');
    expect(streams).toEqual([]);
    await become(false);
    await rows(page).first().getByText('meanwhile').waitFor();
    expect(streams).toHaveLength(1);
  });

  test("says when the server doesn't respond, and shows the state of the next one", async () => {
    const { page, context, sandbox, server, send, expectProblems } = await open();
    await send('/users/old');
    await page.goto('/dashboard/requests');
    await isLive(page);
    await rows(page).first().click();
    await page.locator('#detail').waitFor();
    await page.evaluate(() => Object.assign(globalThis, { isOldPage: true }));
    await sandbox.close();
    await page.getByText('Disconnected: the server does not answer').waitFor();

    const next = createSandbox();
    await next.listen(server.port);
    await page.getByText('It is kept in memory').waitFor();
    await isLive(page);
    // The script comes from the next server, too.
    await expect.poll(() => page.evaluate(() => 'isOldPage' in globalThis)).toBe(false);
    await context.close();
    await next.close();
    expectProblems(/ERR_|404/);
  });

  test('keeps what you typed, its errors, and what you opened', async () => {
    const { page, sandbox, send, expectProblems } = await open();
    const { id } = sandbox.webhooks.register({ url: 'http://127.0.0.1:9/' });
    await page.goto(`/dashboard/webhooks/${id}`);
    await page.getByRole('button', { name: 'Send test event' }).click();
    await page.getByLabel('Event', { exact: true }).fill('a b');
    await page.getByRole('button', { name: 'Send test event' }).last().click();
    const problem = page.locator('.error');
    await problem.waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'event');

    await isLive(page);
    await page.getByText('whsec_••').dispatchEvent('click'); // The dialog covers it.
    await page.getByLabel('Data, as JSON').fill('{"half":');
    await page.getByLabel('Event', { exact: true }).fill('order.');
    await send('/users', { method: 'POST', json: john });
    await page.locator('.row', { hasText: 'John Doe' }).waitFor();
    expect(await problem.isVisible()).toBe(true);
    expect(await page.getByLabel('Data, as JSON').inputValue()).toBe('{"half":');
    expect(await page.getByLabel('Event', { exact: true }).inputValue()).toBe('order.');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('event');
    expect(await page.getByLabel('the line for .env', { exact: true }).isVisible()).toBe(true);
    expectProblems(/422/);
  });

  test('a filter applies as you type or choose it, and is part of the address', async () => {
    const { page, send } = await open();
    for (const path of ['/users/user_57', '/users/user_58', '/projects']) await send(path);
    await page.goto('/dashboard/requests');
    await isLive(page);
    await page.getByLabel('Status').selectOption('4xx');
    await page.getByText('2 requests found').waitFor();
    await page.getByLabel('Path contains').fill('user_57');
    await page.getByText('1 request found').waitFor();
    await page.waitForURL(/path=user_57&status=4xx|status=4xx&path=user_57/);
    await page.reload();
    expect(await rows(page).textContent()).toContain('/v1/users/user_57');
  });
});
