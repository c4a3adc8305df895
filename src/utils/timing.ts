import { ExampleError } from '../errors/example-error.ts';

/** How far the clock of {@link now} is ahead of `performance.now()`, in milliseconds. */
let ahead = 0;

/**
 * Milliseconds on a monotonic clock, which doesn't change when the computer's clock is set. It is never behind the
 * timers of {@link startTimer}, even in test runners that fake timers but not `performance`.
 */
export function now(): number {
  return performance.now() + ahead;
}

/** The longest time that timers can wait on every platform, in milliseconds. */
export const maxTimer = 2 ** 31 - 1;

/** Calls back after `delay` milliseconds on the clock of {@link now}, at most {@link maxTimer}. */
export function startTimer(callback: () => void, delay: number): ReturnType<typeof setTimeout> {
  const due = now() + delay;
  return setTimeout(() => {
    const early = due - now();
    // Real timers are only slightly early. One that is much too early is fake.
    if (early > 1 + delay / 2) ahead += Math.ceil(early);
    callback();
  }, delay);
}

/** The clock and the timers of a limiter. Tests use their own. */
export interface Timing {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /**
   * Calls back after about `delay` milliseconds. Returns a function that cancels it.
   *
   * @param inBackground True if the timer must not keep the process alive.
   */
  after(delay: number, callback: () => void, inBackground?: boolean): () => void;
}

export const realTiming: Timing = {
  now,
  after(delay, callback, inBackground = false) {
    const timer = startTimer(callback, delay);
    // In browsers and edge runtimes, a timer is a number and keeps nothing alive.
    if (inBackground && typeof timer === 'object') timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A timer that can be set to another time. */
export class Alarm {
  readonly #timing: Timing;
  readonly #callback: () => void;
  #at = Infinity;
  #cancel: (() => void) | undefined;

  constructor(timing: Timing, callback: () => void) {
    this.#timing = timing;
    this.#callback = callback;
  }

  /** Calls back at `time` instead of the time that was set before; `Infinity` for never. */
  set(time: number): void {
    if (time === this.#at) return;
    this.#at = time;
    this.#cancel?.();
    this.#cancel = undefined;
    if (time === Infinity) return;
    const delay = Math.min(Math.ceil(Math.max(0, time - this.#timing.now())), maxTimer);
    this.#cancel = this.#timing.after(delay, () => {
      this.#at = Infinity;
      this.#callback();
    });
  }
}

/** Exponential backoff, in milliseconds: `first`, then twice as long each time, up to `max`. */
export function backoff({ first, max }: { readonly first: number; readonly max: number }, times: number): number {
  return Math.min(first * 2 ** times, max);
}

/** How often a store tries to write while others do. With {@link randomPause}, that takes about a second. */
export const maxWriteAttempts = 16;

/** Waits for a random time. Its maximum doubles with each attempt, because many processes may be competing. */
export function randomPause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** Math.min(attempt, 8)));
}

/**
 * Settles as the reply does, or rejects with an {@link ExampleError} after the timeout. A later reply is ignored.
 *
 * @param timeout Milliseconds, or `Infinity`.
 * @param sender Who replies. The error's message begins with it.
 */
export function withTimeout<T>(reply: Promise<T>, timeout: number, sender: string): Promise<T> {
  if (timeout === Infinity) return reply;
  return new Promise((resolve, reject) => {
    const end = () => reject(new ExampleError(`${sender} did not reply within ${timeout} ms.`));
    // Two timers, so that a busy process reads a reply that has arrived before the second one fires.
    let timer = setTimeout(() => (timer = setTimeout(end, timeout / 2)), timeout / 2);
    void reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
