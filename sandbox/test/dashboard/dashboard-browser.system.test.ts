import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { john } from '../support/calls.ts';
import { dashboards, isLive, testsInBrowser } from '../support/dashboard-browser.ts';
import { receiver } from '../support/receiver.ts';

const slowRetries = { webhooks: { schedule: [60_000, 60_000], jitter: 0 } };

describe.runIf(testsInBrowser)('the dashboard in Chromium', () => {
  const open = dashboards();

  test('create a token, copy it, use it, see the request appear, revoke it, get a 401', async () => {
    const { page, context, sandbox, send } = await open();
    await page.goto('/dashboard/api-tokens');
    await page.getByLabel('Name', { exact: true }).fill('CI <main>');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText('“CI <main>” is created.').waitFor();
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('Copied the token').waitFor();
    const token = await page.evaluate(() => navigator.clipboard.readText());
    expect(token).toMatch(/^example_\w{32}$/);

    // The address can be reloaded: the token is gone from the page, and no other was created.
    expect(new URL(page.url()).search).toBe('');
    await page.reload();
    expect(await page.content()).not.toContain(token);
    expect(sandbox.state.tokens.list()).toHaveLength(2);

    const watching = await context.newPage();
    await watching.goto('/dashboard/requests');
    await isLive(watching);
    expect((await send(undefined, { token })).status).toBe(200);
    const row = watching.locator('.rows > li').first();
    await row.getByText('/v1/projects?per_page=1').waitFor();
    expect(await row.textContent()).toMatch(/^200GET\/v1\/projects\?per_page=1CI <main>[\d.]+ ms99 left/);

    const mine = page.getByRole('row').filter({ hasText: 'CI <main>' });
    await mine.getByText('Revoke…').click();
    await mine.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The token is revoked.').waitFor();
    expect((await send(undefined, { token })).status).toBe(401);
  });

  test('register a webhook, create a user, see the delivery, stop the receiver, see the retries, start it, see it arrive', async () => {
    const { page, sandbox, send } = await open(slowRetries);
    let target = await receiver();
    await page.goto('/dashboard/webhooks');
    await page.getByLabel('URL', { exact: true }).fill(target.url);
    await page.getByRole('button', { name: 'Register webhook' }).click();
    const secret = (await page.locator('#secret-once').textContent())!.trim();
    await isLive(page);

    await send('/users', { method: 'POST', json: john });
    const first = page.getByRole('row').filter({ hasText: 'user.created' });
    await first.getByText('delivered').waitFor();
    const { body, headers } = target.received[0]!;
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      event: 'user.created',
      data: { email: 'john@example.com' },
    });

    await target.close();
    await send('/users', { method: 'POST', json: { ...john, email: 'jane@example.com' } });
    const second = page.getByRole('row').filter({ hasText: 'pending' });
    await second.getByRole('link').click();
    await page.getByText('Nothing listens at the URL.').waitFor();
    sandbox.clock.advance(60_000);
    await page.getByText('Attempt 2').waitFor();

    target = await receiver([204], target.port);
    sandbox.clock.advance(60_000);
    await page.getByText('delivered', { exact: true }).waitFor();
    expect(target.received).toHaveLength(1);

    await page.getByRole('button', { name: 'Redeliver' }).click();
    await page.getByText('The delivery is sent again.').waitFor();
    await expect.poll(() => target.received.length).toBe(2);
    expect(target.received[1]?.headers['webhook-id']).toBe(target.received[0]?.headers['webhook-id']);
    await target.close();
  });

  test('a webhook that answers 410 turns disabled on the open page, and resends all when it is enabled', async () => {
    const { page, sandbox, send } = await open(slowRetries);
    const target = await receiver([410, 204]);
    const { id } = sandbox.webhooks.register({ url: target.url, events: ['user.created'] });
    await page.goto(`/dashboard/webhooks/${id}`);
    await isLive(page);
    await send('/users', { method: 'POST', json: john });
    await page.getByText('The receiver responded with 410 Gone.').waitFor();
    await page.getByRole('cell', { name: 'when enabled' }).waitFor();
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('cell', { name: 'delivered' }).waitFor();
    await target.close();
  });

  test('rotate the secret, send a test event with my own data, change, disable and delete the webhook', async () => {
    const { page, sandbox } = await open();
    const target = await receiver();
    const { id, secret } = sandbox.webhooks.register({ url: target.url, events: ['user.created'] });
    await page.goto(`/dashboard/webhooks/${id}`);
    await page.getByText('Rotate secret…').click();
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    const rotated = (await page.locator('#secret-once').textContent())!.trim();
    expect(rotated).not.toBe(secret);
    expect(sandbox.webhooks.endpoints[0]?.secret).toBe(rotated);

    await page.getByLabel('Event', { exact: true }).fill('order.shipped');
    await page.getByLabel('Data, as JSON').fill('{"order": "order_1"}');
    await page.getByRole('button', { name: 'Send test event' }).click();
    await page.getByRole('heading', { name: 'Delivery of order.shipped' }).waitFor();
    await expect.poll(() => target.received.length).toBe(1);
    expect(JSON.parse(target.received[0]!.body)).toMatchObject({ data: { order: 'order_1' } });
    await page.getByText('By the previous secret').waitFor();

    await page.goto(`/dashboard/webhooks/${id}`);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('You disabled the webhook.').waitFor();
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByLabel('all events').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    expect(sandbox.webhooks.endpoints[0]?.events).toEqual(['user.created', '*']);
    await page.getByText('Delete webhook…').click();
    await page.getByRole('button', { name: 'Delete webhook' }).click();
    await page.getByText('No webhooks yet.').waitFor();
    await target.close();
  });

  test('a bad test event keeps its page: the errors stay, and reloading finds the webhook', async () => {
    const { page, sandbox, send, expectProblems } = await open();
    const { id } = sandbox.webhooks.register({ url: 'http://127.0.0.1:9/' });
    await page.goto(`/dashboard/webhooks/${id}`);
    await page.getByLabel('Event', { exact: true }).fill('a b');
    await page.getByRole('button', { name: 'Send test event' }).click();
    const problem = page.locator('.error');
    await problem.waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('event');
    // The page goes on to be live, without losing what was typed or what was wrong with it.
    await isLive(page);
    await send('/users', { method: 'POST', json: john });
    await page.getByRole('cell', { name: 'user.created' }).waitFor();
    expect(await problem.isVisible()).toBe(true);
    expect(await page.getByLabel('Event', { exact: true }).inputValue()).toBe('a b');
    await page.goto(page.url());
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
    expectProblems(/422/);
  });

  test('a project is created, edited, filtered by its status and deleted', async () => {
    const { page, sandbox } = await open();
    await page.goto('/dashboard/projects');
    const form = page.locator('form[method=post]');
    await form.getByLabel('Name').fill('<script>alert(1)</script>');
    await form.getByLabel('Description').fill("Robert'); DROP TABLE projects;--");
    await form.getByLabel('Status').selectOption('paused');
    await form.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('link', { name: '<script>alert(1)</script>' }).click();

    await page.getByLabel('Name', { exact: true }).fill('Moon');
    await page.getByLabel('Status').selectOption('archived');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The project is saved.').waitFor();
    await page.goto('/dashboard/projects');
    // The filter applies as it is chosen, and is in the address.
    await page.getByLabel('Status to show').selectOption('archived');
    await page.waitForURL(/status=archived/);
    await page.getByRole('link', { name: 'Moon' }).click();
    expect(sandbox.state.projects.list().at(-1)).toMatchObject({
      name: 'Moon',
      description: "Robert'); DROP TABLE projects;--",
      status: 'archived',
    });

    await page.getByText('Delete project…').click();
    await page.getByRole('button', { name: 'Delete project' }).click();
    await page.getByText('The project is deleted.').waitFor();
    expect(sandbox.state.projects.list()).toHaveLength(100);
  });

  test('a fault from the page applies to the next request, and then disappears', async () => {
    const { page, send } = await open();
    await page.goto('/dashboard/faults');
    await page.getByLabel('Failure').selectOption('Respond with 429');
    await page.getByLabel('Route').fill('GET /projects');
    await page.getByRole('button', { name: 'Add fault' }).click();
    await page.getByRole('cell', { name: 'Responds with 429' }).waitFor();
    await isLive(page);
    expect((await send()).status).toBe(429);
    await page.getByText('No faults: all requests work.').waitFor();
  });

  test('the first call from the overview works as it is copied', async () => {
    const { page } = await open();
    await page.goto('/dashboard');
    await isLive(page);
    await page.getByRole('button', { name: 'Copy the cURL command' }).click();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    const [, header = '', url = ''] = /^curl -H 'Authorization: (.+)' '(.+)'$/.exec(command) ?? [];
    expect((await fetch(url, { headers: { Authorization: header } })).status).toBe(200);
    await page.locator('.rows > li').first().waitFor();
  });

  test('the alarm rings when a token has no requests left, and the countdown runs', async () => {
    const { page, sandbox, send } = await open({ rateLimit: { limit: 2 } });
    await page.goto('/dashboard/rate-limits');
    await isLive(page);
    for (let index = 0; index < 3; index++) await send();
    const alarm = page.getByRole('alert');
    await alarm.getByText('Every request gets a 429 until').waitFor();
    expect(await page.title()).toMatch(/^⚠/);
    await page.getByText('1 refused', { exact: true }).waitFor();
    const countdown = alarm.locator('time[data-show="ago"]');
    expect(await countdown.textContent()).toMatch(/^in (\d+s|1m)$/);
    sandbox.clock.advance(30_000);
    await countdown.getByText(/^in [12]?\ds$/).waitFor();
    sandbox.clock.advance(30_000);
    await alarm.waitFor({ state: 'detached' });
  });
});
