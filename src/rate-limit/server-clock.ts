/** Bounds on how far the server's clock (epoch milliseconds) is ahead of the local monotonic one. */
export interface ServerClock {
  readonly low: number;
  readonly high: number;
  /** When the bounds were last updated, on the local clock. */
  readonly at: number;
}

/** How fast two clocks may drift apart: 100 ms in a thousand seconds, more than quartz does. */
const drift = 1e-4;

/** Milliseconds: servers take `Date` from a cache, which is sometimes slightly out of date. */
const staleness = 100;

/**
 * Narrows the bounds by one response. Its `Date` is the server's time rounded down to a second, at some moment between
 * `sentAt` and `receivedAt`. Over many responses, the bounds get as narrow as a round trip.
 */
export function narrow(
  known: ServerClock | undefined,
  second: number,
  sentAt: number,
  receivedAt: number,
): ServerClock {
  const observed = { low: second * 1000 - receivedAt, high: second * 1000 + 1000 - sentAt, at: receivedAt };
  if (known === undefined) return observed;
  const slack = Math.max(0, receivedAt - known.at) * drift;
  const low = Math.max(observed.low, known.low - slack);
  const high = Math.min(observed.high, known.high + slack);
  if (low <= high) return { low, high, at: receivedAt };
  // A stale `Date` can't make `low` wrong. A greater contradiction means that one of the clocks has jumped.
  return low - high <= staleness ? { low, high: low, at: receivedAt } : observed;
}

/** Whether one of the clocks was set, or stopped, between two estimates. */
export function hasJumped(before: ServerClock | undefined, after: ServerClock): boolean {
  return before !== undefined && (after.low > before.high + staleness || after.high < before.low - staleness);
}

/** When, on the local clock, the server's clock has certainly reached an epoch second. */
export function reached(clock: ServerClock, second: number): number {
  return second * 1000 - clock.low;
}
