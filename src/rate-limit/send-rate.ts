/** The constants of CUBIC, as in the adaptive mode of the AWS SDKs. `min` is in requests per second. */
const cubic = { min: 0.5, decrease: 0.7, scale: 0.4 };

/** Milliseconds after which it is forgotten that the rate was lowered. */
const rateMemory = 300_000;

/**
 * How fast a token sends after refusals that no window explains: at first 0.7 of what was admitted. Then the rate rises
 * slowly up to the old one, and ever faster beyond.
 */
export class SendRate {
  /** When a request was last admitted. */
  admittedAt = -Infinity;
  #sentAt = -Infinity;
  #loweredAt = -Infinity;
  /** The rate at which requests were refused. */
  #peak = Infinity;
  /** Requests that were admitted, weighted by their age in seconds: e^-age. */
  #admitted = 0;

  isLowered(now: number): boolean {
    return now < this.#loweredAt + rateMemory;
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

  /** Lowers the rate. Before a request was admitted, no rate is known. */
  lower(now: number): void {
    if (this.#admitted === 0) return;
    const rate = this.isLowered(now) ? this.#rate(now) : Infinity;
    this.#peak = Math.max(cubic.min, Math.min(rate, this.#admittedRate(now)));
    this.#loweredAt = now;
  }

  #rate(now: number): number {
    const { min, decrease, scale } = cubic;
    const plateau = Math.cbrt((this.#peak * (1 - decrease)) / scale);
    const rate = this.#peak + scale * ((now - this.#loweredAt) / 1000 - plateau) ** 3;
    return Math.max(min, Math.min(rate, 2 * this.#admittedRate(now) + 1));
  }

  #admittedRate(now: number): number {
    return this.#admitted * Math.exp((this.admittedAt - now) / 1000);
  }
}
