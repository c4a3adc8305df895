import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { html, pageAfter, submit, textOf } from '../support/dashboard.ts';
import { sandboxWithWebhook } from '../support/webhook.ts';

test('failures are grouped by webhook and cause, link to their deliveries, and can be retried', async () => {
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
  for (const name of ['Ada', 'Grace', 'Ken', 'Alan']) {
    sandbox.state.users.create({ name });
    await sandbox.webhooks.flush();
  }
  for (const path of ['', '/webhooks']) {
    const page = await html(sandbox, path);
    expect(textOf(page)).toMatch(
      /failing app.example.com (all events 1 delivered, 3 failed )?500 ×2 The queue is full. 500 The disk is full. Retry now/,
    );
    expect(page).toMatch(/href="\/dashboard\/deliveries\/del_126"><strong>500 ×2</);
    expect(page).toMatch(/href="\/dashboard\/deliveries\/del_128"><strong>500</);
  }
  expect(textOf(await html(sandbox))).not.toContain('ok.example.com');
  const list = await html(sandbox, '/webhooks');
  expect(list.indexOf('app.example.com')).toBeLessThan(list.indexOf('ok.example.com'));

  expect(list).not.toMatch(/class="main"[^>]+>Retry now/); // The only main button registers a webhook.
  const page = await pageAfter(sandbox, await submit(sandbox, '/webhooks/we_124', 'retry'));
  expect(page).toContain('3 deliveries sent again');
  await sandbox.webhooks.flush();
  expect(new Set(sandbox.webhooks.deliveries.map(({ status }) => status))).toEqual(new Set(['delivered']));
  expect(await html(sandbox)).not.toContain('Retry now');
});

const answers: Readonly<Record<string | number, () => Response>> = {
  204: () => new Response(),
  500: () => new Response('<b>no</b>', { status: 500 }),
  503: () => new Response(null, { status: 503 }),
  down: () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
  },
};

const held = '1 waiting, next attempt once enabled';
const retried = 'failing 1 retrying, next attempt …';
const refused = 'nothing listens there';

/** The states of a delivery: its history, and what its row and its webhook's row then say. */
test.each<[string, (number | string)[], string, string]>([
  ['waiting', [], 'UTC triggered · not sent yet', 'idle 1 waiting, next attempt …'],
  ['retrying', [500], '“<b>no</b>” retry 2023', `${retried} 500 “<b>no</b>” Retry now`],
  ['retrying', ['down'], `${refused} retry 2023`, `${retried} no response ${refused} Retry now`],
  ['waiting', [500, 'disable'], '500 “<b>no</b>” once enabled', `disabled ${held} 500 “<b>no</b>” Enable`],
  ['waiting', ['disable'], 'once enabled', `disabled ${held} Enable`],
  ['failed', [503, 'expire'], '503 The response has no', 'failing 1 failed 503 The response has no body. Retry now'],
  ['delivered', [204], '200', 'healthy 1 delivered'],
])('a delivery is %s after %j, and says so in one word', async (state, steps, text, ofWebhook) => {
  const fetch = () => new Promise<Response>((resolve) => resolve(answers[steps[0]!]!()));
  const webhooks = { endpoints: [{ url: 'https://app.example.com' }], schedule: [1000], fetch };
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
  const list = /<li class="row".*?<\/li>/.exec(await html(sandbox, '/webhooks'))?.[0] ?? '';
  expect(textOf(list).replace(/2023.* UTC/, '…')).toBe(ofWebhook.replace(' ', ' app.example.com all events '));
  const page = await html(sandbox, `/deliveries/${id}`);
  expect(page).toMatch(new RegExp(`>app.example.com<.*pill \\w+">${state}<`));
  expect(textOf(page)).not.toMatch(/\bwaits\b|no attempts left|pending/);
});

test('a request links to the deliveries it caused, and a delivery to its request', async () => {
  const { sandbox } = sandboxWithWebhook([204]);
  await call(sandbox, 'POST /v1/users', { json: john });
  await sandbox.webhooks.flush();
  const { id } = sandbox.requests[0]!;
  const request = await html(sandbox, `/requests/${id}`);
  expect(request).toMatch(/<a href="\/dashboard\/deliveries\/del_123"><bdi[^>]+><i>app/);
  expect(await html(sandbox, '/deliveries/del_123')).toContain(
    `<a href="/dashboard/requests/${id}">POST /v1/users</a>`,
  );
  sandbox.state.users.create();
  expect(await html(sandbox, '/deliveries/del_124')).toContain('Triggered at <time');
});

test('deliveries show their attempt, their user and if they were triggered, in the order of attempts', async () => {
  let now = 1_700_000_000_000;
  const { sandbox } = sandboxWithWebhook([204], { now: () => now });
  const { id } = sandbox.webhooks.sendTest('we_123', 'project.created');
  await call(sandbox, 'POST /v1/users', { json: john });
  await sandbox.webhooks.flush();
  now += 1_000;
  sandbox.webhooks.redeliver(id);
  await sandbox.webhooks.flush();
  expect(textOf(await html(sandbox, '/webhooks/we_123'))).toMatch(
    /Webhooks .*State Event About Answer Last attempt .*delivered project\.created 204 triggered · attempt 2 · .* delivered user\.created John Doe 204 attempt 1 · /,
  );
});

test('a test event has the data that you typed, and the next page shows the response', async () => {
  const { sandbox, bodies } = sandboxWithWebhook([204, 500]);
  const sent = await submit(sandbox, '/webhooks/we_123', 'test', { event: 'order.shipped', data: '{"order":[1,2]}' });
  expect(await pageAfter(sandbox, sent)).toMatch(/>Test event sent: 204<.*>order.shipped</s);
  const again = await submit(sandbox, '/deliveries/del_123', 'redeliver');
  expect(await pageAfter(sandbox, again)).toContain('>Delivery sent: 500<');
  expect(JSON.parse(bodies[0]!)).toMatchObject({ event: 'order.shipped', data: { order: [1, 2] } });
});

test("attempts are folded except for the last one, and the receiver's response is escaped", async () => {
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
  const { message, attempts, body } = sandbox.webhooks.deliveries[0]!;
  const signed = `${message}.${attempts.at(-1)!.requestHeaders['webhook-timestamp']}.${body}`;
  expect(textOf(page).replaceAll('&quot;', '"')).toContain(`Signed content ${signed}`);
  expect(page).toContain('&lt;i&gt;');
});
