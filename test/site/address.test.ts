import { expect, it } from 'vitest';
import { fromHash, toHash } from '../../site/src/playground/address.ts';

it('keeps a program in an address', () => {
  const program = `const greeting = 'Grüße, 世界 👋'; // ~?>\n`;

  expect(toHash(program)).toMatch(/^#code=[\w-]+$/);
  expect(fromHash(toHash(program))).toBe(program);
});

it.each(['', '#installation', '#code=', '#code=%', '#code=_w'])('finds no program in "%s"', (hash) => {
  expect(fromHash(hash)).toBeUndefined();
});
