import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';

const headers = { 'Idempotency-Key': 'key-1' };

test('the same key and body get the first response again', async () => {
  const sandbox = createSandbox();
  const first = await call(sandbox, 'POST /v1/users', { json: john, headers });
  const again = await call(sandbox, 'POST /v1/users', { json: john, headers });

  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect([again.status, again.headers.get('location'), again.headers.get('idempotent-replayed')]).toEqual([
    201,
    '/v1/users/user_123',
    'true',
  ]);
  expect(await again.json()).toEqual(await first.json());
});

test('concurrent requests with the same key get the same response, or a 409 if their bodies differ', async () => {
  const sandbox = createSandbox();
  const bodies = [john, john, { ...john, name: 'Jane Doe' }, john];
  const responses = await Promise.all(bodies.map((json) => call(sandbox, 'POST /v1/users', { json, headers })));
  expect(responses.map(({ status }) => status)).toEqual([201, 201, 409, 201]);
  const texts = await Promise.all(responses.map((response) => response.text()));
  expect(new Set(texts).size).toBe(2);
  expect(texts[2]).toContain('idempotency_key_reused');
});

test.each([
  [
    'the order of its fields and whitespace',
    JSON.stringify({ email: john.email, name: john.name, password: 'secure_password' }, null, 2),
    201,
  ],
  ['its password, which is not kept', JSON.stringify({ ...john, password: 'another_one' }), 201],
  ['another field', JSON.stringify({ ...john, name: 'Jane Doe' }), 409],
])('a body that differs in %s', async (_, body, status) => {
  const sandbox = createSandbox();
  await call(sandbox, 'POST /v1/users', { json: john, headers });
  expect((await call(sandbox, 'POST /v1/users', { body, headers })).status).toBe(status);
});

test('a conflict is a response like any other, and is repeated', async () => {
  const sandbox = createSandbox();
  await call(sandbox, 'POST /v1/users', { json: john });
  const first = await call(sandbox, 'POST /v1/users', { json: john, headers });
  const again = await call(sandbox, 'POST /v1/users', { json: john, headers });
  expect([first.status, again.status]).toEqual([409, 409]);
  expect(await again.json()).toEqual(await first.json());
});

test('an invalid request does not use up its key', async () => {
  const sandbox = createSandbox();
  expect((await call(sandbox, 'POST /v1/users', { json: { ...john, name: '' }, headers })).status).toBe(422);
  expect((await call(sandbox, 'POST /v1/users', { json: john, headers })).status).toBe(201);
});

test('a key is remembered for one day', async () => {
  let now = 1_700_000_000_000;
  const sandbox = createSandbox({ now: () => now });
  await call(sandbox, 'POST /v1/users', { json: john, headers });

  now += 86_399_999;
  expect((await call(sandbox, 'POST /v1/users', { json: john, headers })).status).toBe(201);
  now += 1;
  expect((await call(sandbox, 'POST /v1/users', { json: john, headers })).status).toBe(409);
  const other = { json: { ...john, email: 'jane@example.com' }, headers: { 'Idempotency-Key': 'key-2' } };
  expect((await call(sandbox, 'POST /v1/users', other)).status).toBe(201);
});

test.each(['', 'two words', 'x'.repeat(256)])('the key %j gets a 422', async (key) => {
  const response = await call(createSandbox(), 'POST /v1/users', { json: john, headers: { 'Idempotency-Key': key } });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    error: { details: { 'Idempotency-Key': 'Must be 1 to 255 visible ASCII characters.' } },
  });
});
