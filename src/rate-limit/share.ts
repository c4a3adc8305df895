import type { RateLimitStoreChange } from './limiter.ts';
import type { Priority } from './priority.ts';
import type { Timing } from './timing.ts';

// What the limiter knows of a store that shares a token's window among processes. The store brings the code.

/**
 * The part of a window that a store has granted to this process. The limiter calls
 *
 * - `readyAt` before it sends a request, and `take` when it does. The window and the gates are asked as well;
 * - `restore` when a request that was taken did not reach the API;
 * - `expire` when the API has refused a request because the window is used up;
 * - `update` after each of these, and whenever calls begin or cease to wait.
 */
export interface Share {
  /** Whether the store divides the window now. During an outage, the share is an estimate of this process alone. */
  readonly isAvailable: boolean;
  /** When a call may be sent: `now` or earlier if a request is granted; `Infinity` if that depends on a sync. */
  readyAt(now: number, priority: Priority): number;
  /** Takes one of the granted requests. Returns what identifies it when it is restored. */
  take(now: number, priority: Priority): number;
  /** A request that was taken did not reach the API. */
  restore(taken: number): void;
  /** What was granted is void. */
  expire(): void;
  /** Syncs with the store if it is time to. Returns when to call again if nothing else happens; `Infinity` for never. */
  update(now: number, waiting: WaitingCalls): number;
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
  /** The store became unavailable, or available again. The limiter tells each of its clients once. */
  onStoreChange(change: RateLimitStoreChange): void;
}

/** What a share reads of the window, to report it to the store. */
export interface WindowView {
  /** Requests allowed. */
  readonly limit: number;
  /** Requests used, as the API has announced them; at most `limit`. */
  readonly used: number;
  /** When the window ends: epoch seconds on the API's clock; `undefined` while no window is known. */
  readonly reset: number | undefined;
  /** Milliseconds until it is over; 0 once it is, and until an answer announces the next one; `undefined` while none is known. */
  timeLeft(now: number): number | undefined;
  /** Requests that were sent and that `used` need not include, because no answer has come. */
  readonly inFlight: number;
  /** Requests that this process has sent in the window, those in flight included. */
  readonly sent: number;
  /** Windows that the API has announced to this process. Adopted ones don't count. */
  readonly turns: number;
  /** How often a request that was sent after the end of a window was refused, because it had not ended. */
  readonly failedProbes: number;
  /** Whether the API announces no window at all. There is nothing to share then. */
  readonly isUnannounced: boolean;
}

/** What a share tells the window. */
export interface SharedWindow extends WindowView {
  /**
   * Takes over what another process saw. A window before the known one is ignored. Of the same one, the higher use and the
   * store's end apply. Of a newer one, the requests in flight count as sent.
   */
  adopt(now: number, seen: SeenWindow): void;
}

/** A window that another process saw. */
export interface SeenWindow {
  readonly limit: number;
  /** Requests used, as announced by the API; 0 if that is not known. */
  readonly used: number;
  /** Epoch seconds on the API's clock. */
  readonly reset: number;
  /** Milliseconds until it is over. */
  readonly timeLeft: number;
}

/** A store, as the limiter knows it. Only `createRateLimitStore` makes one, so that `connect` is a {@link ConnectStore}. */
export interface SharingStore {
  readonly connect: (...internals: never) => unknown;
}

/**
 * Called once for each limiter and store.
 *
 * @param key Base URL and token. A store only sees a hash of it.
 */
export type ConnectStore = (key: string, window: SharedWindow, timing: Timing, host: ShareHost) => Share;
