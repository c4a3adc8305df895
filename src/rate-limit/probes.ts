/** Probes in flight at once while nothing is known of the budget: losing them all does no harm. */
const initialProbes = 10;

/** Milliseconds after which an unanswered probe no longer delays the next one: some endpoints are slow. */
const probeTimeout = 1000;

/** Limits how many requests are sent while the API may refuse them: at the start, and after a refusal. */
export class Probes {
  /** Probes that may be in flight at once. When as many have been admitted, there is no limit. */
  #allowed = initialProbes;
  #admitted = 0;
  #inFlight = 0;
  #lastSentAt = -Infinity;

  /** Whether requests are sent as probes now. */
  get isProbing(): boolean {
    return this.#allowed < Infinity;
  }

  /** When the next probe may be sent although none was answered. */
  get nextAt(): number {
    return this.#lastSentAt + probeTimeout;
  }

  /** How many probes may be sent now, with `remaining` requests left in the window. */
  available(now: number, remaining: number): number {
    const available = Math.min(this.#allowed, remaining > 0 ? initialProbes : 1) - this.#inFlight;
    return available > 0 ? available : now < this.nextAt ? 0 : 1;
  }

  sent(now: number): void {
    this.#inFlight += 1;
    this.#lastSentAt = now;
  }

  settled(): void {
    this.#inFlight -= 1;
  }

  /** A probe was admitted. */
  admitted(): void {
    if (++this.#admitted >= this.#allowed || this.#inFlight === 0) this.#allowed = Infinity;
  }

  /** The API refused a request: the next one is sent alone. */
  restart(): void {
    this.#allowed = 1;
    this.#admitted = 0;
  }
}
