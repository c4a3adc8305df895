import { createSandbox, type RecordedRequest } from '@example/sandbox';
import { beforeAll, expect, test } from 'vitest';
import { attemptLines, requestLines } from '../../src/cli/log-lines.ts';
import { type Line, Terminal } from '../../src/cli/terminal.ts';
import { call, john } from '../support/calls.ts';

function printed(lines: readonly Line[]): string {
  let text = '';
  new Terminal({ write: (part) => (text += part) }).lines(lines);
  return text;
}

let requests: readonly RecordedRequest[];
beforeAll(async () => {
  const sandbox = createSandbox({ rateLimit: { limit: 7 } });
  const headers = { 'Idempotency-Key': 'once' };
  await call(sandbox, 'GET /v1/projects?page=2&per_page=100&status=active');
  await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'john' } });
  for (let index = 0; index < 2; index++) await call(sandbox, 'POST /v1/users', { json: john, headers });
  for (const fault of [{ reset: true, after: true }, { body: 'malformed' }, { status: 503, latency: 1 }] as const) {
    sandbox.faults.next(fault);
    await call(sandbox, 'GET /v1/projects').catch(() => undefined);
  }
  await call(sandbox, 'GET /v1/users/user_nobody');
  ({ requests } = sandbox);
});

const printedAt = (columns?: number) => {
  const at = { received_at: '2024-01-01T01:45:26', duration: 7 };
  return printed(requests.flatMap((request) => requestLines({ ...request, ...at }, columns)));
};

test('a reason stands below its request', () => {
  expect(printedAt(80)).toMatchInlineSnapshot(`
    "01:45:26  200     7 ms  GET   /v1/projects?page=2&per_page=100&status=active
    01:45:26  422     7 ms  POST  /v1/users
              email: must be an email address, such as john@example.com
    01:45:26  201     7 ms  POST  /v1/users
    01:45:26  201     7 ms  POST  /v1/users
              replayed
    01:45:26  reset         GET   /v1/projects
              injected connection reset after the work was done (fault_1)
    01:45:26  200     7 ms  GET   /v1/projects
              injected malformed JSON (fault_2)
    01:45:26  503     7 ms  GET   /v1/projects
              injected 503 response, delay of 1 ms (fault_3)
    01:45:26  429     7 ms  GET   /v1/users/user_nobody
              too many requests. Try again in 60 s
    "
  `);
});

test.each([40, 41, 60, 79, 200])('no line is longer than %i columns, and no reason is cut', (columns) => {
  const text = printedAt(columns);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(text.replace(/\s+/g, ' ')).toContain('email: must be an email address, such as john@example.com');
  expect(text.includes('7 ms')).toBe(columns >= 60);
});

test.each([undefined, 0])('nothing is cut in a pipe, or if the terminal reports %s columns', (columns) => {
  const terminal = new Terminal({ write: () => undefined, ...(columns === undefined ? {} : { columns }) });
  const text = printedAt(terminal.columns);
  expect(text).toContain('/v1/projects?page=2&per_page=100&status=active\n');
  expect(text).toMatch(/422 .* ms {2}POST {2}\/v1\/users {2}email: must be an email address, such as \S+\n/);
});

test.each([
  ['pending', { error: 'ECONNREFUSED' }, 'no response', 'nothing listens there'],
  ['pending', { error: 'EPROTO' }, 'no response', ': EPROTO'],
  ['pending', { status: 500, responseBody: '{"error":"email is taken"}' }, '500', ': email is taken'],
  ['pending', { status: 500, responseBody: '{"message":"no table"}' }, '500', ': no table'],
  ['pending', { status: 500, responseBody: 'x'.repeat(201) }, '500', `: ${'x'.repeat(200)}…`],
  ['pending', { status: 502, responseBody: '<title>Bad Gateway</title>' }, '502', ': HTML page “Bad Gateway”'],
  ['failed', { status: 500, responseBody: 'no\nmore' }, '500', ': no, no attempts left'],
  ['delivered', { status: 204 }, '204', 'hooks'],
] as const)(
  'an attempt whose delivery is %s says about whom it is, where it went, and why: %j',
  (status, made, code, why) => {
    const at = '2024-01-01T01:45:26';
    const due = status === 'pending' ? Date.parse(at) + 4200 : undefined;
    const delivery = { event: 'user.created', body: '{"data":{"name":"Ada"}}', status, due };
    const text = printed(attemptLines(delivery, { at, duration: 12, ...made }, 'http://127.0.0.1:3000/hooks'));
    const line = new RegExp(`^01:45:26 +${code}(?: +12 ms)? +→     user.created Ada {2}http://127.0.0.1:3000/hooks`);
    expect(text).toMatch(line);
    expect(text.endsWith(`${why}${due === undefined ? '' : ', retry in 5 s'}\n`)).toBe(true);
  },
);
