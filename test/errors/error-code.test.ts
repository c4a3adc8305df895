import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createSandbox } from '@example/sandbox';
import { Client, ConflictError, type ErrorCode } from '@example/sdk';
import { newUser, rejection } from '../support/http-server.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const typed = [...read('src/errors/error-code.ts').matchAll(/\| '(\w+)'/g)].map(([, code]) => code ?? '');

describe('the error codes', () => {
  it('are typed, and any other is accepted', () => {
    expectTypeOf<string>().toExtend<ErrorCode>();
    expectTypeOf<'email_taken' | 'idempotency_key_reused'>().toExtend<ErrorCode>();
    // A union that had become `string` would suggest nothing.
    expectTypeOf<ErrorCode>().not.toEqualTypeOf<string>();
  });

  it('are listed in docs/errors.md', () => {
    const [, section] = read('docs/errors.md').split('## Error codes');
    const listed = [...(section ?? '').split('\n## ')[0]!.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code);

    expect(listed.sort()).toEqual(typed.sort());
  });

  it('are those that the local API documents', () => {
    for (const [, code] of read('sandbox/src/contract/openapi.ts').matchAll(/^ {4}\[\d{3}, '\w+', '(\w+)'/gm)) {
      expect(typed).toContain(code);
    }
  });
});

it('the two meanings of a ConflictError are told apart by its code', async () => {
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
