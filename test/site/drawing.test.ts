import { expect, it } from 'vitest';
import {
  heightOf,
  pathOfPlaces,
  pathsOfBars,
  pathsOfCells,
  shapeOf,
  tones,
  xOf,
} from '../../site/src/demonstrations/drawing.ts';
import { seconds } from '../../site/src/demonstrations/view.ts';

it('draws cells row by row, with a shape of its own for each tone', () => {
  const paths = pathsOfCells(['good', 'good', 'bad'], { columns: 2, rows: 2 });

  expect(paths.good).toBe('M0.08 0.08h.84v.84h-.84zM1.08 0.08h.84v.84h-.84z');
  expect(paths.bad).toMatch(/^M0.06 1.06/);
  expect(paths.waiting).toBe('');
  expect(new Set(tones.map(shapeOf)).size).toBe(tones.length);
});

it('marks the places that have no cell yet', () => {
  expect(pathOfPlaces(3, { columns: 2, rows: 2 })).toBe('M1.4 1.4h.2v.2h-.2z');
  expect(pathOfPlaces(4, { columns: 2, rows: 2 })).toBe('');
});

it('stacks bars below the highest one of all clients', () => {
  const bars = [{ at: 500, values: { good: 100, warning: 200 } }];

  expect(heightOf(bars[0]!)).toBe(300);
  const { good, warning } = pathsOfBars(bars, 1000, 400);
  expect(good).toBe(`M${xOf(500, 1000).toFixed(2)} 75.00h.7v25.00h-.7z`);
  expect(warning).toBe('M49.50 25.00h.7v50.00h-.7z');
});

it('keeps three digits of a time', () => {
  expect([7_404, 54_230, 120_400].map((milliseconds) => seconds(milliseconds).text)).toEqual([
    '7.40 s',
    '54.2 s',
    '120 s',
  ]);
});
