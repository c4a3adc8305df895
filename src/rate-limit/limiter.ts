import type { RequestTarget } from '../errors/index.ts';
import type { CallPriority } from './priority.ts';
import type { RateLimitStore } from './store.ts';

/** A call that asks to be sent. */
export interface Admission extends RequestTarget {
  /** Removes the call from the queue when it aborts; `acquire` then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait in milliseconds. A call that would wait longer rejects at once with a `RateLimitWaitError`. */
  readonly maxWait?: number | undefined;
  /** When the call times out (`totalTimeout`), in milliseconds of `performance.now()`. If it would wait longer, it rejects at once. */
  readonly deadline?: number | undefined;
  /**
   * Identifies the request: calls with the same key that wait share one. `undefined` if it can't be shared. Read again
   * when the request is sent.
   */
  readonly key?: string | undefined;
  /** Default: normal. */
  readonly priority?: CallPriority | undefined;
  /** Whether the API has refused this call (429) before: it is then sent ahead of all others. */
  readonly refused?: boolean | undefined;
  /** Called once if the call has to wait: the expected delay in whole milliseconds, and how many calls wait, this one included. */
  readonly onWait?: ((delay: number, waiting: number) => void) | undefined;
  /**
   * Called when the store that shares the limit becomes unavailable, and when it is available again. Pass the same
   * function with each call of a client, so that it is called once per outage.
   */
  readonly onStoreChange?: ((change: RateLimitStoreChange) => void) | undefined;
}

/** The store that shares the rate limit among processes has become unavailable, or available again. */
export interface RateLimitStoreChange {
  readonly available: boolean;
  /** Why it is not available. */
  readonly error?: unknown;
}

/**
 * Permission to send one request. Call exactly one of its methods, as soon as the outcome is known. If it was given to
 * several calls, they share the request, and each of them calls one.
 */
export interface Permit {
  /** Calls that share it and have not reported an outcome. */
  readonly callers: number;
  /** Whether the call had to wait for it. */
  readonly waited: boolean;
  /**
   * Whether the API refused the request (429) in favor of others, as the refusal itself proves or as requests prove that
   * were admitted since {@link RateLimiter.acquire} was called. Known once `answered` was called. The call has done
   * nothing wrong then: acquiring another permit should not count as a retry.
   */
  readonly isContended: boolean;
  /** The API answered; the headers report the remaining budget. */
  answered(status: number, headers: Headers): void;
  /** Nothing reached the API (connection refused, DNS failure, aborted before sending): the request doesn't count. */
  unsent(): void;
  /** No answer came, but the API may have counted the request. */
  lost(): void;
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
  /** Limits that no header reports, as far as refusals have shown them in the last ten minutes. */
  readonly learned: readonly LearnedLimit[];
}

/** A limit that no header reports. */
export interface LearnedLimit {
  /** Method and route, such as `GET /users/{id}`; `undefined` if the limit is about the whole token. */
  readonly route: string | undefined;
  /** Requests that are sent at once at most; `undefined` if that doesn't matter. */
  readonly concurrency: number | undefined;
  /** Requests that are sent per second at most; `undefined` if that doesn't matter. */
  readonly rate: number | undefined;
}

/** What a client configures. */
export interface LimitOptions {
  /** Requests per window to assume until the API reports a limit. Default: the documented 100. */
  readonly limit?: number | undefined;
  /** Length of a window in milliseconds, to assume until the API shows another. Default: the documented 60 000. */
  readonly window?: number | undefined;
  /** Shares the budget with other processes. */
  readonly store?: RateLimitStore | undefined;
}

/** Paces the calls of one token at one base URL. */
export interface RateLimiter {
  /** Returns the permit synchronously if the call need not wait, so that it costs no promise. */
  acquire(admission: Admission): Permit | Promise<Permit>;
  readonly snapshot: RateLimitSnapshot;
}
