import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createSandbox, type Sandbox, type SandboxServer } from '@example/sandbox';
import type { AxeResults, ElementContext } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, john } from './calls.ts';
import { hasChromium, launch } from '../../test/support/chromium.ts';
import { receiver } from './receiver.ts';

if (!hasChromium) {
  console.warn('The dashboard is not tested in a browser: install Chromium (apt-get install chromium).');
}

describe.runIf(hasChromium || process.env['CI'] !== undefined)('the dashboard in Chromium', () => {
  let browser: Browser;
  let sandbox: Sandbox;
  let server: SandboxServer;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    sandbox = createSandbox({ webhooks: { schedule: [60_000, 60_000], jitter: 0 } });
    server = await sandbox.listen();
    page = await browser.newPage({ baseURL: new URL(server.url).origin });
    problems.length = 0;
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    await sandbox.close();
    // A failed script or a broken content security policy shows up here.
    expect(problems).toEqual([]);
  });

  const get = (token: string) =>
    fetch(`${server.url}/projects?per_page=1`, { headers: { Authorization: `Bearer ${token}` } });

  test('create a token, use it, see the request appear live, revoke it, get a 401', async () => {
    await page.goto('/dashboard/api-tokens');
    await page.getByLabel('Name').fill('CI <main>');
    await page.getByRole('button', { name: 'Create token' }).click();
    const token = (await page.locator('#new-token').textContent())!.trim();

    const watching = await browser.newPage({ baseURL: new URL(server.url).origin });
    const streaming = watching.waitForResponse(/stream/);
    await watching.goto('/dashboard/requests');
    await streaming;
    expect((await get(token)).status).toBe(200);
    const row = watching.getByRole('row').nth(1);
    await row.getByText('/v1/projects?per_page=1').waitFor();
    expect(await row.getByRole('cell').allTextContents()).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\d .* UTC$/),
      'GET',
      '/v1/projects?per_page=1',
      '200',
      expect.stringMatching(/ms$/),
      '99',
    ]);
    await watching.close();

    await page.goto('/dashboard/api-tokens');
    expect(await page.content()).not.toContain(token);
    const mine = page.getByRole('row').filter({ hasText: 'CI <main>' });
    await mine.getByText('Revoke…').click();
    await mine.getByRole('button', { name: 'Revoke' }).click();
    await mine.waitFor({ state: 'detached' });
    expect((await get(token)).status).toBe(401);
  });

  test('register a webhook, create a user, see the delivery, stop the receiver, see the retries, start it, see it arrive', async () => {
    let target = await receiver();
    await page.goto('/dashboard/webhooks');
    await page.getByLabel('URL').fill(target.url);
    await page.getByRole('button', { name: 'Register webhook' }).click();
    await page.getByText('Show the secret').click();
    const secret = (await page.locator('#secret').textContent())!.trim();

    await call(sandbox, 'POST /v1/users', { json: john });
    const first = page.getByRole('row').filter({ hasText: 'user.created' });
    await first.getByText('delivered').waitFor();
    const { body, headers } = target.received[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      event: 'user.created',
      data: { email: 'john@example.com' },
    });

    await target.close();
    await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'jane@example.com' } });
    const second = page.getByRole('row').filter({ hasText: 'pending' });
    await second.waitFor();
    await second.getByRole('link').click();
    await page.getByText('ECONNREFUSED').waitFor();
    sandbox.clock.advance(60_000);
    await page.getByText('ECONNREFUSED').nth(1).waitFor();

    target = await receiver([204], target.port);
    sandbox.clock.advance(60_000);
    await page.getByText('delivered', { exact: true }).waitFor();
    expect(target.received).toHaveLength(1);

    await page.getByRole('button', { name: 'Redeliver' }).click();
    await expect.poll(() => target.received.length).toBe(2);
    expect(target.received[1]?.headers['webhook-id']).toBe(target.received[0]?.headers['webhook-id']);
    await target.close();
  });

  test('rotate the secret, send a test event, disable and delete the webhook', async () => {
    const target = await receiver();
    const { id, secret } = sandbox.webhooks.register({ url: target.url, events: ['user.created'] });
    await page.goto(`/dashboard/webhooks/${id}`);
    await page.getByText('Rotate secret…').click();
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    await page.getByText('signed with the secret before, too').waitFor();
    expect(sandbox.webhooks.endpoints[0]?.secret).not.toBe(secret);

    await page.getByLabel('Event', { exact: true }).fill('order.shipped');
    await page.getByRole('button', { name: 'Send test event' }).click();
    await page.getByRole('heading', { name: 'Delivery of order.shipped' }).waitFor();
    await expect.poll(() => target.received.length).toBe(1);

    await page.goto(`/dashboard/webhooks/${id}`);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled: You disabled it.').waitFor();
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByLabel('every event').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Delete webhook…').click();
    expect(sandbox.webhooks.endpoints[0]?.events).toEqual(['user.created', '*']);
    await page.getByRole('button', { name: 'Delete webhook' }).click();
    await page.getByText('No webhook yet.').waitFor();
    await target.close();
  });

  test('a project is created, edited, filtered by its status and deleted', async () => {
    await page.goto('/dashboard/projects');
    const form = page.locator('form[method=post]');
    await form.getByLabel('Name').fill('<script>alert(1)</script>');
    await form.getByLabel('Description').fill("Robert'); DROP TABLE projects;--");
    await form.getByLabel('Status').selectOption('paused');
    await form.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('link', { name: '<script>alert(1)</script>' }).click();

    await page.getByLabel('Name').fill('Moon');
    await page.getByLabel('Status').selectOption('archived');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Status').first().selectOption('archived');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('link', { name: 'Moon' }).click();
    expect(sandbox.state.projects.list().at(-1)).toMatchObject({
      name: 'Moon',
      description: "Robert'); DROP TABLE projects;--",
      status: 'archived',
    });

    await page.getByText('Delete project…').click();
    await page.getByRole('button', { name: 'Delete project' }).click();
    await page.getByRole('heading', { name: 'Projects' }).waitFor();
    expect(sandbox.state.projects.list()).toHaveLength(100);
  });

  test('a fault from the page meets the next request, and leaves the page', async () => {
    await page.goto('/dashboard/faults');
    await page.getByLabel('What goes wrong').selectOption('Answer 429');
    await page.getByLabel('Route').fill('GET /projects');
    await page.getByRole('button', { name: 'Add fault' }).click();
    await page.getByRole('cell', { name: 'status 429' }).waitFor();
    expect((await get(sandbox.apiToken)).status).toBe(429);
    await page.getByText('None: the API works.').waitFor();
  });

  test('the budget of each token is shown and falls', async () => {
    await page.goto('/dashboard/rate-limits');
    await page.getByText('100 of 100 left.').waitFor();
    await get(sandbox.apiToken);
    await page.getByText('99 of 100 left.').waitFor();
  });

  test('the keyboard is enough: skip link, navigation, form, error', async () => {
    await page.goto('/dashboard/users');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent.trim())).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('John Doe');
    await page.keyboard.press('Tab');
    await page.keyboard.type('john@localhost');
    const answered = page.waitForResponse((response) => response.status() === 422);
    await page.keyboard.press('Enter');
    await answered;
    await page.getByText('Must be an email address, such as john@example.com.').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('email');
    // Chromium reports the 422 itself.
    problems.length = 0;
  });

  describe('axe finds nothing', () => {
    const source = createRequire(import.meta.url).resolve('axe-core');

    test.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 375],
      ['dark', 375],
    ] as const)(
      '%s, %i px',
      async (colorScheme, width) => {
        const target = await receiver([500]);
        const { id } = sandbox.webhooks.register({ url: target.url });
        sandbox.state.users.create();
        await sandbox.webhooks.flush();
        sandbox.webhooks.update(id, { enabled: false });
        sandbox.faults.next({ status: 503, route: 'POST /users' });
        for (const path of ['projects', 'users/nobody', 'projects?page=0']) await call(sandbox, `GET /v1/${path}`);

        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        for (const path of [
          'requests',
          `requests/${sandbox.requests[1]!.id}`,
          'api-tokens',
          'rate-limits',
          'webhooks',
          `webhooks/${id}`,
          `deliveries/${sandbox.webhooks.deliveries[0]!.id}`,
          'users',
          'projects',
          'projects/proj_123',
          'faults',
        ]) {
          await page.goto(`/dashboard/${path}`);
          expect(await page.evaluate(() => document.documentElement.scrollWidth), `${path} is too wide`).toBe(width);
          const { violations } = await inspect(page, source);
          expect(violations.map(({ id: rule, nodes }) => [path, rule, nodes[0]?.html])).toEqual([]);
        }
        await target.close();
      },
      60_000,
    );
  });
});

/** Runs axe in the page; through the debugger, since the page's policy lets in no foreign script. */
async function inspect(page: Page, source: string): Promise<AxeResults> {
  await page.evaluate(await readFile(source, 'utf8'));
  return page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: { run(context?: ElementContext): Promise<AxeResults> } };
    return axe.run();
  });
}
