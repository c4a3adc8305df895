import { reached, type ServerClock } from './server-clock.ts';

/** A stretch of time in which the API allows a number of requests. All times are local and monotonic, in milliseconds. */
export interface RateWindow {
  limit: number;
  /** When it ends: epoch seconds on the server's clock; `undefined` while the API has announced none. */
  reset: number | undefined;
  /** Requests of ours that count in it, or may do. */
  own: number;
  /** Requests of others in it, as far as the reports prove. */
  foreign: number;
  /** Those of them that need not be others': ours, from before the window was known. */
  readonly history: number;
  /** The most requests that a report said were used up. */
  seen: number;
  /** Between these two it began; known only if its first request was ours. */
  start: readonly [earliest: number, latest: number] | undefined;
  /** When the API says to try again, where that is not the reset. */
  retryAt: number;
  /** The request that told of it was sent then, */
  readonly sentAt: number;
  /** and answered then. */
  readonly toldAt: number;
}

/** A window of which nothing is known. */
export function unannounced(limit: number): RateWindow {
  return {
    limit,
    reset: undefined,
    own: 0,
    foreign: 0,
    history: 0,
    seen: 0,
    start: undefined,
    retryAt: Infinity,
    sentAt: 0,
    toldAt: 0,
  };
}

/** Requests used up: what we sent and what we heard, whichever is more. It merges in any order. */
export function used(window: RateWindow): number {
  return Math.max(window.own + window.foreign, window.seen);
}

/** Takes in a report about the window itself. */
export function merge(window: RateWindow, limit: number, reported: number): void {
  window.limit = limit;
  window.seen = Math.max(window.seen, reported);
  window.foreign = Math.max(window.foreign, reported - window.own);
}

/** Our part of what is used up in the window, or `otherwise` if nobody else has shown up in it. */
export function shareOf(window: RateWindow, otherwise: number): number {
  const others = window.foreign - window.history;
  return others > 0 ? Math.max(0.02, window.own / (window.own + others)) : otherwise;
}

/** Which window a report is about, compared with the one that is known. */
export type Relation = 'older' | 'same' | 'newer';

/**
 * Compares a report with the known window.
 *
 * Some servers compute `reset` anew for each response, so that it moves by a second within a window. Others have
 * windows of a second, or a bucket that refills all the time: there a new window shows in that less is used up than
 * had been before the request was sent.
 *
 * @param current Whether the request was sent when the window was already known.
 * @param seenBefore What was used up in it by then.
 */
export function relate(
  window: RateWindow,
  reset: number,
  reported: number,
  current: boolean,
  seenBefore: number,
): Relation {
  if (window.reset === undefined) return 'newer';
  const later = reset - window.reset;
  if (later > 1) return 'newer';
  if (!current) return later < 0 ? 'older' : 'same';
  // The request was sent in this window: if the reset has gone back, the server's clock has.
  return later < -1 || reported <= seenBefore ? 'newer' : 'same';
}

/** When a window ends. */
export interface Turn {
  /** The time to ask at first. */
  readonly first: number;
  /** By then it is over, if the announcement was right at all. */
  readonly last: number;
  /** Whether `first` hangs on the estimate of the server's clock. */
  readonly byClock: boolean;
}

/** Up to this length of a window, a second too late is worse than one request too early. */
const short = 30_000;

/**
 * When a window ends, though its `reset` is a whole second that may have been rounded up or down.
 *
 * If the window began with a request of ours, and its length is known, then it ends that length later, and no clock is
 * needed. If windows are aligned to the clock, `reset` is exact. Else it is exact with most servers: short windows
 * take the risk, long ones wait for the second to pass.
 *
 * @param period Length of a window in seconds.
 * @param roundedDown Whether the server has been seen to end windows after their `reset`.
 */
export function turnOf(window: RateWindow, clock: ServerClock | undefined, period: number, roundedDown: boolean): Turn {
  // No window takes longer than its length, whatever its `reset` says.
  const bound = window.toldAt + period * 1000 + 1000;
  const { reset, start } = window;
  if (reset === undefined || clock === undefined || reached(clock, reset + 1) < window.sentAt) {
    return { first: bound, last: bound, byClock: false };
  }

  const announced = reached(clock, reset);
  const counted = start === undefined ? Infinity : start[1] + period * 1000;
  if (Math.abs(counted - announced) <= 1000 + clock.high - clock.low) {
    return { first: counted, last: Math.max(counted, announced + 1000), byClock: false };
  }
  const exact = !roundedDown && (reset % period === 0 || reset % 1 !== 0 || announced - window.toldAt < short);
  const last = Math.min(announced + 1000, bound);
  return { first: exact ? Math.min(announced, last) : last, last, byClock: true };
}
