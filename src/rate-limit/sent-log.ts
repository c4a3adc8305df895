/** When requests were sent, where the API announces no window: in any span of a window's length, `limit` may be. */
export class SentLog {
  /** The oldest first. */
  #times: number[] = [];

  add(sentAt: number, length: number): void {
    this.#times.push(sentAt);
    while ((this.#times[0] ?? Infinity) <= sentAt - length) this.#times.shift();
  }

  clear(): void {
    this.#times = [];
  }

  /** When another request may be sent, beside those in flight. */
  readyAt(now: number, inFlight: number, limit: number, length: number): number {
    const excess = this.#times.length + inFlight - limit;
    return excess < 0 ? now : (this.#times[excess] ?? Infinity) + length;
  }
}
