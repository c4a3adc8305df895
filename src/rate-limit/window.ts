import { reached, type ServerClock } from './server-clock.ts';

/** A stretch of time in which the API allows a number of requests. All times are local and monotonic, in milliseconds. */
export interface RateWindow {
  limit: number;
  /** When it ends: epoch seconds on the server's clock; `undefined` while the API has announced none. */
  reset: number | undefined;
  /** The API counts the seconds to the reset from now, so that it may be two seconds off, not one. */
  readonly relative: boolean;
  /** The most requests that a report said were used up. */
  seen: number;
  /** Requests of ours in it that got no answer, */
  lost: number;
  /** and how many of them `seen` holds, as the request that reported it was sent after them. */
  lostSeen: number;
  /** Requests of ours that count in it, or may do. */
  own: number;
  /** Requests of others in it, as far as the reports prove. */
  foreign: number;
  /** Those of them that need not be others': ours, from before the window was known. */
  readonly history: number;
  /** Between these two it began; known only if its first request was ours. */
  start: readonly [earliest: number, latest: number] | undefined;
  /** When the API says to try again, where that is not the reset. */
  retryAt: number;
  /** The request that told of it was sent then, */
  sentAt: number;
  /** and answered then. */
  toldAt: number;
}

/** A window of which nothing is known. */
export function unannounced(limit: number): RateWindow {
  const nothing = { seen: 0, lost: 0, lostSeen: 0, own: 0, foreign: 0, history: 0, sentAt: 0, toldAt: 0 };
  return { ...nothing, limit, reset: undefined, relative: false, start: undefined, retryAt: Infinity };
}

/**
 * Requests used up for certain or possibly: each one that was answered is in a report, and of those under way nobody
 * knows. So it merges in any order, and calls that were under way when the window turned count against the new one.
 */
export function used(window: RateWindow, inFlight: number): number {
  return window.seen + inFlight + window.lost - window.lostSeen;
}

/** Takes in a report about the window itself, from a request that was sent `before`. */
export function merge(window: RateWindow, limit: number, reported: number, before: WindowBefore): void {
  window.limit = limit;
  if (reported > window.seen) {
    window.seen = reported;
    if (before.window === window) window.lostSeen = Math.max(window.lostSeen, before.lost);
  }
  window.foreign = Math.max(window.foreign, reported - window.own);
}

/** Our part of what is used up in the window: 1 if nobody else has shown up in it. */
export function shareOf(window: RateWindow): number {
  const others = window.foreign - window.history;
  return others > 0 ? Math.max(0.02, window.own / (window.own + others)) : 1;
}

/** A window as it was when a request was sent. */
export interface WindowBefore {
  readonly window: RateWindow;
  readonly reset: number | undefined;
  readonly seen: number;
  readonly lost: number;
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
 * @param before The window as it was when the request was sent.
 */
export function relate(window: RateWindow, reset: number, reported: number, before: WindowBefore): Relation {
  if (window.reset === undefined) return 'newer';
  const later = reset - window.reset;
  if (later > 1) return 'newer';
  if (before.window !== window) return later < -1 ? 'older' : 'same';
  if (reported <= before.seen) return 'newer';
  if (later >= -1) return 'same';
  // If the reset has gone back since the request was sent, the server's clock has.
  return reset < (before.reset ?? 0) - 1 ? 'newer' : 'older';
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
  const { reset, start, relative } = window;
  if (reset === undefined || clock === undefined || reached(clock, reset + 1) < window.sentAt) {
    return { first: bound, last: bound, byClock: false };
  }

  const announced = reached(clock, reset);
  const counted = start === undefined ? Infinity : start[1] + period * 1000;
  const width = clock.high - clock.low;
  if (counted >= announced - (relative ? 2000 : 1000) - width && counted <= announced + 1000 + width) {
    return { first: counted, last: Math.max(counted, announced + 1000), byClock: false };
  }
  const known = !relative && (reset % period === 0 || reset % 1 !== 0);
  const exact = !roundedDown && (known || announced - window.toldAt < short);
  const last = Math.min(announced + 1000, bound);
  return { first: exact ? Math.min(announced, last) : last, last, byClock: true };
}
