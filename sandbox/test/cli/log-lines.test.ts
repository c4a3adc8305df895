import { createSandbox, type RecordedRequest } from '@example/sandbox';
import { describe, expect, test } from 'vitest';
import { attemptLines, requestLines } from '../../src/cli/log-lines.ts';
import type { Line } from '../../src/cli/terminal.ts';
import { call, john } from '../support/calls.ts';

function textOf(lines: readonly Line[]): string {
  return lines.map((line) => line.map((part) => (typeof part === 'string' ? part : part.text)).join('')).join('\n');
}

function printed(request: RecordedRequest, columns?: number): string {
  return textOf(requestLines({ ...request, received_at: '2024-01-01T01:45:26.000Z', duration: 7 }, columns));
}

async function requests(): Promise<readonly RecordedRequest[]> {
  const sandbox = createSandbox({ rateLimit: { limit: 6 } });
  const headers = { 'Idempotency-Key': 'once' };
  await call(sandbox, 'GET /v1/projects?page=2&per_page=100&status=active');
  await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'john' } });
  for (let index = 0; index < 2; index++) await call(sandbox, 'POST /v1/users', { json: john, headers });
  sandbox.faults.next({ reset: true });
  await call(sandbox, 'DELETE /v1/projects').catch(() => undefined);
  for (let index = 0; index < 2; index++) await call(sandbox, 'GET /v1/users/user_nobody');
  return sandbox.requests;
}

describe('each line has the same columns, fits the terminal, and says why', () => {
  test.each([
    [
      60,
      `01:45:26  200  GET   /v1/projec…e=100&status=active     7 ms
01:45:26  422  POST  /v1/users                          7 ms
          email: must be an email address, such as john@exa…
01:45:26  201  POST  /v1/users                          7 ms
01:45:26  201  POST  /v1/users                          7 ms
          replayed`,
    ],
    [
      120,
      `01:45:26  200  GET   /v1/projec…e=100&status=active     7 ms  5 left
01:45:26  422  POST  /v1/users                          7 ms  email: must be an email address, such as john@example.com
01:45:26  201  POST  /v1/users                          7 ms  3 left
01:45:26  201  POST  /v1/users                          7 ms  replayed
01:45:26    –  DELETE  /v1/projects                     7 ms  injected by fault_1, connection reset
01:45:26  404  GET   /v1/users/user_nobody              7 ms  there is no user with this id
01:45:26  429  GET   /v1/users/user_nobody              7 ms  too many requests. Try again in 60 s`,
    ],
  ])('%i columns', async (columns, expected) => {
    const lines = (await requests()).map((request) => printed(request, columns));
    const text = lines.join('\n');
    expect(text.slice(0, expected.length)).toBe(expected);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  test('nothing is cut in a pipe', async () => {
    const [first, second] = await requests();
    expect(printed(first!)).toContain('/v1/projects?page=2&per_page=100&status=active');
    expect(printed(second!)).toContain('such as john@example.com');
  });
});

test('an attempt that failed says about whom it is, why, and when the next one follows', () => {
  const at = '2024-01-01T01:45:26.000Z';
  const body = JSON.stringify({ event: 'user.created', data: { name: 'Ada' } });
  const delivery = {
    id: 'del_123',
    event: 'user.created',
    body,
    status: 'pending',
    due: Date.parse(at) + 4200,
  } as const;
  const line = (attempt: object, columns?: number) =>
    textOf(attemptLines(delivery, { at, duration: 12, ...attempt }, columns));
  expect(line({ error: 'no response' })).toMatch(
    /– {2}→ {5}user\.created Ada +12 ms {2}next attempt in 5 s, del_123\n {10}← no response$/,
  );
  expect(line({ status: 500, responseBody: '{"error":"email is taken"}' }, 60)).toMatch(
    /500 {2}→ {5}user\.created Ada +12 ms\n {10}next attempt in 5 s, del_123\n {10}← email is taken$/,
  );
});
