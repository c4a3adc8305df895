import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createSandbox } from '@example/sandbox';
import { Client, ConflictError, type ErrorCode } from '@example/sdk';
import { newUser, rejection } from '../support/http-server.ts';

describe('the error codes', () => {
  it('are typed as far as the API documents them, and any other is accepted', () => {
    expectTypeOf<string>().toExtend<ErrorCode>();
    // A union that had become `string` would suggest nothing.
    expectTypeOf<ErrorCode>().not.toEqualTypeOf<string>();
    expectTypeOf<ErrorCode>().toEqualTypeOf<'invalid_request' | (string & Record<never, never>)>();
    const documented: ErrorCode = 'invalid_request';
    expect(readFileSync(new URL('../../sandbox/test/support/api-reference.md', import.meta.url), 'utf8')).toContain(
      `"code": "${documented}"`,
    );
  });
});

it('the two meanings that a ConflictError of the local API has are told apart by its code', async () => {
  const sandbox = createSandbox();
  const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch });
  const idempotencyKey = 'sign-up';
  await client.users.create(newUser, { idempotencyKey });

  const taken = await rejection(client.users.create(newUser));
  const reused = await rejection(client.users.create({ ...newUser, name: 'Ada' }, { idempotencyKey }));

  expect(taken).toBeInstanceOf(ConflictError);
  expect(reused).toBeInstanceOf(ConflictError);
  expect((taken as ConflictError).code).toBe('email_taken');
  expect((reused as ConflictError).code).toBe('idempotency_key_reused');
});
