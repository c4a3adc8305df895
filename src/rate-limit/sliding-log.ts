/** The requests of the last period: counts them while the API announces no windows, so that no period holds too many. */
export class SlidingLog {
  #times: number[] = [];

  add(now: number): void {
    this.#times.push(now);
  }

  clear(): void {
    this.#times = [];
  }

  /** Requests that still count, with a period of `period` milliseconds. */
  count(now: number, period: number): number {
    while (this.expiresAt(period) <= now) this.#times.shift();
    return this.#times.length;
  }

  /** When the oldest request stops counting. */
  expiresAt(period: number): number {
    return (this.#times[0] ?? Infinity) + period;
  }
}
