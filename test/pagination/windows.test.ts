import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seekWindow, windowAfter, windowAt, windowOf, type Window } from '../../src/pagination/windows.ts';
import { fuzzing } from '../support/fuzz.ts';

/** All windows of up to `size` items that hold the item at `position`. */
const holding = (position: number, size: number): Window[] =>
  Array.from({ length: size }, (_, index) => windowOf(Math.floor(position / (index + 1)) + 1, index + 1));
const furthest = (windows: readonly Window[]) => Math.max(...windows.map(({ end }) => end));

it('the next window overlaps by as much as is asked for, or else as much as can be, and reaches furthest', () => {
  const numbers = [fc.nat(3000), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 50 })] as const;
  fc.assert(
    fc.property(...numbers, (end, size, overlap) => {
      const all = holding(end, size);
      // Of several that reach as far, the largest: it overlaps most.
      expect(windowAt(end, size)).toEqual(all.findLast((each) => each.end === furthest(all)));
      const shared = Array.from({ length: overlap }, (_, index) => overlap - index).find(
        (each) => furthest(holding(Math.max(0, end - each), size)) > end,
      );
      expect(windowAfter(end, size, overlap)).toEqual(shared && windowAt(Math.max(0, end - shared), size));
    }),
    fuzzing(1000),
  );
  expect(windowAfter(2520, 10, 1)).toBeUndefined();
  expect(windowOf(3, 20)).toEqual({ page: 3, size: 20, start: 40, end: 60 });
});

it('seeks around a page, ever further away', () => {
  const pages = Array.from({ length: 8 }, (_, tries) => seekWindow(3, tries + 1, 10).page);
  expect(pages).toEqual([3, 2, 4, 1, 5, 6, 7, 8]);
});
