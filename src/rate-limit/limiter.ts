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
  /** Default: normal. */
  readonly priority?: CallPriority | undefined;
  /** Whether this is another attempt of a call that was sent before. It is sent ahead of all others. */
  readonly isRetry?: boolean | undefined;
  /** Called once if the call has to wait: the expected delay in whole milliseconds, and how many calls wait, this one included. */
  readonly onWait?: ((delay: number, waiting: number) => void) | undefined;
  /** Pass the same object with each call of a client. */
  readonly observer?: LimiterObserver | undefined;
}

/** What a limiter tells the clients that use it. */
export interface LimiterObserver {
  /** The store became unavailable, or available again. Once per outage and observer. */
  onStoreChange(change: RateLimitStoreChange): void;
  /** A gate closed or opened. Written to the log at `info`, in one line that says what waits and why. */
  onGateChange(change: GateChange): void;
}

/** The store that shares the rate limit among processes has become unavailable, or available again. */
export interface RateLimitStoreChange {
  readonly available: boolean;
  /** Why it is not available. */
  readonly error?: unknown;
}

/** A gate closed or opened: calls wait after a refusal that no header explains, or no longer do. */
export interface GateChange {
  readonly isOpen: boolean;
  /** What it holds: one path, one route, or all calls of the token. */
  readonly scope: 'resource' | 'route' | 'token';
  /** Such as `GET /users/user_1` or `GET /users/{id}`; `undefined` for the token. */
  readonly target: string | undefined;
  /** Half a sentence for the log line. */
  readonly reason: string;
}

/** Permission to send one request. Call exactly one of its three methods, once, as soon as the outcome is known. */
export interface Permit {
  /** Whether the call had to wait for it. */
  readonly waited: boolean;
  /**
   * Whether the refusal (429) is nobody's fault, so that the next attempt is no retry. Known once `recordAnswer` was
   * called.
   */
  readonly isContended: boolean;
  /** The API answered; the headers report the remaining budget. */
  recordAnswer(status: number, headers: Headers): void;
  /** Nothing reached the API (connection refused, DNS failure, aborted before sending): the request doesn't count. */
  release(): void;
  /** No answer came, but the API may have counted the request. */
  recordLoss(): void;
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
