import { hiddenTime } from './hidden-limits.ts';
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
  { kind, limit, window, shift, hidden }: ServerOptions,
  started: number,
  { foreign, cached }: Pick<ServerReport, 'foreign' | 'cached'>,
): number {
  const counted = calls - cached;
  // The first request opens the first window. The ideal client opens each next window as soon as the last one ends.
  const last = hiddenTime(hidden, counted % limit || limit, limit, window);
  if (kind === 'first-request') return (Math.ceil(counted / limit) - 1) * window + last;
  // The second window allows requests at the rate at which those of the first one expire.
  if (kind === 'sliding') {
    const second = (Math.floor((started - shift) / window) + 1) * window + shift;
    return second - started + ((counted - limit) * window) / limit;
  }
  let number = Math.floor((started - shift) / window);
  let left = counted;
  for (;;) {
    left -= limit - (foreign[number] ?? 0);
    if (left <= 0) return Math.max(0, number * window + shift - started) + last;
    number += 1;
  }
}
