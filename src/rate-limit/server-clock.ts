/** Milliseconds by which a `Date` may be out of date beside its being rounded down: servers take it from a cache. */
const staleness = 100;

/**
 * How far the server's clock (epoch milliseconds) is ahead of the local monotonic one, at least. A `Date` is the server's
 * time, rounded down to a second, at some moment between `sentAt` and `receivedAt`. The greatest bound is the best one, unless
 * an answer shows that it can't be true: then one of the clocks was set, or runs at another speed.
 */
export function narrow(
  known: number | undefined,
  servedAt: number | undefined,
  sentAt: number,
  receivedAt: number,
): number | undefined {
  if (servedAt === undefined) return known;
  const observed = servedAt - receivedAt;
  const most = servedAt + 1000 + staleness - sentAt;
  return known === undefined || known > most ? observed : Math.max(known, observed);
}
