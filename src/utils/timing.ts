/** How far the clock of {@link now} is ahead of `performance.now()`, in milliseconds. */
let ahead = 0;

/**
 * Milliseconds on a monotonic clock, which setting the computer's clock does not change. It is never behind the timers
 * of {@link startTimer}: some test runners fake timers, and leave `performance` as it is.
 */
export function now(): number {
  return performance.now() + ahead;
}

/** The longest time that a timer of every platform can wait, in milliseconds. */
export const maxTimer = 2 ** 31 - 1;

/** Calls back when this time has passed on the clock of {@link now}, or after {@link maxTimer}. */
export function startTimer(callback: () => void, milliseconds: number): ReturnType<typeof setTimeout> {
  const delay = Math.min(milliseconds, maxTimer);
  const due = now() + delay;
  return setTimeout(() => {
    const early = due - now();
    // A real timer is early by a fraction at most.
    if (early > 1 + delay / 2) ahead += Math.ceil(early);
    callback();
  }, delay);
}

/** The clock and the timers of a limiter. Tests bring their own. */
export interface Timing {
  /** Milliseconds on a monotonic clock, which setting the computer's clock does not change. */
  now(): number;
  /**
   * Calls back after about `delay` milliseconds. Returns a function that cancels it.
   *
   * @param inBackground Whether the timer lets the process end.
   */
  after(delay: number, callback: () => void, inBackground?: boolean): () => void;
}

export const realTiming: Timing = {
  now,
  after(delay, callback, inBackground = false) {
    const timer = startTimer(callback, delay);
    // In browsers and at the edge a timer is a number, and keeps nothing alive.
    if (inBackground && typeof timer === 'object') timer.unref();
    return () => clearTimeout(timer);
  },
};

/** One timer, which is set anew each time. */
export class Alarm {
  readonly #timing: Timing;
  readonly #callback: () => void;
  #at = Infinity;
  #cancel: (() => void) | undefined;

  constructor(timing: Timing, callback: () => void) {
    this.#timing = timing;
    this.#callback = callback;
  }

  /** Calls back at `time`, and not at the time that was set before; `Infinity` for never. */
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

/** How often a store tries to write while other processes write. With {@link randomPause}, that takes about a second. */
export const maxWriteAttempts = 16;

/** Waits for a random time, whose maximum doubles with each attempt: the more fail, the more processes compete. */
export function randomPause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** Math.min(attempt, 8)));
}
