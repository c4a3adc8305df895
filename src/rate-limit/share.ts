import type { Priority } from './priority.ts';
import type { Timing } from './timing.ts';
import type { RateWindow } from './window.ts';

// What the limiter knows of a store that shares a token's window among processes. The store brings the code.

/** A store. Only `createRateLimitStore` makes one, so that `connectLimiter` is a {@link ConnectStore}. */
export interface SharingStore {
  readonly connectLimiter: (...internals: never) => unknown;
}

/**
 * Called once for each limiter and store.
 *
 * @param key Base URL and token. A store only sees a hash of it.
 */
export type ConnectStore = (key: string, window: SharedWindow, timing: Timing, host: ShareHost) => Share;

/** The part of a window that a store has granted to this process. */
export interface Share {
  /** Whether the store divides the window now. During an outage, the share is an estimate of this process alone. */
  readonly isAvailable: boolean;
  /** When a call may be sent: `now` or earlier if a request is granted; `Infinity` if that depends on a sync. */
  readyAt(now: number, priority: Priority): number;
  /** Takes one of the granted requests. */
  take(priority: Priority): void;
  /** The API has refused a request because the window is used up: what was granted is void. */
  expire(): void;
  /** Called after each of these. Syncs if it is time to. Returns when to call again if nothing else happens. */
  update(now: number, waiting: WaitingCalls): number;
}

/** Calls that wait for the window, by priority. */
export interface WaitingCalls {
  readonly normal: number;
  readonly background: number;
}

/** The store that shares the rate limit among processes has become unavailable, or available again. */
export interface RateLimitStoreChange {
  readonly available: boolean;
  /** Why it is not available. */
  readonly error?: unknown;
}

/** What a share calls. */
export interface ShareHost {
  /** More was granted, or a newer window was adopted: sends the calls that may be sent now. */
  dispatch(): void;
  onStoreChange(change: RateLimitStoreChange): void;
}

/** The window, as a share reports it to the store. */
export type SharedWindow = Pick<
  RateWindow,
  'limit' | 'used' | 'reset' | 'timeLeft' | 'inFlight' | 'sent' | 'turns' | 'failedProbes' | 'isUnannounced' | 'adopt'
>;
