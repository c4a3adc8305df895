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
  const bars = [{ at: 500, width: 100, values: { good: 100, warning: 200 } }];

  expect(heightOf(bars[0]!)).toBe(300);
  const { good, warning } = pathsOfBars(bars, 1000, 400);
  expect(good).toBe(`M${xOf(500, 1000).toFixed(2)} 75.00h0.70v25.00h-0.70z`);
  expect(warning).toBe('M49.50 25.00h0.70v50.00h-0.70z');
});

it('draws no bar into the next one, and no stack above the box', () => {
  const [first, second] = [0, 1000].map((at) => ({ at, width: 1000, values: { good: 300, bad: 1 } }));
  const { good, bad } = pathsOfBars([first!, second!], 300_000, 301);

  expect(good).toMatch(/h0\.33v[\d.]+h-0\.33zM0\.33 /);
  expect(bad).toMatch(/^M0\.00 0\.00h0\.33v3\.\d+/);
});

it('keeps three digits of a time', () => {
  expect([7_404, 54_230, 120_400].map((milliseconds) => seconds(milliseconds).text)).toEqual([
    '7.40 s',
    '54.2 s',
    '120 s',
  ]);
});
