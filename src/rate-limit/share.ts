import type { Timing } from '../utils/timing.ts';
import type { LimiterObserver } from './observers.ts';
import type { Priority } from './limited-call.ts';
import type { RateWindow } from './window.ts';

/** The name of a store's method that connects a limiter. The ES module and the CommonJS build share it. */
export const connectLimiter: unique symbol = Symbol.for('@example/sdk/connect-limiter');

/** A store. Only `createRateLimitStore` makes one, so that the method is a {@link ConnectStore}. */
export interface SharingStore {
  readonly [connectLimiter]: (...internals: never) => unknown;
}

/** Called once for each limiter and store. A store only sees a hash of the key. */
export type ConnectStore = (key: string, limiter: SharedLimiter) => Share;

/** What a store sees of a limiter. */
export interface SharedLimiter {
  /** The store tells it what other processes saw (`adopt`). */
  readonly window: RateWindow;
  readonly queue: Readonly<Record<Priority, number>>;
  readonly timing: Timing;
  readonly outage: { readonly isFailing: boolean };
  /** The clients whose calls are in progress. */
  readonly observers: Iterable<LimiterObserver>;
  /** Sends the calls that may be sent now. */
  dispatch(): void;
}

/** The part of a window that a store has granted to this process. */
export interface Share {
  /**
   * When a call may be sent: `now` or earlier if a request is granted; `Infinity` if that depends on a sync;
   * `undefined` if the process decides on its own.
   */
  readyAt(now: number, priority: Priority): number | undefined;
  /** Takes one of the granted requests. */
  take(priority: Priority): void;
  /** Called after each change. Syncs if it is time to. Returns when to call again while calls wait. */
  update(now: number): number;
}
