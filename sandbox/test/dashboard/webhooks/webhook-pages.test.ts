import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from '../../support/calls.ts';
import { html, pageAfter, submit } from '../../support/dashboard.ts';
import { sandboxWithWebhook } from '../../support/webhook.ts';

test('the health of a webhook is shown in the list and on its page', async () => {
  const { sandbox } = sandboxWithWebhook(500, 204);
  expect(await html(sandbox, '/webhooks')).toMatch(/pill plain"[^>]*>idle/);
  sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  expect(await html(sandbox, '/webhooks')).toMatch(/pill bad"[^>]*>failing/);
  sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  const page = await html(sandbox, '/webhooks/we_123');
  expect(page).toMatch(/pill good"[^>]*>healthy/);
});

test('the overview and the list say in one row what failed, for whom and why, and lead to the delivery', async () => {
  const receiver = () =>
    Promise.resolve(Response.json({ error: { code: 'db', message: 'The queue is full.' } }, { status: 500 }));
  const endpoints = ['https://ok.example.com', 'https://app.example.com'].map((url) => ({ url }));
  const sandbox = createSandbox({ webhooks: { endpoints, schedule: [60_000], fetch: receiver } });
  sandbox.webhooks.update('we_123', { enabled: false });
  await call(sandbox, 'POST /v1/users', { json: john });
  await sandbox.webhooks.flush();
  const [, failing] = sandbox.webhooks.deliveries;
  for (const path of ['', '/webhooks', `/webhooks/${failing!.endpoint}`]) {
    const [, row = ''] = new RegExp(`href="/dashboard/deliveries/${failing!.id}"[^>]*>(.*?)</a>`).exec(
      await html(sandbox, path),
    ) ?? ['', path];
    expect(row.replace(/<[^>]+>/g, ' ')).toMatch(/500\s+user\.created\s+John Doe\s+The queue is full\. · next attempt/);
  }
  expect(await html(sandbox)).toContain('1 webhook delivery is failing');
  const list = await html(sandbox, '/webhooks');
  expect(list.indexOf('app.example.com')).toBeLessThan(list.indexOf('ok.example.com'));

  // The response is as readable as the request.
  const page = await html(sandbox, `/deliveries/${failing!.id}`);
  expect(page.match(/class="json-key"/g)?.length).toBeGreaterThan(5);
  expect(page).toContain('<a href="/dashboard/users/user_123">user_123</a>');
  const banner = async () =>
    /class="banner bad">(.*?)<\/div>/.exec(await html(sandbox, `/deliveries/${failing!.id}`))?.[1];
  expect(await banner()).toMatch(/500<\/code> The queue is full\. · next attempt <time/);

  sandbox.clock.advance(120_000);
  await sandbox.webhooks.flush();
  expect(await html(sandbox)).toContain('The queue is full. · no attempt left');
  expect(await banner()).toContain('The queue is full. · no attempt left');
});

test('the overview says that a failed delivery waits until its webhook is enabled', async () => {
  const fetch = () => Promise.resolve(new Response(null, { status: 500 }));
  const sandbox = createSandbox({ webhooks: { endpoints: [{ url: 'https://app.example.com' }], fetch } });
  sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  sandbox.webhooks.update('we_123', { enabled: false });
  expect(await html(sandbox)).toContain('next attempt when enabled');
});

test('a request links to the deliveries that it caused, and a delivery to its request', async () => {
  const { sandbox } = sandboxWithWebhook(204);
  await call(sandbox, 'POST /v1/users', { json: john });
  await sandbox.webhooks.flush();
  const { id } = sandbox.requests[0]!;
  const request = await html(sandbox, `/requests/${id}`);
  expect(request).toMatch(/<a href="\/dashboard\/deliveries\/del_123">user\.created to we_123<\/a> .*delivered/);
  expect(await html(sandbox, '/deliveries/del_123')).toContain(
    `<a href="/dashboard/requests/${id}">POST /v1/users</a>`,
  );
  sandbox.state.users.create();
  expect(await html(sandbox, '/deliveries/del_124')).toContain('<dt>Caused by</dt><dd>no request</dd>');
});

test('all failed deliveries are sent again at once', async () => {
  const { sandbox } = sandboxWithWebhook(500, 500, 500, 204);
  for (let index = 0; index < 3; index++) sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  expect(await html(sandbox, '/webhooks/we_123')).toContain('Resend all failed (3)');
  const page = await pageAfter(sandbox, await submit(sandbox, '/webhooks/we_123', 'resend'));
  expect(page).toContain('3 deliveries are sent again.');
  await sandbox.webhooks.flush();
  expect(sandbox.webhooks.deliveries.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
  expect(await html(sandbox, '/webhooks/we_123')).not.toContain('Resend all failed');
});

test('a test event has the data that was typed', async () => {
  const { sandbox, bodies } = sandboxWithWebhook(204);
  const sent = await submit(sandbox, '/webhooks/we_123', 'test', { event: 'order.shipped', data: '{"order":[1,2]}' });
  expect(await pageAfter(sandbox, sent)).toContain('>order.shipped</h1>');
  await sandbox.webhooks.flush();
  expect(JSON.parse(bodies[0]!)).toMatchObject({ event: 'order.shipped', data: { order: [1, 2] } });
});

test('a disabled webhook says so, and its deliveries have no next attempt', async () => {
  const { sandbox } = sandboxWithWebhook(410);
  const { id } = sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  const page = await html(sandbox, '/webhooks/we_123');
  expect(page).toContain('The receiver responded with 410 Gone.');
  sandbox.webhooks.sendTest('we_123');
  expect(await html(sandbox, '/webhooks/we_123')).toContain('when enabled');
  expect(await html(sandbox, `/deliveries/${id}`)).toContain('410');
});

test('deliveries are filtered by their state', async () => {
  const { sandbox } = sandboxWithWebhook(500, 204);
  for (let index = 0; index < 2; index++) {
    sandbox.webhooks.sendTest('we_123');
    await sandbox.webhooks.flush();
  }
  const failed = await html(sandbox, '/webhooks/we_123?status=failed');
  expect(failed).toContain('delivery-del_123');
  expect(failed).not.toContain('delivery-del_124');
  expect(await html(sandbox, '/webhooks/we_123?status=pending')).toContain('No delivery is pending.');
});

test('attempts are folded, but for the last one, and what a receiver sent is escaped', async () => {
  const { sandbox } = sandboxWithWebhook(500, 400);
  const { id } = sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  sandbox.webhooks.redeliver(id);
  await sandbox.webhooks.flush();
  const page = await html(sandbox, `/deliveries/${id}`);
  expect(page.match(/<details class="attempt"/g)).toHaveLength(2);
  expect(page.match(/<details class="attempt" open/g)).toHaveLength(1);
  expect(page.indexOf('Attempt 2')).toBeLessThan(page.indexOf('Attempt 1'));
  expect(page).toContain('&lt;b&gt;no&lt;/b&gt;');
  expect(page).toContain('&lt;i&gt;');
});
