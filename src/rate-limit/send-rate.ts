/** Requests per second, and per cube of a second: CUBIC, as in the adaptive mode of the AWS SDKs. */
const cubic = { min: 0.5, decrease: 0.7, scale: 0.4 };

/** Milliseconds after which it is forgotten that the rate was lowered. */
const memory = 300_000;

/**
 * How fast a token sends after refusals that no window explains: at first 0.7 of what was admitted. Then the rate rises slowly up
 * to the old one, and ever faster beyond.
 */
export class SendRate {
  admittedAt = -Infinity;
  #sentAt = -Infinity;
  #loweredAt = -Infinity;
  /** The rate that was too much. */
  #peak = Infinity;
  /** Requests that were admitted lately, each of which counts less by 1/e a second. */
  #admitted = 0;

  isLowered(now: number): boolean {
    return now < this.#loweredAt + memory;
  }

  readyAt(now: number): number {
    return this.isLowered(now) ? this.#sentAt + 1000 / this.#rate(now) : now;
  }

  sent(now: number): void {
    this.#sentAt = now;
  }

  admitted(now: number): void {
    this.#admitted = this.#admittedRate(now) + 1;
    this.admittedAt = now;
  }

  /** Nothing is known of a rate before anything was admitted. */
  lower(now: number): void {
    if (this.#admitted === 0) return;
    this.#peak = Math.max(cubic.min, Math.min(this.#rate(now), this.#admittedRate(now)));
    this.#loweredAt = now;
  }

  #rate(now: number): number {
    if (!this.isLowered(now)) return Infinity;
    const { min, decrease, scale } = cubic;
    const plateau = Math.cbrt((this.#peak * (1 - decrease)) / scale);
    const rate = this.#peak + scale * ((now - this.#loweredAt) / 1000 - plateau) ** 3;
    return Math.max(min, Math.min(rate, 2 * this.#admittedRate(now) + 1));
  }

  #admittedRate(now: number): number {
    return this.#admitted === 0 ? 0 : this.#admitted * Math.exp((this.admittedAt - now) / 1000);
  }
}
