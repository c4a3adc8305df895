/** The clock and the timer that a limiter goes by; tests bring their own. */
export interface Timing {
  /** Milliseconds, monotonic: a clock that is set, or jumps, does not change it. */
  now(): number;
  /** Calls back after `delay` milliseconds, or a little before or after; returns what cancels it. */
  after(delay: number, callback: () => void): () => void;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};
