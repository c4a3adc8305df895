/** How far this clock is ahead of `performance.now()`. */
let ahead = 0;

/**
 * Milliseconds on a monotonic clock, which setting the computer's clock does not change. It is never behind the timers of
 * {@link startTimer}: some test runners fake timers, and leave `performance` as it is.
 */
export function now(): number {
  return performance.now() + ahead;
}

/** Calls back when this time has passed on the clock of {@link now}. */
export function startTimer(callback: () => void, delay: number): ReturnType<typeof setTimeout> {
  const due = now() + delay;
  return setTimeout(() => {
    const early = due - now();
    // A real timer is early by a fraction at most.
    if (early > 1 + delay / 2) ahead += Math.ceil(early);
    callback();
  }, delay);
}
