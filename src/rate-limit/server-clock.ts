/** Bounds on how far the server's clock (epoch milliseconds) is ahead of the local monotonic one. */
export interface ServerClock {
  readonly low: number;
  readonly high: number;
  /** When, on the local clock, the bounds were last looked at. */
  readonly at: number;
}

/** How far two clocks may run apart: 100 ms in a thousand seconds, which is more than quartz does. */
const drift = 1e-4;

/** Milliseconds: servers write `Date` from a cache that is now and then a little late. */
const staleness = 100;

/**
 * What one response says of the server's clock: its `Date` is the server's time rounded down to a second, at some
 * moment between `sentAt` and `receivedAt`. Each response narrows the bounds, down to about a round trip.
 */
export function narrow(
  known: ServerClock | undefined,
  second: number,
  sentAt: number,
  receivedAt: number,
): ServerClock {
  const said = { low: second * 1000 - receivedAt, high: second * 1000 + 1000 - sentAt, at: receivedAt };
  if (known === undefined) return said;
  const slack = Math.max(0, receivedAt - known.at) * drift;
  const low = Math.max(said.low, known.low - slack);
  const high = Math.min(said.high, known.high + slack);
  if (low <= high) return { low, high, at: receivedAt };
  // `low` is what a late `Date` can't make wrong. A greater contradiction means that one of the clocks has jumped.
  return low - high <= staleness ? { low, high: low, at: receivedAt } : said;
}

/** Whether one of the clocks has been set, or was stopped, between two estimates. */
export function hasJumped(before: ServerClock | undefined, after: ServerClock): boolean {
  return before !== undefined && (after.low > before.high + staleness || after.high < before.low - staleness);
}

/** When, on the local clock, the server's clock will have reached an epoch second for certain. */
export function reached(clock: ServerClock, second: number): number {
  return second * 1000 - clock.low;
}
