import type { RecordedRequest } from '@example/sandbox';

/** How a request went, or that a call waits. */
export type Tone = 'good' | 'warning' | 'bad' | 'waiting';

/** Outlines, one unit wide. Each tone has a shape of its own, for those who can't tell the colors apart. */
const shapes: Readonly<Record<Tone, (x: number, y: number) => string>> = {
  good: (x, y) => `M${x + 0.08} ${y + 0.08}h.84v.84h-.84z`,
  warning: (x, y) => `M${x + 0.5} ${y + 0.02}l.48 .48l-.48 .48l-.48 -.48z`,
  bad: (x, y) => `M${x + 0.06} ${y + 0.3}h.88v.4h-.88z`,
  waiting: (x, y) => `M${x + 0.3} ${y + 0.3}h.4v.4h-.4z`,
};

export const tones = Object.keys(shapes) as readonly Tone[];

const columns = 50;

/** Shows a cell for each request and waiting call, row by row. */
export function drawCells(box: SVGElement, cells: readonly Tone[]): void {
  const least = Number(box.dataset.rows);
  box.setAttribute('viewBox', `0 0 ${columns} ${Math.max(least, Math.ceil(cells.length / columns))}`);
  for (const tone of tones) box.querySelector(`.${tone}`)?.setAttribute('d', outline(tone, cells));
}

/** The cells of one tone. */
export const outline = (tone: Tone, cells: readonly Tone[]): string =>
  cells.map((cell, at) => (cell === tone ? shapes[tone](at % columns, Math.floor(at / columns)) : '')).join('');

export function toneOf({ state, status }: { state: RecordedRequest['state']; status?: number | undefined }): Tone {
  if (state === 'pending') return 'waiting';
  if (state !== 'completed' || status === undefined || status >= 500) return 'bad';
  return status >= 400 ? 'warning' : 'good';
}
