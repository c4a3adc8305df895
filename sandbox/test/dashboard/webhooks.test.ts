import { createHash } from 'node:crypto';
import { createSandbox } from '@example/sandbox';
import { verifyWebhook } from '@example/sdk/webhooks';
import { expect, test } from 'vitest';
import { explainSignature } from '../../src/dashboard/webhooks/signature.ts';
import { call, john } from '../support/calls.ts';
import { html, pageAfter, submit, textOf } from '../support/dashboard.ts';
import { sandboxWithWebhook } from '../support/webhook.ts';

test.each([
  ['before the first attempt', [], 'idle'],
  ['after a failure', [500], 'failing'],
  ['after a success', [204], 'healthy'],
  ['while an earlier delivery has failed', [500, 204], 'failing'],
  ['once its receiver is gone', [410], 'disabled'],
])('%s, a webhook that got %j is %s, in the list and on its page', async (_, statuses, state) => {
  const { sandbox } = sandboxWithWebhook(statuses);
  for (const status of statuses) {
    sandbox.webhooks.sendTest('we_123', `got.${status}`);
    await sandbox.webhooks.flush();
  }
  for (const path of ['/webhooks', '/webhooks/we_123'])
    expect(await html(sandbox, path)).toMatch(new RegExp(`pill \\w+">${state}<`));
});

test('failures are grouped by webhook and cause, with a button that sends them again, and lead to the deliveries', async () => {
  const endpoints = ['https://ok.example.com', 'https://app.example.com'].map((url) => ({ url }));
  const answers = ['The queue is full.', 'The queue is full.', 'The disk is full.'];
  const sandbox = createSandbox({
    webhooks: {
      endpoints,
      schedule: [],
      fetch: (url) => {
        const message = url === endpoints[0]?.url ? undefined : answers.shift();
        return Promise.resolve(
          message === undefined ? new Response() : Response.json({ error: { message } }, { status: 500 }),
        );
      },
    },
  });
  for (const name of ['Ada', 'Grace', 'Ken']) {
    sandbox.state.users.create({ name });
    await sandbox.webhooks.flush();
  }
  for (const path of ['', '/webhooks']) {
    const page = await html(sandbox, path);
    expect(textOf(page)).toMatch(
      /https:\/\/app.example.com Retry now failing all events · 3 failed · latest attempt .* UTC 500 ×2 user.created Grace and 1 more The queue is full. · failed .* 500 user.created Ken The disk is full. · failed/,
    );
    expect(page).toMatch(/href="\/dashboard\/webhooks\/we_124"[^>]*><span class="pill bad">500 ×2/);
    expect(page).toMatch(/href="\/dashboard\/deliveries\/del_128"[^>]*><span class="pill bad">500</);
  }
  expect(textOf(await html(sandbox))).not.toContain('ok.example.com');
  const list = await html(sandbox, '/webhooks');
  expect(list.indexOf('app.example.com')).toBeLessThan(list.indexOf('ok.example.com'));

  const page = await pageAfter(sandbox, await submit(sandbox, '/webhooks/we_124', 'retry'));
  expect(page).toContain('3 deliveries are sent again.');
  await sandbox.webhooks.flush();
  expect(new Set(sandbox.webhooks.deliveries.map(({ status }) => status))).toEqual(new Set(['delivered']));
  expect(await html(sandbox)).not.toContain('Retry now');
});

/** The states of a delivery: what has happened, and what its pages then say. */
test.each<[string, (number | 'disable' | 'expire')[], string, string]>([
  ['pending', [], 'pending', 'pending, next attempt'],
  ['pending', [500], 'no', '<b>no</b> · pending, next attempt'],
  ['pending', [500, 'disable'], 'no', '<b>no</b> · pending until the webhook is enabled'],
  ['pending', ['disable'], 'pending', 'pending until the webhook is enabled'],
  ['failed', [500, 'expire'], 'no', '<b>no</b> · failed'],
  ['delivered', [204], '204', 'delivered'],
])('a delivery is %s after %j, and says so in one word', async (state, steps, _, text) => {
  const webhooks = {
    endpoints: [{ url: 'https://app.example.com' }],
    schedule: [1000],
    fetch: () => Promise.resolve(steps[0] === 204 ? new Response() : new Response('<b>no</b>', { status: 500 })),
  };
  const sandbox = createSandbox({ webhooks, now: () => 1_700_000_000_000 });
  if (steps[0] === 'disable') sandbox.webhooks.update('we_123', { enabled: false });
  const { id } = sandbox.webhooks.sendTest('we_123');
  for (const step of steps) {
    if (step === 'disable') sandbox.webhooks.update('we_123', { enabled: false });
    else await sandbox.webhooks.flush();
    if (step === 'expire') {
      sandbox.clock.advance(2000);
      await sandbox.webhooks.flush();
    }
  }
  const row = new RegExp(`id="delivery-${id}".*?</li>`).exec(await html(sandbox, '/webhooks/we_123'))?.[0] ?? '';
  expect(textOf(row)).toContain(text);
  const page = await html(sandbox, `/deliveries/${id}`);
  expect(page).toMatch(new RegExp(`pill \\w+">${state}<`));
  // The other webhooks' words for it.
  expect(textOf(page)).not.toMatch(/\bwaits\b|no attempt left|retrying/);
  const other = state === 'pending' ? 'failed' : 'pending';
  expect(await html(sandbox, `/webhooks/we_123?status=${state}`)).toContain(`delivery-${id}`);
  expect(await html(sandbox, `/webhooks/we_123?status=${other}`)).toContain(`No delivery is ${other}.`);
});

test('a request links to the deliveries that it caused, and a delivery to its request', async () => {
  const { sandbox } = sandboxWithWebhook([204]);
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

test('a test event has the data that was typed', async () => {
  const { sandbox, bodies } = sandboxWithWebhook([204]);
  const sent = await submit(sandbox, '/webhooks/we_123', 'test', { event: 'order.shipped', data: '{"order":[1,2]}' });
  expect(await pageAfter(sandbox, sent)).toContain('>order.shipped</h1>');
  await sandbox.webhooks.flush();
  expect(JSON.parse(bodies[0]!)).toMatchObject({ event: 'order.shipped', data: { order: [1, 2] } });
});

test('attempts are folded, but for the last one, and what a receiver sent is escaped', async () => {
  const { sandbox } = sandboxWithWebhook([500, 400]);
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

test('how it was signed is what a receiver verifies', async () => {
  const { sandbox } = sandboxWithWebhook([204]);
  sandbox.webhooks.sendTest('we_123', 'user.created', { name: "O'Neil ü" });
  await sandbox.webhooks.flush();
  const delivery = sandbox.webhooks.deliveries[0]!;
  const attempt = delivery.attempts[0]!;
  const { content, bodyBytes, bodySha256 } = await explainSignature(attempt, delivery);
  await verifyWebhook(delivery.body, attempt.requestHeaders, sandbox.webhooks.endpoints[0]!.secret);
  expect(content).toBe(`${delivery.message}.${attempt.requestHeaders['webhook-timestamp']}.${delivery.body}`);
  expect(bodyBytes).toBe(Buffer.byteLength(delivery.body));
  expect(bodySha256).toBe(createHash('sha256').update(delivery.body).digest('hex'));
  expect(await html(sandbox, `/deliveries/${delivery.id}`)).toContain('How it was signed');
});
