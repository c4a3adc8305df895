import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pagesAround, rangeAfter, rangeAt, rangeOf, type Range } from '../../src/pagination/ranges.ts';
import { fuzzing } from '../support/fuzz.ts';

/** All ranges of up to `size` items that hold the item at `position`. */
const holding = (position: number, size: number): Range[] =>
  Array.from({ length: size }, (_, index) => rangeOf(Math.floor(position / (index + 1)) + 1, index + 1));
const furthest = (ranges: readonly Range[]) => Math.max(...ranges.map(({ end }) => end));

it('the next range overlaps by as much as is asked for, or else as much as can be, and reaches furthest', () => {
  const numbers = [fc.nat(3000), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 50 })] as const;
  fc.assert(
    fc.property(...numbers, (end, size, overlap) => {
      const all = holding(end, size);
      // Of several that reach as far, the largest: it overlaps most.
      expect(rangeAt(end, size)).toEqual(all.findLast((each) => each.end === furthest(all)));
      const shared = Array.from({ length: overlap }, (_, index) => overlap - index).find(
        (each) => furthest(holding(Math.max(0, end - each), size)) > end,
      );
      expect(rangeAfter(end, size, overlap)).toEqual(shared && rangeAt(Math.max(0, end - shared), size));
    }),
    fuzzing(1000),
  );
  expect(rangeAfter(2520, 10, 1)).toBeUndefined();
  expect(rangeOf(3, 20)).toEqual({ page: 3, size: 20, start: 40, end: 60 });
});

it('a place is looked for around a page, ever further away', () => {
  expect(pagesAround(3, 4)).toEqual([3, 2, 4, 1, 5, 6, 7]);
});
