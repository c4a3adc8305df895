/** The clock and the timer of a limiter. Tests bring their own. */
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
  now: () => performance.now(),
  after(delay, callback, inBackground = false) {
    const timer = setTimeout(callback, delay);
    // In browsers and at the edge a timer is a number, and keeps nothing alive.
    if (inBackground && typeof timer === 'object') timer.unref();
    return () => clearTimeout(timer);
  },
};
