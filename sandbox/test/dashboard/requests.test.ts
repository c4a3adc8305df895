import { createSandbox, type Sandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { get, html, textOf } from '../support/dashboard.ts';

/** The rows of the list, as text. */
function rows(page: string): string[] {
  const list = /<ol class="rows"[^>]*>([\s\S]*?)<\/ol>/.exec(page)?.[1] ?? '';
  return list.split('</li>').slice(0, -1).map(textOf);
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

test('each row shows what became of a request', async () => {
  const sandbox = createSandbox();
  const headers = { 'Idempotency-Key': 'once' };
  for (let count = 0; count < 2; count++) await call(sandbox, 'POST /v1/users', { json: john, headers });
  for (const fault of [{ reset: true }, { body: 'cut' }] as const) {
    sandbox.faults.next(fault);
    await call(sandbox, 'GET /v1/projects').catch(() => undefined);
  }
  await call(sandbox, 'GET /v1/projects', { token: 'unknown' });
  const expected = [
    /^401 GET \/v1\/projects the API token is unknown or revoked/,
    /^200 cut GET \/v1\/projects body cut off \(fault_2\) .* ms \d+ left/,
    /^reset GET \/v1\/projects connection reset \(fault_1\)/,
    /^201 POST \/v1\/users replayed/,
    /^201 POST \/v1\/users [\d.]+ ms/,
  ];
  const found = rows(await html(sandbox, '/requests'));
  expect(found).toHaveLength(expected.length);
  for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
});

test('no page shows a raw backtick', async () => {
  const sandbox = createSandbox();
  await call(sandbox, 'GET /v1/projects', { token: null });
  for (const path of ['', '/requests', `/requests/${sandbox.requests[0]!.id}`]) {
    const page = await html(sandbox, path);
    expect(page).toContain('Authorization: Bearer');
    expect(page).not.toContain('`');
  }
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

  test.each([
    ['', 200, 'No requests yet.'],
    ['?status=5xx', 200, 'No request matches the filter.'],
    ['?status=fine', 422, 'Must be a status such as 404'],
  ])('%j gets a %i: %s', async (query, status, text) => {
    const response = await get(createSandbox(), `/requests${query}`);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(text)]);
  });
});

describe('a selected request', () => {
  test('is shown beside the list with the complete exchange', async () => {
    const sandbox = createSandbox();
    const json = { ...john, email: 'john', extra: [1, true, null, 'a'] };
    await call(sandbox, 'POST /v1/users', { json, headers: { 'X-Trace': 'abc' } });
    const page = await html(sandbox, `/requests/${sandbox.requests[0]!.id}`);
    expect(rows(page)).toHaveLength(1);
    expect(page).toMatch(/data-copy="await client.users.create\(.*data-label="the SDK call"/s);
    for (const part of [
      'aria-current="true"',
      'invalid_request',
      'email: must be an email address',
      'x-trace',
      'x-ratelimit-remaining',
      '[redacted]',
      ...['key', 'string', 'number', 'word'].map((kind) => `class="json-${kind}"`),
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
    for (const text of [by, effect]) expect(page).toContain(text);
    if (by.includes('fault_1')) expect(page).toContain('None was sent.');
  });

  test('says that its token was revoked, and once the log no longer has it, why', async () => {
    const sandbox = await sandboxWithRequests(1);
    const { id } = sandbox.requests[0]!;
    sandbox.state.tokens.revoke('tok_123');
    expect(await html(sandbox, `/requests/${id}`)).toContain('<dd>revoked</dd>');
    await sandbox.reset();
    const response = await get(sandbox, `/requests/${id}`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(`The log has no request ${id}. It is kept in memory`);
  });
});
