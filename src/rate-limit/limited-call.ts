import type { CallError, RequestTarget } from '../errors/index.ts';
import type { Cancellation } from '../utils/abort.ts';
import type { LimiterObserver } from './observers.ts';

/** Which of the waiting calls are sent first: `'background'` calls yield to `'normal'` ones. */
export type Priority = 'normal' | 'background';

/** The priority of one call. It can rise while the call waits, such as when a prefetched page is awaited. */
export class CallPriority {
  level: Priority;
  /** What the queue that holds the call does when the priority rises. */
  onRaise: (() => void) | undefined;

  constructor(level: Priority) {
    this.level = level;
  }

  /** Makes a background call a normal one. */
  raise(): void {
    this.level = 'normal';
    this.onRaise?.();
  }
}

/** A call, which asks for a permit for each of its attempts. Times are on the clock of the limiter's timing. */
export interface LimitedCall extends RequestTarget {
  /** Removes the call from the queue when it aborts; `acquire` then rejects with its reason. */
  cancellation?: Cancellation | undefined;
  /** When the call times out (`totalTimeout`). A call that would wait longer rejects. */
  endsAt?: number | undefined;
  /** Longest wait for the rate limit in milliseconds. A call that would wait longer rejects (`RateLimitWaitError`). */
  readonly maxWait?: number | undefined;
  /** Since when `maxWait` counts. It includes a wait with an earlier token. Default: now. */
  waitingSince?: number | undefined;
  /** Longest time in milliseconds for which an outage may hold the call. Default: by priority. */
  readonly outageWait?: number | undefined;
  /** Default: normal. */
  readonly priority?: CallPriority | undefined;
  /** Before a retry: until when it rests. */
  restUntil?: number | undefined;
  /** True before a retry that counts. Its route may have failed too often for it. */
  isCountedRetry?: boolean;
  /** The error of its last attempt. */
  lastError?: CallError | undefined;
  /** True if an attempt was sent. */
  wasSent?: boolean;
  /** True if an attempt may have taken effect. */
  mayHaveTakenEffect?: boolean;
  /** Called when the call has to wait: the expected delay in whole milliseconds, and how many calls wait with it. */
  onWait?: ((delay: number, waiting: number) => void) | undefined;
  /** The same object for all calls of a client. */
  observer?: LimiterObserver | undefined;

  // What the limiter remembers of the call between two attempts.
  /** After a refusal that the window explains, it goes first; after any other refusal or a failure, last. */
  position?: 'first' | 'last' | undefined;
  /** Refusals in a row that the window doesn't explain. */
  refusals?: number | undefined;
  // And what the outage remembers.
  /** The generation of the outage in which it failed last. */
  failedInOutage?: number | undefined;
  /** The generation of the outage that holds it. */
  heldByOutage?: number | undefined;
  /** Milliseconds for which that outage had held others before. */
  heldBefore?: number | undefined;
}

/** What the error of a call shows of it. Nothing else, because a URL may contain secrets. */
export function targetOf({ method, path, route }: LimitedCall): RequestTarget {
  return { method, path, route };
}

export function priorityOf({ priority }: LimitedCall): Priority {
  return priority?.level ?? 'normal';
}
