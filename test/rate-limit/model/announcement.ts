import { budget } from '../../support/in-process-api.ts';

/** How `X-RateLimit-Reset` says when a window ends that may end between two seconds. */
export type Rounding = 'exact' | 'up' | 'down';

/**
 * The documented headers.
 *
 * @param end On the server's clock, in milliseconds since 1970.
 */
export function announcement(
  limit: number,
  left: number,
  end: number,
  rounding: Rounding = 'exact',
): Record<string, string> {
  const round = { exact: (seconds: number) => seconds, up: Math.ceil, down: Math.floor }[rounding];
  return budget(limit, left, round(Math.round(end) / 1000));
}
