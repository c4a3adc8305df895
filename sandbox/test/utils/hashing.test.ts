import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from '../../src/utils/hashing.ts';

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
