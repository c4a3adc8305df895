import { once } from 'node:events';
import { connect } from 'node:net';
import { createSandbox, type Sandbox } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { parseRequestFilter, requestMatcher } from '../../src/state/request-filter.ts';
import { RequestLog } from '../../src/state/request-log.ts';
import { call, john } from '../support/calls.ts';

test('received requests and their responses can be inspected', async () => {
  const sandbox = createSandbox({ now: () => Date.parse('2024-01-01T00:00:00Z'), projects: [{ id: 'proj_1' }] });
  const response = await call(sandbox, 'GET /v1/projects?page=2&status=active');

  const { duration, headers, ...rest } = sandbox.requests[0]!;
  expect(rest).toEqual({
    id: response.headers.get('x-request-id'),
    method: 'GET',
    target: '/v1/projects?page=2&status=active',
    path: '/v1/projects',
    query: { page: '2', status: 'active' },
    body: undefined,
    token: 'tok_123',
    received_at: '2024-01-01T00:00:00.000Z',
    state: 'completed',
    status: 200,
    remaining: 99,
    fault: undefined,
    response: {
      headers: Object.fromEntries(response.headers),
      body: { data: [], meta: { current_page: 2, total_pages: 1, total_count: 1 } },
    },
  });
  expect(headers).toEqual({ authorization: '[redacted]' });
  expect(duration).toBeGreaterThanOrEqual(0);
});

test('a request that no route reads is recorded with its body', async () => {
  const sandbox = createSandbox();
  await call(sandbox, 'POST /v1/users', { json: john, token: 'unknown' });
  expect(sandbox.requests[0]?.body).toEqual({ ...john, password: '[redacted]' });
});

test.each([
  ['cut', 'cut', (whole: string) => whole.slice(0, whole.length / 2)],
  ['malformed', 'completed', (whole: string) => whole.slice(0, whole.length / 2)],
  ['html', 'completed', (): unknown => expect.stringMatching(/^<!doctype html>/)],
  ['empty', 'completed', () => undefined],
] as const)(
  'an injected failure is recorded as the client sees it: a body that is %s',
  async (body, state, received) => {
    const sandbox = createSandbox({ projects: 1 });
    await call(sandbox, 'GET /v1/projects');
    sandbox.faults.next({ body });
    await call(sandbox, 'GET /v1/projects');
    const [whole, broken] = sandbox.requests;
    expect(broken).toMatchObject({ state, status: 200, fault: { id: 'fault_1', body, met: 1 } });
    expect(broken?.response?.body).toEqual(received(JSON.stringify(whole?.response?.body)));
  },
);

describe('a request in flight', () => {
  /** A request whose body the test sends later, with `finish`. */
  const upload = (sandbox: Sandbox, signal: AbortSignal | null = null) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { Authorization: `Bearer ${sandbox.apiToken}`, 'Content-Type': 'application/json' },
      body: readable,
      signal,
      duplex: 'half',
    };
    const finish = async () => {
      const writer = writable.getWriter();
      await writer.write(new TextEncoder().encode(JSON.stringify(john)));
      await writer.close();
    };
    return { response: sandbox.fetch('https://api.example.com/v1/users', init), finish };
  };

  test('is pending until it has a response', async () => {
    const sandbox = createSandbox();
    const { response, finish } = upload(sandbox);
    const record = sandbox.requests[0]!;
    expect(record.state).toBe('pending');
    expect([record.status, record.duration, record.remaining, record.response]).toEqual(Array(4).fill(undefined));
    await finish();
    await response;
    expect(record).toMatchObject({ state: 'completed', status: 201 });
  });

  test('is aborted when its client gives up, and shows how it would have ended', async () => {
    const sandbox = createSandbox();
    const controller = new AbortController();
    const { response, finish } = upload(sandbox, controller.signal);
    controller.abort();
    await expect(response).rejects.toBe(controller.signal.reason);

    const record = sandbox.requests[0]!;
    expect(record).toMatchObject({ state: 'aborted', status: undefined });
    const { duration } = record;
    await finish();
    await expect.poll(() => record.status).toBe(201);
    expect(record).toMatchObject({ state: 'aborted', duration, response: { body: { name: 'John Doe' } } });
  });

  test('is aborted when its connection closes during a delay, and gets no response', async () => {
    const sandbox = createSandbox({ latency: 600_000 });
    const server = await sandbox.listen();
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`GET /v1/projects HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${sandbox.apiToken}\r\n\r\n`);
    await expect.poll(() => sandbox.requests[0]?.token).toBeDefined();
    socket.destroy();
    await once(socket, 'close');
    await expect.poll(() => sandbox.requests[0]?.state).toBe('aborted');
    expect(sandbox.requests[0]).toMatchObject({ status: undefined, response: undefined });
    await sandbox.close();
  });
});

describe('no token and no password is recorded', () => {
  const recorded = async (body: string, headers: Record<string, string> = {}) => {
    const sandbox = createSandbox({ apiToken: 'sandbox_token' });
    await call(sandbox, 'POST /v1/users?page=1&api_token=sandbox_token', { body, headers });
    return { text: JSON.stringify(sandbox.requests), record: sandbox.requests[0]! };
  };

  test('in headers, query parameters and JSON', async () => {
    const body = JSON.stringify({ ...john, more: [{ Password: john.password }] });
    const headers = { Cookie: 'session=sandbox_token', 'X-Api-Key': 'sandbox_token', 'X-Other': 'kept' };
    const { text, record } = await recorded(body, headers);
    expect(text).not.toContain('sandbox_token');
    expect(text).not.toContain(john.password);
    expect(record.headers).toMatchObject({ 'x-other': 'kept' });
    expect(record.target).toBe('/v1/users?page=1&api_token=%5Bredacted%5D');
    expect(record.body).toEqual({ ...john, password: '[redacted]', more: [{ Password: '[redacted]' }] });
  });

  test.each([
    ['JSON that breaks off', '{"name":"John","password":"hunter2 is se', '{"name":"John","password [redacted]'],
    ['JSON with a comma too many', '{"password":"hunter2","name":"J",}', '{"password [redacted]'],
    ['an escaped name', '{"p\\u0061ssword":"hunter2",', '{"password [redacted]'],
    ['a form', 'name=John&password=hunter2%26more&email=j', 'name=John&password [redacted]'],
    ['a Python dictionary', "{'password': 'hunter2', 'name': 'J'}", "{'password [redacted]"],
    ['JSON in a string', '"{\\"password\\":\\"hunter2\\"}"', '{"password [redacted]'],
    ['a form of several parts', 'name="password"\r\n\r\nhunter2\r\n', 'name="password [redacted]'],
    ['an assignment', 'api_key: hunter2', 'api_key [redacted]'],
    // What isn't secret is kept, unless it is deeply nested.
    ['a word', 'The secret garden', 'The secret garden'],
    ['half of a JSON', '{"name":', '{"name":'],
    ['a deep array', `${'['.repeat(30)}${']'.repeat(30)}`, JSON.parse(`${'['.repeat(20)}"…"${']'.repeat(20)}`)],
  ])('in %s', async (_, body, expected: unknown) => {
    const { text, record } = await recorded(body);
    expect(text).not.toContain('hunter2');
    expect(record.body).toEqual(expected);
  });
});

test('the log keeps the last 10 000 requests', () => {
  const log = new RequestLog(() => undefined);
  const request = new Request('http://127.0.0.1/v1/projects');
  for (let index = 0; index < 10_100; index++) log.open(`req_${index}`, request, 0);
  expect(log.entries).toHaveLength(10_000);
  expect([log.entries[0]?.id, log.entries.at(-1)?.id]).toEqual(['req_100', 'req_10099']);
});

test.each<[Record<string, string>, readonly number[]]>([
  [{}, [5, 4, 3, 2, 1, 0]],
  [{ status: '', page: '2' }, [5, 4, 3, 2, 1, 0]],
  [{ status: '422' }, [1]],
  [{ status: '2xx' }, [4, 3, 2, 0]],
  [{ status: 'reset' }, [5]],
  [{ status: 'cut' }, [4]],
  [{ status: 'injected' }, [5, 4]],
  [{ status: 'replayed' }, [3]],
  [{ method: 'post' }, [3, 2, 1]],
  [{ path: 'STATUS=' }, [0]],
  [{ token: 'none' }, []],
  [{ method: 'POST', status: '4xx', token: 'tok_123' }, [1]],
])('the filter %j finds the requests %j', async (query, expected) => {
  const sandbox = createSandbox();
  const headers = { 'Idempotency-Key': 'once' };
  await call(sandbox, 'GET /v1/projects?status=active');
  await call(sandbox, 'POST /v1/users', { json: {} });
  for (let count = 0; count < 2; count++) await call(sandbox, 'POST /v1/users', { json: john, headers });
  for (const fault of [{ body: 'cut' }, { reset: true }] as const) {
    sandbox.faults.next(fault);
    await call(sandbox, 'GET /v1/projects').catch(() => undefined);
  }
  const matches = requestMatcher(parseRequestFilter(query));
  const found = sandbox.requests.flatMap((request, index) => (matches(request) ? index : []));
  expect(found.reverse()).toEqual(expected);
});
