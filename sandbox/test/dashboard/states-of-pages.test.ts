import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { get, html, submit } from '../support/dashboard.ts';

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
  const sandbox = createSandbox({ webhooks: { endpoints: [{ url: 'https://app.example.com/' }] } });
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
  expect(await html(sandbox)).toContain('Paste the first call into a terminal');
});

test('the overview counts what failed and what waits', async () => {
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'https://app.example.com/' }],
      schedule: [],
      fetch: () => Promise.resolve(new Response(null, { status: 500 })),
    },
  });
  sandbox.webhooks.sendTest('we_123');
  await sandbox.webhooks.flush();
  for (const status of [500, 503]) sandbox.faults.next({ status });
  for (let index = 0; index < 2; index++) await call(sandbox, 'GET /v1/projects');
  sandbox.faults.next({ status: 503 });
  const page = await html(sandbox);
  expect(page).toContain('<strong>A fault is active. Requests fail on purpose.</strong>');
  expect(page).toContain('events: 0 pending, 1 failed');
  expect(page).toMatch(/<span class="stat-name">Failed<\/span><strong class="bad">2</);
  expect((await submit(sandbox, '', 'advance', { seconds: '-1' })).status).toBe(422);
  expect((await submit(sandbox, '', 'advance', { seconds: '60' })).status).toBe(303);
  expect(await html(sandbox)).toContain('1 min ahead of the real time');
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

test('what is wrong has a page of its own', async () => {
  const sandbox = createSandbox();
  const missing = await get(sandbox, '/moon');
  expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining('This page does not exist.')]);
  const refused = await submit(sandbox, '/faults', 'explode');
  expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('That did not work')]);
});
