import type { RateLimit, RateWindow } from '../../state/rate-windows.ts';
import type { TrafficInterval } from '../../state/traffic.ts';

/** How many requests a token had left, from a time on. */
export interface BudgetPoint {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly remaining: number;
}

/**
 * A token's budget over time, as steps: it falls with the requests of a window, and is full again at its end.
 *
 * @param windows The token's windows, oldest first.
 * @param series The token's traffic, oldest first.
 * @param interval Length of an interval of `series`, in milliseconds.
 */
export function budgetLine(
  { limit, window }: RateLimit,
  windows: readonly RateWindow[],
  series: readonly TrafficInterval[],
  interval: number,
  now: number,
): readonly BudgetPoint[] {
  const from = series[0]?.start ?? now;
  const points: BudgetPoint[] = [{ time: from, remaining: limit }];
  for (const { start, remaining } of series) {
    const owner = windows.findLast((candidate) => candidate.start < start + interval);
    if (remaining === undefined || owner === undefined) continue;
    // The requests of an interval are drawn at its middle, but not outside of the window that the last one was in.
    const time = Math.min(Math.max(start + interval / 2, owner.start), owner.start + window - 1, now);
    points.push({ time, remaining });
  }
  for (const { start } of windows) {
    const end = start + window;
    if (end > from && end <= now) points.push({ time: end, remaining: limit });
  }
  points.sort((a, b) => a.time - b.time);
  return [...points, { time: now, remaining: points.at(-1)?.remaining ?? limit }];
}
