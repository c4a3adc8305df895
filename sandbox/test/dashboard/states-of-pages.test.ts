import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { html, submit } from '../support/dashboard.ts';

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
