import type { RequestTarget } from '../errors/index.ts';
import type { Cancellation } from '../utils/abort.ts';
import type { LimiterObserver } from './observers.ts';
import type { CallPriority } from './priority.ts';
import type { SharingStore } from './share.ts';

/** A call that asks to be sent. */
export interface Admission extends RequestTarget {
  /** Removes the call from the queue when it aborts; `acquire` then rejects with its reason. */
  readonly signal?: Cancellation | undefined;
  /** Longest wait in milliseconds. A call that would wait longer rejects with a `RateLimitWaitError`. */
  readonly maxWait?: number | undefined;
  /** Since when the wait counts, on the clock of its timing: a call may have waited with another token. Default: now. */
  readonly waitingSince?: number | undefined;
  /** When the call times out (`totalTimeout`), on the clock of its timing. A call that would wait longer rejects. */
  readonly deadline?: number | undefined;
  /** Default: normal. */
  readonly priority?: CallPriority | undefined;
  /** True for another attempt of a call that was sent before. */
  readonly isRetry?: boolean | undefined;
  /** Called once if the call has to wait: the expected delay in whole milliseconds, and how many calls wait with it. */
  readonly onWait?: ((delay: number, waiting: number) => void) | undefined;
  /** The same object for all calls of a client. */
  readonly observer?: LimiterObserver | undefined;
}

/** Permission to send one request. Call exactly one of its three methods, once, as soon as the outcome is known. */
export interface Permit {
  /** True if the call had to wait for it. */
  readonly waited: boolean;
  /** The API answered. */
  recordResponse(status: number, headers: Headers): Verdict;
  /**
   * Nothing reached the API, so that the request doesn't count.
   *
   * @param hasFailed True if it was tried.
   */
  release(hasFailed?: boolean): Verdict;
  /**
   * No response came, but the API may have counted the request.
   *
   * @param hasFailed True if the API or the network is to blame, and not the caller. Default: `true`.
   */
  recordLoss(hasFailed?: boolean): Verdict;
}

/** What an outcome shows. */
export interface Finding {
  /**
   * True if the retry after this 429 doesn't count, because the call only waited its turn: others used the limit, or a
   * limit is shared that no header announces.
   */
  readonly isUncounted: boolean;
  /** True if a gateway answers 503 because of a limit: others were admitted just before. */
  readonly isGatewayLimit: boolean;
}

/** What the limiter makes of an outcome. */
export interface Verdict extends Finding {
  /** True if the API fails while others wait: the limiter tries one call at a time, ever more rarely. */
  readonly isQueueHeld: boolean;
}

/** What the limiter knows at this moment. */
export interface RateLimitSnapshot {
  /** Requests allowed per window. */
  readonly limit: number;
  /** Requests left in the current window, as far as known. */
  readonly remaining: number;
  /** When the window ends: epoch seconds on the server's clock; `undefined` while no window is known. */
  readonly reset: number | undefined;
  /** Calls waiting in this process. */
  readonly waiting: number;
}

/** What a client configures. */
export interface LimitOptions {
  /** Requests per window to assume until the API announces a limit. Default: the documented 100. */
  readonly limit?: number | undefined;
  /** Length of a window in milliseconds, to assume until the API announces its end. Default: the documented 60 000. */
  readonly window?: number | undefined;
  /** Shares the window with other processes. */
  readonly store?: SharingStore | undefined;
}

/** Paces the calls of one token at one base URL. */
export interface RateLimiter {
  /** Returns the permit synchronously if the call need not wait, so that it costs no promise. */
  acquire(admission: Admission): Permit | Promise<Permit>;
  /** True if a call that asks in `delay` milliseconds would then wait longer than it may, as far as can be foreseen. */
  isTooLate(admission: Admission, delay: number): boolean;
  readonly snapshot: RateLimitSnapshot;
}
