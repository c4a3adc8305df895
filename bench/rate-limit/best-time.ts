import type { ServerOptions, ServerReport } from './server.ts';

/** A run ends after this multiple of the best time. */
export const patience = 3;

/**
 * Milliseconds that an ideal client takes. It knows the server's windows and clock, sends what the current window still
 * allows at once, and the rest as soon as the next windows open. It can't have what a foreign client was granted. The
 * duration of requests is not counted, so no client quite reaches this time.
 */
export function bestTime(
  calls: number,
  { kind, limit, window, shift }: ServerOptions,
  started: number,
  foreign: ServerReport['foreign'],
): number {
  // The first request opens the first window. The ideal client opens each next window as soon as the last one ends.
  if (kind === 'first-request') return (Math.ceil(calls / limit) - 1) * window;
  let number = Math.floor((started - shift) / window);
  let left = calls;
  for (;;) {
    left -= limit - (foreign[number] ?? 0);
    if (left <= 0) return Math.max(0, number * window + shift - started);
    number += 1;
  }
}
