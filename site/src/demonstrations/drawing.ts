import type { Bar, Grid, Tone } from './view.ts';

/** Those that are drawn, in the order in which they are stacked. */
export const tones: readonly Tone[] = ['good', 'warning', 'bad', 'waiting', 'gone'];

/** The outline of a cell, one unit wide. Each tone has a shape of its own, for those who can't tell the colours apart. */
const shapes: Readonly<Record<Tone, (x: number, y: number) => string>> = {
  good: (x, y) => `M${x + 0.08} ${y + 0.08}h.84v.84h-.84z`,
  warning: (x, y) => `M${x + 0.5} ${y + 0.02}l.48 .48l-.48 .48l-.48 -.48z`,
  bad: (x, y) =>
    `M${x + 0.06} ${y + 0.06}h.26l.18 .18l.18 -.18h.26v.26l-.18 .18l.18 .18v.26h-.26l-.18 -.18l-.18 .18h-.26v-.26l.18 -.18l-.18 -.18z`,
  waiting: (x, y) => `M${x + 0.3} ${y + 0.3}h.4v.4h-.4z`,
  gone: (x, y) => `M${x + 0.14} ${y + 0.42}h.72v.16h-.72z`,
};

/** A cell for a legend. */
export const shapeOf = (tone: Tone): string => shapes[tone](0, 0);

/** A path for each tone, row by row. */
export function pathsOfCells(cells: readonly Tone[], { columns }: Grid): Record<Tone, string> {
  const paths = empty();
  for (const [index, tone] of cells.entries()) {
    paths[tone] += shapes[tone](index % columns, Math.floor(index / columns));
  }
  return paths;
}

/** The places of a grid that have no cell yet. */
export function pathOfPlaces(from: number, { columns, rows }: Grid): string {
  let path = '';
  for (let index = from; index < columns * rows; index++) {
    path += `M${(index % columns) + 0.4} ${Math.floor(index / columns) + 0.4}h.2v.2h-.2z`;
  }
  return path;
}

/** Where a moment is in a chart that is 100 wide and has room for a last bar. */
export const xOf = (at: number, span: number): number => (at / span) * 99;

/** How high a bar is with all that is stacked in it. */
export const heightOf = ({ values }: Bar): number => Object.values(values).reduce((sum, value) => sum + value, 0);

/** Stacked bars as a path for each tone, in a box of 100 by 100. */
export function pathsOfBars(bars: readonly Bar[], span: number, peak: number): Record<Tone, string> {
  const paths = empty();
  for (const { at, width, values } of bars) {
    const x = xOf(at, span).toFixed(2);
    const wide = Math.min(0.7, xOf(width, span)).toFixed(2);
    // What happened once is still seen beside what happened three hundred times.
    const heights = tones.map((tone) => (values[tone] ? Math.max(4, (values[tone] / peak) * 100) : 0));
    const scale = Math.min(1, 100 / heights.reduce((sum, height) => sum + height, 0));
    let top = 100;
    for (const [index, tone] of tones.entries()) {
      const height = (heights[index] ?? 0) * scale;
      if (height === 0) continue;
      top = Math.max(0, top - height); // never the -0 of rounding
      paths[tone] += `M${x} ${top.toFixed(2)}h${wide}v${height.toFixed(2)}h-${wide}z`;
    }
  }
  return paths;
}

function empty(): Record<Tone, string> {
  return { good: '', warning: '', bad: '', waiting: '', gone: '' };
}
