/**
 * The times of recent requests, for an API that announces no window. Any span of a window's length holds at most `limit`
 * of them.
 */
export class SentLog {
  /** The oldest first. */
  #times: number[] = [];

  add(sentAt: number, length: number): void {
    const recent = this.#times.filter((time) => time > sentAt - length);
    this.#times = [...recent, sentAt].sort((a, b) => a - b); // Responses arrive in any order.
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
