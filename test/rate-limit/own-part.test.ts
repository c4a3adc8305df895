import { expect, it } from 'vitest';
import { OwnPart } from '../../src/rate-limit/own-part.ts';

it('is all of the requests while no others are seen', () => {
  const part = new OwnPart();
  part.begin(0, 0, 1);
  expect(part.fraction(20, 20)).toBe(1);
});

it('is less as responses show more requests than its own, in this window and the last one', () => {
  const part = new OwnPart();
  part.begin(0, 0, 1);
  expect(part.fraction(20, 60)).toBe(1 / 3);
  part.begin(20, 60, 1);
  expect(part.fraction(20, 20)).toBe(1 / 2);
});

it('does not count what others had used before its first request, except for a few that may ask at the same moment', () => {
  const part = new OwnPart();
  part.begin(0, 0, 50);
  expect(part.fraction(20, 70)).toBe(1);
  part.begin(0, 0, 10);
  expect(part.fraction(10, 20)).toBe(1 / 2);
});
