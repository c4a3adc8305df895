import { createSandbox, type Sandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { call, john } from '../../support/calls.ts';
import { get, html } from '../../support/dashboard.ts';

/** The rows of the list, as text. */
function rows(page: string): string[] {
  const list = /<ol class="rows"[^>]*>([\s\S]*?)<\/ol>/.exec(page)?.[1] ?? '';
  return list
    .split('</li>')
    .slice(0, -1)
    .map((row) =>
      row
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    );
}

const linkTo = (page: string, text: RegExp) =>
  [...page.matchAll(/<a [^>]*href="([^"]+)"[^>]*>([\s\S]*?)<\/a>/g)]
    .find(([, , content = '']) => text.test(content))?.[1]
    ?.replaceAll('&amp;', '&')
    .replace('/dashboard', '');

async function sandboxWithRequests(count: number): Promise<Sandbox> {
  const sandbox = createSandbox({ rateLimit: { limit: 20_000 } });
  for (let index = 0; index < count; index++) await call(sandbox, `GET /v1/users/${index}`);
  return sandbox;
}

test('an empty log leads to the first call', async () => {
  expect(await html(createSandbox(), '/requests')).toMatch(/No requests yet\..*href="\/dashboard"/);
});

describe('each row shows what became of a request', () => {
  test('its status, or how it ended otherwise', async () => {
    const sandbox = createSandbox();
    const headers = { 'Idempotency-Key': 'once' };
    await call(sandbox, 'POST /v1/users', { json: john, headers });
    await call(sandbox, 'POST /v1/users', { json: john, headers });
    sandbox.faults.next({ reset: true });
    await call(sandbox, 'GET /v1/projects').catch(() => undefined);
    sandbox.faults.next({ body: 'cut' });
    await call(sandbox, 'GET /v1/projects');
    await call(sandbox, 'GET /v1/projects', { token: 'unknown' });
    const [unknown, cut, reset, replayed, created] = rows(await html(sandbox, '/requests'));
    expect(unknown).toMatch(/^401 GET \/v1\/projects .*token/);
    expect(cut).toMatch(/^200 cut GET \/v1\/projects injected by fault_2, body cut .* ms \d+ left/);
    expect(reset).toMatch(/^reset GET \/v1\/projects injected by fault_1, connection reset/);
    expect(replayed).toMatch(/^201 POST \/v1\/users replayed/);
    expect(created).toMatch(/^201 POST \/v1\/users [\d.]+ ms/);
  });

  test('a revoked token', async () => {
    const sandbox = createSandbox();
    await call(sandbox, 'GET /v1/projects');
    sandbox.state.tokens.revoke('tok_123');
    const page = await html(sandbox, `/requests/${sandbox.requests[0]!.id}`);
    expect(page).toContain('<dd>revoked</dd>');
  });
});

describe('the filter is in the address', () => {
  test('and is kept by the links of the page', async () => {
    const sandbox = await sandboxWithRequests(60);
    await call(sandbox, 'POST /v1/users', { json: {} });
    const page = await html(sandbox, '/requests?status=4xx&method=GET&path=users&token=tok_123');
    expect(rows(page)).toHaveLength(50);
    expect(page).toContain('1–50 of 60');
    expect(linkTo(page, /users\/59/)).toMatch(/^\/requests\/req_\w+\?status=4xx&method=GET&path=users&token=tok_123$/);
    const older = await html(sandbox, linkTo(page, /^Older/));
    expect(rows(older)).toHaveLength(10);
    expect(older).toContain('51–60 of 60');
  });

  test('an unknown status is explained', async () => {
    const response = await get(createSandbox(), '/requests?status=fine');
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('Must be a status such as 404');
  });

  test('a filter without a match offers to clear it', async () => {
    const sandbox = await sandboxWithRequests(1);
    expect(await html(sandbox, '/requests?status=5xx')).toContain('No request matches the filter.');
  });
});

describe('a selected request', () => {
  test('is shown beside the list with the complete exchange', async () => {
    const sandbox = createSandbox();
    await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'john' }, headers: { 'X-Trace': 'abc' } });
    const page = await html(sandbox, `/requests/${sandbox.requests[0]!.id}`);
    expect(rows(page)).toHaveLength(1);
    expect(page).toContain('aria-current="true"');
    expect(page).toMatch(/data-copy="await client.users.create\(.*data-label="the SDK call"/s);
    for (const part of [
      'invalid_request',
      'email: must be an email address',
      'x-trace',
      'x-ratelimit-remaining',
      '[redacted]',
    ]) {
      expect(page).toContain(part);
    }
    expect(page).not.toContain(john.password);
  });

  test.each<[string, object, string, string]>([
    ['a reset', { reset: true, after: true }, 'by fault_1:', 'Resets the connection, with the work done.'],
    ['a fault of its own', { id: 'mine', status: 503 }, 'by mine:', 'Responds with 503.'],
    ['malformed JSON', { body: 'malformed' }, 'by the request’s header', 'Sends malformed JSON.'],
  ])('explains %s that was injected', async (_, fault, by, effect) => {
    const sandbox = createSandbox();
    if (by.includes('fault_1')) sandbox.faults.next(fault);
    const headers = by.includes('fault_1') ? {} : { 'Sandbox-Fault': JSON.stringify(fault) };
    await call(sandbox, 'GET /v1/projects', { headers }).catch(() => undefined);
    const page = await html(sandbox, `/requests/${sandbox.requests[0]!.id}`);
    expect(page).toContain(by);
    expect(page).toContain(effect);
  });

  test('that is old is shown in its place in the list', async () => {
    const sandbox = await sandboxWithRequests(120);
    const page = await html(sandbox, `/requests/${sandbox.requests[10]!.id}`);
    expect(rows(page)[0]).toContain('/v1/users/10');
    expect(page).toContain('110–120 of 120');
  });

  test('that the log no longer has is a 404 that says why', async () => {
    const sandbox = await sandboxWithRequests(1);
    const { id } = sandbox.requests[0]!;
    await sandbox.reset();
    const response = await get(sandbox, `/requests/${id}`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(`The log has no request ${id}. It is kept in memory`);
  });
});
