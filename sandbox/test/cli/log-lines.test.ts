import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { attemptLines, requestLine } from '../../src/cli/log-lines.ts';
import type { Line } from '../../src/cli/terminal.ts';
import { call, john } from '../support/calls.ts';

function textOf(lines: readonly Line[]): string {
  return lines.map((line) => line.map((part) => (typeof part === 'string' ? part : part.text)).join('')).join('\n');
}

test('each line has the same columns, and says why', async () => {
  const sandbox = createSandbox({ rateLimit: { limit: 6 } });
  const headers = { 'Idempotency-Key': 'once' };
  await call(sandbox, 'GET /v1/projects?page=2&per_page=100&status=active');
  await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'john' } });
  for (let index = 0; index < 2; index++) await call(sandbox, 'POST /v1/users', { json: john, headers });
  sandbox.faults.next({ reset: true });
  await call(sandbox, 'DELETE /v1/projects').catch(() => undefined);
  for (let index = 0; index < 2; index++) await call(sandbox, 'GET /v1/users/user_nobody');

  const at = { received_at: '2024-01-01T01:45:26.000Z', duration: 7 };
  const printed = sandbox.requests.map((request) => textOf([requestLine({ ...request, ...at })]));
  expect(printed.join('\n')).toBe(
    `01:45:26  200  GET   /v1/projects?page=2&per_page=100&status=active     7 ms  5 left
01:45:26  422  POST  /v1/users                                    7 ms  email: must be an email address, such as john@example.com
01:45:26  201  POST  /v1/users                                    7 ms  3 left
01:45:26  201  POST  /v1/users                                    7 ms  replayed
01:45:26    –  DELETE  /v1/projects                               7 ms  injected by fault_1, connection reset
01:45:26  404  GET   /v1/users/user_nobody                        7 ms  there is no user with this id
01:45:26  429  GET   /v1/users/user_nobody                        7 ms  too many requests. Try again in 60 s`,
  );
});

test('an attempt that failed says about whom it is, why, and when the next one follows', () => {
  const at = '2024-01-01T01:45:26.000Z';
  const body = JSON.stringify({ event: 'user.created', data: { name: 'Ada' } });
  const due = Date.parse(at) + 4200;
  const delivery = { id: 'del_123', event: 'user.created', body, status: 'pending', due } as const;
  const line = (attempt: object) => textOf(attemptLines(delivery, { at, duration: 12, ...attempt }));
  expect(line({ error: 'no response' })).toMatch(
    /– {2}→ {5}user\.created Ada +12 ms {2}next attempt in 5 s, del_123\n {10}← no response$/,
  );
  expect(line({ status: 500, responseBody: '{"error":"email is taken"}' })).toMatch(
    /500 {2}→ {5}user\.created Ada +12 ms {2}next attempt in 5 s, del_123\n {10}← email is taken$/,
  );
});
