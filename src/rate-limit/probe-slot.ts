/** Milliseconds for which a probe without an answer holds the next one back. */
export const probeTimeout = 2000;

/** Lets one probe at a time find something out: the next one waits until it ends, or gets no answer for long. */
export class ProbeSlot {
  #sentAt = -Infinity;

  get readyAt(): number {
    return this.#sentAt + probeTimeout;
  }

  recordSent(now: number): void {
    this.#sentAt = now;
  }

  /** A probe has ended. One that no longer held the others changes nothing. */
  recordEnd(sentAt: number): void {
    if (sentAt === this.#sentAt) this.#sentAt = -Infinity;
  }
}
