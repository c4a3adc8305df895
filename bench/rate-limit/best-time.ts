import { hiddenTime } from './hidden-limits.ts';
import type { ServerOptions, ServerReport } from './server.ts';

/**
 * Milliseconds that the calls take at the least: an ideal client knows the server's windows and clock, sends what the
 * current window still allows at once, and the rest at the very moment that the next windows open. What a foreign client
 * was granted, nobody else could have had. The time that requests take is not counted, so nobody quite reaches 1.
 */
export function bestTime(
  calls: number,
  { kind, limit, window, shift, hidden }: ServerOptions,
  started: number,
  foreign: ServerReport['foreign'],
): number {
  // The first request opens the first window, and whoever is ideal opens each next one as the last one ends.
  const last = hiddenTime(hidden, calls % limit || limit, window);
  if (kind === 'first-request') return (Math.ceil(calls / limit) - 1) * window + last;
  let number = Math.floor((started - shift) / window);
  let left = calls;
  for (;;) {
    left -= limit - (foreign[number] ?? 0);
    if (left <= 0) return Math.max(0, number * window + shift - started) + last;
    number += 1;
  }
}
