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

/** The cells of one tone, among one for each request and waiting call. A label is above each two rows. */
export const outline = (tone: Tone, cells: readonly Tone[]): string =>
  cells
    .map((cell, at) => (cell === tone ? shapes[tone](at % 50, Math.floor(at / 50) + 3.4 * Math.floor(at / 100)) : ''))
    .join('');

export function toneOf({ state, status }: { state: RecordedRequest['state']; status?: number | undefined }): Tone {
  if (state === 'pending') return 'waiting';
  if (state !== 'completed' || status === undefined || status >= 500) return 'bad';
  return status >= 400 ? 'warning' : 'good';
}
