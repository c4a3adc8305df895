/** The clock and the timer that a limiter goes by; tests bring their own. */
export interface Timing {
  /** Milliseconds, monotonic: a clock that is set, or jumps, does not change it. */
  now(): number;
  /**
   * Calls back after `delay` milliseconds, or a little before or after; returns what cancels it.
   *
   * @param inBackground It keeps no process alive.
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
