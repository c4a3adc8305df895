/** Milliseconds for which a request without an answer holds the next one back. */
export const longestTurn = 2000;

/** Lets one request at a time find something out: the next one waits until it ends, or gets no answer for long. */
export class Turn {
  #sentAt = -Infinity;

  get readyAt(): number {
    return this.#sentAt + longestTurn;
  }

  recordSent(now: number): void {
    this.#sentAt = now;
  }

  /** A request has ended. One that no longer held the others changes nothing. */
  recordEnd(sentAt: number): void {
    if (sentAt === this.#sentAt) this.#sentAt = -Infinity;
  }
}
