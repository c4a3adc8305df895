import { expect, it } from 'vitest';
import { abortSignal } from '../../src/utils/arguments.ts';

// test/http/call.test.ts shows what is refused.

it('a signal may be of another realm or library, whatever its tag', () => {
  const listeners = { addEventListener: () => undefined, removeEventListener: () => undefined };
  const signal = { aborted: false, ...listeners } as unknown as AbortSignal;
  expect(abortSignal('signal', signal)).toBe(signal);
});
