import type { ReportedBudget } from './headers.ts';
import { reached, type ServerClock } from './server-clock.ts';

/** A window in which the API allows a number of requests. All times are local and monotonic, in milliseconds. */
export interface RateWindow {
  limit: number;
  /** When it ends: epoch seconds on the server's clock; `undefined` while the API has announced no window. */
  reset: number | undefined;
  /** Whether the API announces the seconds until the reset, which may be off by two seconds instead of one. */
  readonly relative: boolean;
  /** The highest number of used requests that a response has reported. */
  reported: number;
  /** Requests of ours that got no answer. */
  lost: number;
  /** How many of them `reported` includes, because the request that reported it was sent after them. */
  lostReported: number;
  /** Requests of ours that count in it, or may count. */
  own: number;
  /** Requests of other clients in it, as far as the reports prove. */
  foreign: number;
  /** How many of them may be our own, from before the window was known. */
  readonly ambiguous: number;
  /** When it began; known only if its first request was ours. */
  start: readonly [earliest: number, latest: number] | undefined;
  /** When the API asks to try again, where that is not the reset. */
  retryAt: number;
  /** When the request that first reported the window was sent. */
  sentAt: number;
  /** When that request was answered. */
  answeredAt: number;
}

/** A window that the API has not announced. */
export function unknownWindow(limit: number): RateWindow {
  const nothing = { reported: 0, lost: 0, lostReported: 0, own: 0, foreign: 0, ambiguous: 0, sentAt: 0, answeredAt: 0 };
  return { ...nothing, limit, reset: undefined, relative: false, start: undefined, retryAt: Infinity };
}

/** A window that the API has announced in its answer to a request. */
export function announcedWindow(
  announced: Pick<RateWindow, 'limit' | 'reset' | 'relative' | 'reported' | 'own'>,
  { isProbe, sentAt }: SentRequest,
  now: number,
): RateWindow {
  const foreign = Math.max(0, announced.reported - announced.own);
  const ambiguous = isProbe ? 0 : foreign;
  return { ...unknownWindow(announced.limit), ...announced, foreign, ambiguous, sentAt, answeredAt: now };
}

/**
 * The most requests that can be used. Each answered request is included in a report, and those in flight may or may not
 * be. So reports can be merged in any order, and requests that are in flight at the boundary count in the new window.
 */
export function used(window: RateWindow, inFlight: number): number {
  return window.reported + inFlight + window.lost - window.lostReported;
}

/** Merges a report about the same window. `before` is the window as it was when the request was sent. */
export function merge(window: RateWindow, limit: number, reported: number, before: WindowBefore): void {
  window.limit = limit;
  if (reported > window.reported) {
    window.reported = reported;
    if (before.window === window) window.lostReported = Math.max(window.lostReported, before.lost);
  }
  window.foreign = Math.max(window.foreign, reported - window.own);
}

/** Our share of the requests used in the window: 1 if no other client has used it. */
export function shareOf(window: RateWindow): number {
  const others = window.foreign - window.ambiguous;
  return others > 0 ? Math.max(0.02, window.own / (window.own + others)) : 1;
}

/** A window as it was when a request was sent. */
export interface WindowBefore {
  readonly window: RateWindow;
  readonly reset: number | undefined;
  readonly reported: number;
  readonly lost: number;
}

/** A request that was sent, with the window as it was then. */
export interface SentRequest extends WindowBefore {
  readonly sentAt: number;
  readonly isProbe: boolean;
  /** Whether it probes if the window has ended. */
  readonly isBoundaryProbe: boolean;
}

/** Which window a report is about, compared with the known one. */
export type Relation = 'older' | 'same' | 'newer';

/**
 * Compares a report with the known window.
 *
 * Some servers compute `reset` for each response, so that it moves by a second within a window. Others have windows of
 * one second, or a bucket that refills continuously: a new window then shows in that fewer requests are used than were
 * before the request was sent.
 *
 * @param before The window as it was when the request was sent.
 * @param mayBeCached Whether the report may repeat an earlier one.
 */
export function relate(
  window: RateWindow,
  reset: number,
  reported: number,
  before: WindowBefore,
  mayBeCached: boolean,
): Relation {
  if (window.reset === undefined) return 'newer';
  const later = reset - window.reset;
  if (later > 1) return 'newer';
  if (before.window !== window) return later < -1 ? 'older' : 'same';
  if (reported <= before.reported) return mayBeCached ? 'older' : 'newer';
  if (later >= -1) return 'same';
  // If the reset has gone back since the request was sent, so has the server's clock.
  return reset < (before.reset ?? 0) - 1 ? 'newer' : 'older';
}

/** When a window ends. */
export interface Boundary {
  /** When the first probe is worth sending. */
  readonly earliest: number;
  /** When the window has ended, if the announcement was right. */
  readonly latest: number;
  /** Whether `earliest` depends on the estimate of the server's clock. */
  readonly byClock: boolean;
}

/** Windows that end within this many milliseconds are short: one second too late costs more than one refused request. */
const short = 30_000;

/**
 * When a window ends, although its `reset` is a whole second that may have been rounded up or down.
 *
 * If the window began with a request of ours, and its length is known, it ends that length later, whatever the clocks
 * say. If windows are aligned to the clock, `reset` is exact. Otherwise most servers are exact: short windows take that
 * risk, and long ones wait for the second to pass.
 *
 * @param period Length of a window in seconds.
 * @param roundedDown Whether the server was observed to end windows after their `reset`.
 */
export function boundaryOf(
  window: RateWindow,
  clock: ServerClock | undefined,
  period: number,
  roundedDown: boolean,
): Boundary {
  // A window never takes longer than its length, whatever its `reset` says.
  const bound = window.answeredAt + period * 1000 + 1000;
  const { reset, start, relative } = window;
  if (reset === undefined || clock === undefined || reached(clock, reset + 1) < window.sentAt) {
    return { earliest: bound, latest: bound, byClock: false };
  }

  const announced = reached(clock, reset);
  const counted = start === undefined ? Infinity : start[1] + period * 1000;
  const width = clock.high - clock.low;
  if (counted >= announced - (relative ? 2000 : 1000) - width && counted <= announced + 1000 + width) {
    return { earliest: counted, latest: Math.max(counted, announced + 1000), byClock: false };
  }
  const isAligned = !relative && (reset % period === 0 || reset % 1 !== 0);
  const isExact = !roundedDown && (isAligned || announced - window.answeredAt < short);
  const latest = Math.min(announced + 1000, bound);
  return { earliest: isExact ? Math.min(announced, latest) : latest, latest, byClock: true };
}

/** Whether the window is why a request was refused. */
export function explainsRefusal(request: SentRequest, report: ReportedBudget | undefined): boolean {
  return report === undefined ? request.isBoundaryProbe : report.remaining === 0;
}
