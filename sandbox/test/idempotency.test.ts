import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from './calls.ts';

const headers = { 'Idempotency-Key': 'key-1' };

test('the same key and body again get the first answer again', async () => {
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

test('also when they arrive at the same time', async () => {
  const sandbox = createSandbox();
  const responses = await Promise.all(
    Array.from({ length: 5 }, () => call(sandbox, 'POST /v1/users', { json: john, headers })),
  );
  expect(responses.map((response) => response.status)).toEqual([201, 201, 201, 201, 201]);
  const bodies = await Promise.all(responses.map((response) => response.text()));
  expect(new Set(bodies).size).toBe(1);
});

test('the order and spacing of the JSON make no difference', async () => {
  const sandbox = createSandbox();
  await call(sandbox, 'POST /v1/users', { json: john, headers });
  const { name, email, password } = john;
  const body = JSON.stringify({ password, email, name }, null, 2);
  expect((await call(sandbox, 'POST /v1/users', { body, headers })).status).toBe(201);
});

test('the same key with another body: 409', async () => {
  const sandbox = createSandbox();
  expect((await call(sandbox, 'POST /v1/users', { json: john, headers })).status).toBe(201);
  const other = await call(sandbox, 'POST /v1/users', { json: { ...john, password: 'another_one' }, headers });
  expect(other.status).toBe(409);
  expect(await other.json()).toMatchObject({ error: { code: 'idempotency_key_reused' } });
});

test('the same key with another body at the same time: 409 for the one that comes second', async () => {
  const sandbox = createSandbox();
  const bodies = [john, { ...john, password: 'another_one' }];
  const responses = await Promise.all(bodies.map((json) => call(sandbox, 'POST /v1/users', { json, headers })));
  // Which of the two comes first is open: tokens are looked up asynchronously.
  responses.sort((a, b) => a.status - b.status);
  expect(responses.map(({ status }) => status)).toEqual([201, 409]);
  expect(await responses[1]!.json()).toMatchObject({ error: { code: 'idempotency_key_reused' } });
});

test('a conflict is an answer like any other, and comes again', async () => {
  const sandbox = createSandbox();
  await call(sandbox, 'POST /v1/users', { json: john });
  const first = await call(sandbox, 'POST /v1/users', { json: john, headers });
  const again = await call(sandbox, 'POST /v1/users', { json: john, headers });
  expect([first.status, again.status]).toEqual([409, 409]);
  expect(await again.json()).toEqual(await first.json());
});

test('a key is not used up by a request that was invalid', async () => {
  const sandbox = createSandbox();
  expect((await call(sandbox, 'POST /v1/users', { json: { ...john, name: '' }, headers })).status).toBe(422);
  expect((await call(sandbox, 'POST /v1/users', { json: john, headers })).status).toBe(201);
});

test('a key is remembered for a day', async () => {
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

test.each(['', 'two words', 'x'.repeat(256)])('%j is no key: 422', async (key) => {
  const response = await call(createSandbox(), 'POST /v1/users', { json: john, headers: { 'Idempotency-Key': key } });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    error: { details: { 'Idempotency-Key': 'Must be 1 to 255 visible ASCII characters.' } },
  });
});
