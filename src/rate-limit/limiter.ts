import type { RequestTarget } from '../errors/index.ts';
import type { CallPriority } from './priority.ts';

/** A call that asks to be sent. */
export interface Admission extends RequestTarget {
  /** Leaves the queue at once when it aborts; `acquire` then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds the call is willing to wait; beyond that it rejects at once with a `RateLimitWaitError`. */
  readonly maxWait?: number | undefined;
  /** Given for a call that works ahead and lets others go first. */
  readonly priority?: CallPriority | undefined;
  /** The API refused this call (429) before: it goes ahead of all others. */
  readonly refused?: boolean | undefined;
  /** Called once if the call has to wait: the expected delay in milliseconds, and how many wait, this call included. */
  readonly onWait?: ((delay: number, waiting: number) => void) | undefined;
  /**
   * Called when the store that shares the limit can't be reached, and again when it can. Hand over the same function
   * with each call of a client: it hears of an outage once.
   */
  readonly onStoreChange?: ((change: RateLimitStoreChange) => void) | undefined;
}

/** The store that shares the rate limit among processes has become unreachable, or reachable again. */
export interface RateLimitStoreChange {
  readonly available: boolean;
  /** Why it is not available. */
  readonly error?: unknown;
}

/** Leave to send one request. Exactly one of its methods is called, as soon as the outcome is known. */
export interface Permit {
  /** Whether the call had to wait for it. */
  readonly waited: boolean;
  /** The API answered; the headers tell what is left. */
  answered(status: number, headers: Headers): void;
  /** Nothing reached the API (connection refused, DNS failure, aborted before sending): the budget is given back. */
  unsent(): void;
  /** No answer came, but the request may have been counted. */
  lost(): void;
}

/** What the limiter knows at this moment. */
export interface RateLimitSnapshot {
  /** Requests allowed in a window. */
  readonly limit: number;
  /** Requests left in the current window, as far as known. */
  readonly remaining: number;
  /** When the window ends: epoch seconds on the server's clock; `undefined` while no window is known. */
  readonly reset: number | undefined;
  /** Calls waiting in this process. */
  readonly waiting: number;
}

/** Paces the calls of one token at one base URL. */
export interface RateLimiter {
  /** A permit at once where there is budget, so that a call that need not wait costs no promise. */
  acquire(admission: Admission): Permit | Promise<Permit>;
  readonly snapshot: RateLimitSnapshot;
  /** How many requests the API has answered other than with 429: tells a refused call whether anything gets through. */
  readonly admitted: number;
}
