import type { RequestTarget } from '../errors/index.ts';
import type { Cancellation } from '../utils/abort.ts';
import type { Timing } from '../utils/timing.ts';
import type { RateWindow } from './window.ts';

/** Which of the waiting calls are sent first: `'background'` calls yield to `'normal'` ones. */
export type Priority = 'normal' | 'background';

/** The priority of one call. It can rise while the call waits, such as when a prefetched page is awaited. */
export class CallPriority {
  #level: Priority;
  /** What the queue that holds the call does when the priority rises. */
  onRaise: (() => void) | undefined;

  constructor(level: Priority) {
    this.#level = level;
  }

  get level(): Priority {
    return this.#level;
  }

  /** Makes a background call a normal one. */
  raise(): void {
    if (this.#level === 'normal') return;
    this.#level = 'normal';
    this.onRaise?.();
  }
}

/** A call that asks to be sent. */
export interface Admission extends RequestTarget {
  /** Removes the call from the queue when it aborts; `acquire` then rejects with its reason. */
  readonly signal?: Cancellation | undefined;
  /** Longest wait in milliseconds. A call that would wait longer rejects with a `RateLimitWaitError`. */
  readonly maxWait?: number | undefined;
  /** When the call times out (`totalTimeout`), on the clock of its timing. A call that would wait longer rejects. */
  readonly deadline?: number | undefined;
  /** Default: normal. */
  readonly priority?: CallPriority | undefined;
  /** Whether this is another attempt of a call that was sent before. */
  readonly isRetry?: boolean | undefined;
  /** Called once if the call has to wait: the expected delay in whole milliseconds, and how many calls wait with it. */
  readonly onWait?: ((delay: number, waiting: number) => void) | undefined;
  /** The same object for all calls of a client. */
  readonly observer?: LimiterObserver | undefined;
}

/** What a limiter tells the clients that use it. */
export interface LimiterObserver {
  /** The store became unavailable, or available again. Called once per outage and observer. */
  onStoreChange(change: RateLimitStoreChange): void;
  /** The API refuses what its headers allow: calls such as `GET /users/user_1` are held, or all (`undefined`). */
  onHold(target: string | undefined): void;
  /** Called once a minute at most. */
  onStall(stall: StallReport): void;
}

/** The store that shares the rate limit among processes has become unavailable, or available again. */
interface RateLimitStoreChange {
  readonly available: boolean;
  /** Why it is not available. */
  readonly error?: unknown;
}

/** Calls wait longer than expected, or the API admits nothing. */
export interface StallReport {
  /** For how long. */
  readonly seconds: number;
  /** How many calls wait. */
  readonly waiting: number;
  /** What the API said last instead of admitting a request, such as `429, Retry-After: 60` or `no answer`. */
  readonly answer: string | undefined;
}

/** Tells the clients whose calls are in progress what changes. A client without calls is not held. */
export class Observers {
  readonly #calls = new Map<LimiterObserver, number>();

  /** A call begins (1), or has ended (-1). */
  count(observer: LimiterObserver | undefined, change: 1 | -1): void {
    if (observer === undefined) return;
    const calls = (this.#calls.get(observer) ?? 0) + change;
    if (calls > 0) this.#calls.set(observer, calls);
    else this.#calls.delete(observer);
  }

  /** Tells all of them. */
  notify(tell: (observer: LimiterObserver) => void): void {
    for (const observer of this.#calls.keys()) tell(observer);
  }
}

/** Permission to send one request. Call exactly one of its three methods, once, as soon as the outcome is known. */
export interface Permit {
  /** Whether the call had to wait for it. */
  readonly waited: boolean;
  /** The API answered. */
  recordAnswer(status: number, headers: Headers): Verdict;
  /**
   * Nothing reached the API, so that the request doesn't count.
   *
   * @param hasFailed Whether it was tried.
   */
  release(hasFailed?: boolean): Verdict;
  /**
   * No answer came, but the API may have counted the request.
   *
   * @param hasFailed Whether that was the API's or the network's fault, and not the caller's. Default: `true`.
   */
  recordLoss(hasFailed?: boolean): Verdict;
}

/** What the limiter makes of an outcome. */
export interface Verdict {
  /**
   * Whether the attempt after this refusal (429) is no retry, because the call only waits its turn: others used the
   * limit, or a limit is shared that no header announces.
   */
  readonly isFree: boolean;
  /** Whether a gateway answers 503 because of a limit: others were admitted just before. */
  readonly isGatewayLimit: boolean;
  /** Whether the API fails while others wait: the limiter tries one call at a time, ever more rarely. */
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
  /** Whether a call that asks in `delay` milliseconds would then wait longer than it may, as far as can be foreseen. */
  isTooLate(admission: Admission, delay: number): boolean;
  readonly snapshot: RateLimitSnapshot;
}

// What the limiter knows of a store that shares a token's window among processes. The store brings the code.

/** A store. Only `createRateLimitStore` makes one, so that `connectLimiter` is a {@link ConnectStore}. */
export interface SharingStore {
  readonly connectLimiter: (...internals: never) => unknown;
}

/**
 * Called once for each limiter and store.
 *
 * @param key Base URL and token. A store only sees a hash of it.
 * @param waiting How many calls wait at any time.
 */
export type ConnectStore = (
  key: string,
  window: SharedWindow,
  waiting: WaitingCalls,
  timing: Timing,
  host: ShareHost,
) => Share;

/** The part of a window that a store has granted to this process. */
export interface Share {
  /** Whether the store divides the window now. During an outage, the share is an estimate of this process alone. */
  readonly isAvailable: boolean;
  /** When a call may be sent: `now` or earlier if a request is granted; `Infinity` if that depends on a sync. */
  readyAt(now: number, priority: Priority): number;
  /** Takes one of the granted requests. */
  take(priority: Priority): void;
  /** Called after each of these. Syncs if it is time to. Returns when to call again while calls wait. */
  update(now: number): number;
}

/** Calls that wait for the window, by priority. */
export interface WaitingCalls {
  readonly normal: number;
  readonly background: number;
}

/** What a share calls. */
export interface ShareHost {
  /** More was granted, or a newer window was adopted: sends the calls that may be sent now. */
  dispatch(): void;
  /** Calls back for each client whose calls are in progress. */
  notify(tell: (observer: LimiterObserver) => void): void;
}

/** The window, as a share reports it to the store. */
export type SharedWindow = Pick<
  RateWindow,
  | 'limit'
  | 'used'
  | 'reset'
  | 'timeLeft'
  | 'inFlight'
  | 'sent'
  | 'announced'
  | 'failedProbes'
  | 'isUnannounced'
  | 'adopt'
>;
