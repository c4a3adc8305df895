import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { html, submit, textOf } from '../support/dashboard.ts';

test('a new sandbox shows the first call and the lines for .env, ready to copy', async () => {
  const page = await html(createSandbox({ apiToken: 'sandbox_token' }));
  expect(page).toContain('Make your first call');
  expect(page).toContain('data-copy="curl -H &#39;Authorization: Bearer sandbox_token&#39;');
  expect(page).toContain('data-copy="EXAMPLE_BASE_URL=http://127.0.0.1/v1\nEXAMPLE_API_TOKEN=sandbox_token\n"');
  expect(page).not.toContain('Latest requests');
});

test('recent failures come first, and each outcome is shown once, with its reason', async () => {
  const sandbox = createSandbox({ rateLimit: { limit: 9 } });
  await call(sandbox, 'GET /v1/projects');
  expect(textOf(await html(sandbox))).not.toContain('failed in the last 5 min');
  await call(sandbox, 'DELETE /v1/projects');
  for (const fault of [{ body: 'malformed' }, { status: 503 }] as const) {
    sandbox.faults.next(fault);
    await call(sandbox, 'GET /v1/projects');
  }
  for (const email of ['john', 'jane']) await call(sandbox, 'POST /v1/users', { json: { ...john, email } });
  for (let id = 0; id < 19; id++) await call(sandbox, `GET /v1/users/user_${id}`);
  expect(textOf(await html(sandbox))).toMatch(
    /Needs attention used up Default token 16 refused\. .* 6 requests failed in the last 5 min .* 404 ×3 GET \/v1\/users\/\{id\} there is no user.* 422 ×2 POST \/v1\/users email: must be an email address.* Recent requests .*Received 503 GET \/v1\/projects injected 503 response .*200 GET \/v1\/projects injected malformed JSON .*200 GET \/v1\/projects [^/]*Clock/,
  );
  sandbox.clock.advance(600_000);
  expect(textOf(await html(sandbox))).not.toMatch(/failed in the last 5 min|Needs attention/);
});

test('the overview lists the active faults, and says how far ahead the clock is', async () => {
  const sandbox = createSandbox();
  await call(sandbox, 'GET /v1/projects');
  for (const status of [500, 503]) sandbox.faults.next({ status });
  expect(await html(sandbox)).toMatch(/2 faults are active <.*500 response · 503 response</);
  expect(textOf(await html(sandbox, '/faults'))).toMatch(
    / 2 faults are active Remove all .* 503 response fault_2 .* Common .* Inject/,
  );
  await submit(sandbox, '', 'advance', { seconds: '60' });
  expect(sandbox.clock.offset).toBe(60_000);
  expect((await submit(sandbox, '', 'advance', { seconds: '-1' })).status).toBe(422);
  expect(await html(sandbox)).toContain('1 min ahead of the real time');
  await submit(sandbox, '', 'reset');
  expect(await html(sandbox)).not.toMatch(/ahead|are active/);
});

test('a rate limit is shown once: what is left, what was refused, and until when', async () => {
  let now = Date.parse('2024-01-01T00:00:00Z');
  const sandbox = createSandbox({ rateLimit: { limit: 2 }, now: () => now });
  const { token } = await sandbox.state.tokens.create('CI');
  for (let index = 0; index < 3; index++) await call(sandbox, 'GET /v1/projects', { token });
  const page = await html(sandbox, '/api-tokens');
  expect(textOf(page)).toMatch(
    /CI …\w+ 0 of 2 left 1 refused. Requests get a 429 until 2024-01-01 00:01:00 UTC.*Default token sandbox_\w+ .*2 of 2 left No window is open\./,
  );
  expect(page.match(/ of 2 left/g)).toHaveLength(2);
  expect(page).toMatch(/<title>⚠ API tokens.*1<span class="visually-hidden"> out of budget/);
  now += 60_000;
  expect(await html(sandbox, '/api-tokens')).not.toMatch(/get a 429|out of budget/);
});
