/** When to try again, and how many times. */
export interface RetrySchedule {
  /** Milliseconds to wait after each failed attempt. After the last one the delivery has failed. */
  readonly delays: readonly number[];
  /** By which share a delay is made longer or shorter, so that not everything comes back at once. */
  readonly jitter: number;
}

const [second, minute, hour] = [1000, 60_000, 3_600_000];

/** Quick at first, for a server that is being restarted; and then for more than a day. */
export const DEFAULT_SCHEDULE: RetrySchedule = {
  delays: [5 * second, 30 * second, 2 * minute, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour],
  jitter: 0.1,
};

/**
 * Milliseconds from a failed attempt to the next; `undefined` when there is none.
 *
 * @param tries Attempts made so far, at least 1.
 * @param random From 0 to 1.
 * @param retryAfter Milliseconds that the receiver asked for.
 */
export function nextDelay(
  { delays, jitter }: RetrySchedule,
  tries: number,
  random: number,
  retryAfter = 0,
): number | undefined {
  const delay = delays[tries - 1];
  if (delay === undefined) return undefined;
  return Math.max(Math.round(delay * (1 + jitter * (2 * random - 1))), retryAfter);
}
