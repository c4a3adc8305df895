import { afterEach, expect, test, vi } from 'vitest';
import { hashPassword, sha256, verifyPassword } from '../../src/utils/hashing.ts';

afterEach(() => vi.restoreAllMocks());

test('a hash matches only its password, includes its parameters, and is salted', async () => {
  const hash = await hashPassword('secure_password');
  expect(hash).toMatch(/^pbkdf2-sha256\$1000\$[0-9a-f]{32}\$[0-9a-f]{64}$/);
  expect(await verifyPassword('secure_password', hash)).toBe(true);
  expect(await verifyPassword('Secure_password', hash)).toBe(false);
  expect(await hashPassword('secure_password')).not.toBe(hash);
});

test.each(['', 'secure_password', 'pbkdf2-sha256$1000', 'pbkdf2-sha256$1000$00'])(
  '%j is not a valid hash',
  async (text) => {
    expect(await verifyPassword('secure_password', text)).toBe(false);
  },
);

test('the hash of a secret is the same everywhere', async () => {
  const hash = await sha256('sandbox_token');
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);

  expect(await sha256('sandbox_token')).toBe(hash);
});

test.each([
  ['a secret', () => sha256('sandbox_token')],
  ['a password', () => hashPassword('secure_password')],
])('%s is hashed without another thread, for which fake timers would not wait', async (_, hash) => {
  let isDone = false;
  void hash().then(() => (isDone = true));
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();

  expect(isDone).toBe(true);
});
