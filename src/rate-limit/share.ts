import type { Timing } from '../utils/timing.ts';
import type { LimiterObserver } from './observers.ts';
import type { Priority } from './priority.ts';
import type { RateWindow } from './window.ts';

// What a limiter knows of a store that shares its window among processes. The code is in `src/sharing`.

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
  /** True if the store divides the window now. During an outage, the share is an estimate of this process alone. */
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

/** Callbacks from a share to its limiter. */
export interface ShareHost {
  /** More was granted, or a newer window was adopted: sends the calls that may be sent now. */
  dispatch(): void;
  /** Calls back for each client whose calls are in progress. */
  notify(callback: (observer: LimiterObserver) => void): void;
}

/** The window, as a share reports it to the store. */
export type SharedWindow = Pick<
  RateWindow,
  | 'limit'
  | 'used'
  | 'reset'
  | 'timeLeft'
  | 'inFlight'
  | 'sentCount'
  | 'announced'
  | 'failedProbes'
  | 'isUnannounced'
  | 'adopt'
  | 'probe'
>;
