import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { html, submit } from '../support/dashboard.ts';
import { sandboxWithWebhook } from '../support/webhook.ts';

test.each([
  ['ECONNREFUSED', 'Nothing listens at the URL. Is your server running?'],
  ['ENOTFOUND', 'The host name is unknown.'],
  ['ECONNRESET', 'Your server closed the connection without a response.'],
])('a delivery that failed with %s says what that means, and can be sent again', async (code, meaning) => {
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/webhooks' }],
      schedule: [],
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })),
    },
  });
  const { id } = sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  const page = await html(sandbox, `/deliveries/${id}`);
  expect(page).toContain(meaning);
  expect((await submit(sandbox, `/deliveries/${id}`, 'redeliver')).status).toBe(303);
  expect((await submit(sandbox, `/deliveries/${id}`, 'lose')).status).toBe(422);
});

test('a delivery to a disabled webhook says when its first attempt is made', async () => {
  const { sandbox } = sandboxWithWebhook(204);
  sandbox.webhooks.update('we_123', { enabled: false });
  const { id } = sandbox.webhooks.sendTest('we_123');
  expect(await html(sandbox, `/deliveries/${id}`)).toContain('The first attempt is made when you enable it.');
  expect(await html(sandbox, '/webhooks/we_123?status=failed')).toContain('No delivery is failed.');
});

test('empty lists say whether there is nothing, or nothing that matches', async () => {
  const sandbox = createSandbox({ projects: 0 });
  expect(await html(sandbox, '/projects')).toContain('No projects yet.');
  expect(await html(sandbox, '/projects?q=moon')).toContain('No project matches the filter.');
  expect(await html(sandbox, '/projects?status=active')).toContain('Show all projects');
  expect(await html(sandbox, '/users')).toContain('No users yet.');
});

test('the overview of a fresh sandbox shows the first call as code to copy', async () => {
  const sandbox = createSandbox({ apiToken: 'sandbox_token' });
  const page = await html(sandbox);
  expect(page).toContain('Make your first call');
  expect(page).toContain('data-copy="curl -H &#39;Authorization: Bearer sandbox_token&#39;');
  expect(page).not.toContain('Latest requests');
});

test('the overview begins with the requests that failed, each with its reason', async () => {
  const sandbox = createSandbox({ rateLimit: { limit: 5 } });
  await call(sandbox, 'GET /v1/projects');
  expect(await html(sandbox)).not.toContain('failed in the last 5 min');
  sandbox.faults.next({ status: 503 });
  await call(sandbox, 'GET /v1/projects');
  await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'john' } });
  const page = await html(sandbox);
  const [, rows = ''] = /2 requests failed in the last 5 min(.*?)<\/ol>/.exec(page) ?? [];
  expect(rows.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toMatch(
    /422 POST \/v1\/users email: must be an email address.* 503 GET \/v1\/projects injected by fault_1/,
  );
  sandbox.clock.advance(600_000);
  expect(await html(sandbox)).not.toContain('failed in the last 5 min');
});

test('the overview says what is active on purpose, and how far ahead the clock is', async () => {
  const sandbox = createSandbox();
  await call(sandbox, 'GET /v1/projects');
  for (const status of [500, 503]) sandbox.faults.next({ status });
  expect(await html(sandbox)).toMatch(/Requests fail on purpose\..* Responds with 500: the next request, and 1 more\./);
  await submit(sandbox, '', 'advance', { seconds: '60' });
  expect(sandbox.clock.offset).toBe(60_000);
  expect((await submit(sandbox, '', 'advance', { seconds: '-1' })).status).toBe(422);
  expect(await html(sandbox)).toContain('1 min ahead of the real time');
  await submit(sandbox, '', 'reset');
  expect(await html(sandbox)).not.toMatch(/ahead|on purpose/);
});

test('a request shows every kind of JSON, and how it ended', async () => {
  const sandbox = createSandbox();
  await call(sandbox, 'POST /v1/users', { json: { ...john, extra: [1, true, null, 'a'] } });
  const page = await html(sandbox, `/requests/${sandbox.requests[0]!.id}`);
  for (const kind of ['key', 'string', 'number', 'word']) expect(page).toContain(`class="json-${kind}"`);
  sandbox.faults.next({ reset: true });
  await call(sandbox, 'GET /v1/projects').catch(() => undefined);
  const reset = await html(sandbox, `/requests/${sandbox.requests[1]!.id}`);
  expect(reset).toContain('None was sent.');
});
