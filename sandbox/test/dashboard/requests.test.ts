import { createSandbox, type Sandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { html, textOf } from '../support/dashboard.ts';

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

/** Sends a request that waits until it is aborted. */
async function inFlight(sandbox: Sandbox): Promise<AbortController> {
  const controller = new AbortController();
  sandbox.faults.next({ latency: 600_000 });
  const headers = { Authorization: `Bearer ${sandbox.apiToken}` };
  sandbox.fetch('https://api.example.com/v1/projects', { headers, signal: controller.signal }).catch(() => undefined);
  await expect.poll(() => sandbox.requests[0]?.fault).toBeDefined();
  return controller;
}

const aborted = async (sandbox: Sandbox) => (await inFlight(sandbox)).abort();

async function revoked(sandbox: Sandbox): Promise<void> {
  await call(sandbox, 'GET /v1/users/x', { headers: { 'Sandbox-Fault': '{"latency":1}' } });
  sandbox.state.tokens.revoke('tok_123');
}

async function reset(sandbox: Sandbox): Promise<void> {
  sandbox.faults.next({ reset: true, after: true });
  await call(sandbox, 'GET /v1/projects').catch(() => undefined);
}

const withFault = (fault: string) => (sandbox: Sandbox) =>
  call(sandbox, 'GET /v1/projects', { headers: { 'Sandbox-Fault': fault } });

async function replayed(sandbox: Sandbox): Promise<void> {
  const headers = { 'Idempotency-Key': 'once' };
  for (let count = 0; count < 2; count++) await call(sandbox, 'POST /v1/users', { json: john, headers });
}

test('each row shows how a request ended', async () => {
  const sandbox = createSandbox();
  await replayed(sandbox);
  for (const fault of [{ reset: true }, { body: 'cut' }] as const) {
    sandbox.faults.next(fault);
    await call(sandbox, 'GET /v1/projects').catch(() => undefined);
  }
  await call(sandbox, 'GET /v1/projects', { token: 'unknown' });
  const expected = [
    /^401 GET \/v1\/projects the API token is unknown or revoked [<\d]+ ms /,
    /^200 cut GET \/v1\/projects injected body cut in half \(fault_2\) .* ms /,
    /^reset GET \/v1\/projects injected connection reset \(fault_1\)/,
    /^201 POST \/v1\/users replayed/,
    /^201 POST \/v1\/users [<\d]+ ms/,
  ];
  const page = await html(sandbox, '/requests');
  const found = rows(page);
  expect(textOf(page)).toContain('Status Method Path Reason Took Received');
  expect(found).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as unknown));
});

test('any number of consecutive identical requests form one expandable row', async () => {
  const sandbox = createSandbox({ rateLimit: { limit: 3 } });
  for (const page of [1, 2, 2, ...Array<number>(57).fill(1)]) await call(sandbox, `GET /v1/projects?page=${page}`);
  const page = await html(sandbox, '/requests');
  expect(textOf(page)).toMatch(
    / 60 requests .* 429 ×57 GET .*page=1.* 53 of 57 .* Show 52 more 200 ×2 GET .*page=2.* 200 GET .*page=1/,
  );
  expect(await html(sandbox, linkTo(page, /Show 52 more/))).toMatch(/>1 of 57<(?!.*Show 52 more)/s);
  const opened = await html(sandbox, `/requests/${sandbox.requests[3]!.id}`);
  expect(opened).toMatch(/<details id="run-\w+" open="">.*aria-current="true"[^>]*><span class="hint">1 of 57</s);
  expect(textOf(opened)).toMatch(/ 2 of 2 0 left req_\w+ [<\d]+ ms .* 1 of 2 1 left req_\w+ [<\d]+ ms /);
});

describe('the filter is part of the address', () => {
  test("and the page's links keep it", async () => {
    const sandbox = createSandbox();
    for (let index = 0; index < 60; index++) await call(sandbox, `GET /v1/users/${index}`);
    await call(sandbox, 'POST /v1/users', { json: {} });
    const page = await html(sandbox, '/requests?status=4xx&method=GET&path=users&token=tok_123');
    expect(rows(page)).toHaveLength(25);
    expect(textOf(page)).toContain('25 of 60 requests');
    expect(linkTo(page, /users\/59/)).toMatch(/^\/requests\/req_\w+\?status=4xx&method=GET&path=users&token=tok_123$/);
    expect(linkTo(page, /^Show 25 more/)).toBe('?status=4xx&method=GET&path=users&token=tok_123&shown=50');
    const longer = await html(sandbox, '/requests?path=users%2F&shown=50');
    expect(linkTo(longer, /users\/59/)).toMatch(/shown=50$/);
    const oldest = `/requests/${sandbox.requests[0]!.id}`;
    expect(await html(sandbox, `${oldest}?path=users%2F`)).toMatch(/aria-current="true"(?:(?!<\/a>).)*\/users\/0"/s);
  });

  test.each([
    ['', 'data-copy="curl -H'],
    ['?status=5xx', 'No request matches the filter.'],
  ])('%j: %s', async (query, text) => expect(await html(createSandbox(), `/requests${query}`)).toContain(text));
});

describe('a selected request', () => {
  test('is shown beside the list with the complete exchange', async () => {
    const sandbox = createSandbox();
    const json = { ...john, email: 'john', extra: [1, true, null, 'a'] };
    await call(sandbox, 'POST /v1/users', { json, headers: { 'X-Trace': 'abc' } });
    const page = await html(sandbox, `/requests/${sandbox.requests[0]!.id}`);
    expect(page).toMatch(/data-copy="await client.users.create\(.*data-label="the SDK call"/s);
    for (const part of [
      'aria-current="true"',
      'invalid_request',
      'email: must be an email address',
      'x-trace',
      'x-ratelimit-remaining',
      '[redacted]',
      ...['key', 'string', 'value'].map((kind) => `class="json-${kind}"`),
    ]) {
      expect(page).toContain(part);
    }
    expect(page).not.toContain(john.password);
  });

  test.each<[string, (sandbox: Sandbox) => unknown, RegExp]>([
    ['without a token', (sandbox) => call(sandbox, 'GET /v1', { token: null }), /Token missing or unknown/],
    [
      'whose token was revoked',
      revoked,
      /404 GET .* there is no user with this id, injected delay of 1 ms .*There is no user .*Injected by .* Token revoked/,
    ],
    [
      'that was replayed',
      replayed,
      /Replayed\. An earlier request had the same Idempotency-Key\. Nothing was created\./,
    ],
    ['that was reset', reset, /by fault_1: Connection reset after the work was done\. .* None was sent\./],
    ['with a named fault', withFault('{"id":"mine","status":503}'), /Injected by mine: 503 response\./],
    ['with a fault', withFault('{"body":"malformed"}'), /\(Sandbox-Fault\).* header .*: Malformed JSON\./],
    ['in flight', inFlight, /pending GET .* In flight\. .* Took in flight .* Budget left – .* Not sent/],
    [
      'without its client',
      aborted,
      /aborted GET .* The client disconnected before .* work had no result yet\. .* None was/,
    ],
  ])('%s is explained', async (_, act, text) => {
    const sandbox = createSandbox();
    await act(sandbox);
    expect(textOf(await html(sandbox, `/requests/${sandbox.requests.at(-1)!.id}`))).toMatch(text);
    await sandbox.close();
  });
});
