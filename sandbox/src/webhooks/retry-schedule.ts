/** When to make the next attempts. */
export interface RetrySchedule {
  /** Delay after each failed attempt, in milliseconds. The delivery fails when there is none left. */
  readonly schedule: readonly number[];
  /** Random variation of each delay, as a fraction, so that deliveries don't come back all at once. */
  readonly jitter: number;
}

const [second, minute, hour] = [1000, 60_000, 3_600_000];

/** Short delays at first, for a server that restarts; then attempts for more than a day. */
export const defaultSchedule: RetrySchedule = {
  schedule: [5 * second, 30 * second, 2 * minute, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour],
  jitter: 0.1,
};

/**
 * The delay before the next attempt, in milliseconds; `undefined` if there is none.
 *
 * @param tries Number of attempts so far, at least 1.
 * @param random A random number from 0 to 1.
 * @param retryAfter Delay that the receiver asked for, in milliseconds.
 */
export function nextDelay(
  { schedule, jitter }: RetrySchedule,
  tries: number,
  random: number,
  retryAfter = 0,
): number | undefined {
  const delay = schedule[tries - 1];
  if (delay === undefined) return undefined;
  return Math.max(Math.round(delay * (1 + jitter * (2 * random - 1))), retryAfter);
}
