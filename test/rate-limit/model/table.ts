import type { Figures } from './measure.ts';

/** One line of a table of figures. */
export function printed(name: string, seed: number, figures: Figures): string {
  const { failed, stuck, refused, onTheirWay, time, leastTime, p50, p95, mostInWindow } = figures;
  const times = leastTime > 0 ? (time / leastTime).toFixed(3) : '-';
  const cells = [name, seed, failed, stuck, refused, onTheirWay, mostInWindow, times, p50.toFixed(0), p95.toFixed(0)];
  return `| ${cells.join(' | ')} |`;
}
