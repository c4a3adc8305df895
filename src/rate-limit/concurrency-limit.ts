/** Requests in flight that are tried at first. */
const initialLimit = 10;

/** Milliseconds after which requests without an answer no longer delay the next one: some endpoints are slow. */
const answerTimeout = 1000;

/** A request that was sent. */
export interface Sample {
  readonly sentAt: number;
  /** How many requests were in flight when it was sent, itself included. */
  readonly level: number;
}

/**
 * Limits the requests in flight as TCP does: twice as many as have been admitted, until some are refused (slow start).
 * Then half as many, and one more after every so many that were admitted (additive increase, multiplicative decrease).
 * Each failed increase doubles the number of requests before the next one.
 */
export class ConcurrencyLimit {
  inFlight = 0;
  #limit = initialLimit;
  /** The most requests in flight at once of which none was refused. */
  #proven = 0;
  #sentAt = -Infinity;
  #refusedAt = -Infinity;
  #doubtedAt = -Infinity;
  /** Whether nothing was admitted since the refusal, which another kind of limit may then explain. */
  #isDraining = false;
  #admitted = 0;
  /** Requests to admit before the next increase; 0 during slow start. */
  #patience = 0;

  /** The limit, unless no refusal has shown one. */
  get learned(): number | undefined {
    return this.#patience > 0 ? this.#limit : undefined;
  }

  /** When the next request may be sent; `Infinity` if an answer has to arrive first. */
  readyAt(now: number): number {
    if (this.#isDraining) return this.#refusedAt + answerTimeout;
    if (this.inFlight < this.#limit) return now;
    return this.#patience > 0 ? Infinity : this.#sentAt + answerTimeout;
  }

  sent(now: number): Sample {
    this.#sentAt = now;
    return { sentAt: now, level: (this.inFlight += 1) };
  }

  /** A request has ended. Called before {@link admitted} and {@link refused}. */
  settled(): void {
    this.inFlight -= 1;
  }

  admitted({ sentAt, level }: Sample): void {
    this.#isDraining = false;
    if (sentAt <= Math.max(this.#refusedAt, this.#doubtedAt)) return;
    this.#proven = Math.max(this.#proven, level);
    if (this.#patience === 0) this.#limit = Math.max(this.#limit, 2 * this.#proven);
    else if (level >= this.#limit && ++this.#admitted >= this.#patience) {
      this.#limit += 1;
      this.#admitted = 0;
    }
  }

  /** Learns from a refusal if it can be about such a limit. Returns whether it can. */
  refused({ sentAt, level }: Sample, now: number): boolean {
    const most = Math.max(level, this.inFlight + 1);
    if (most <= Math.max(1, this.#proven)) return false;
    // The other refusals of the same burst say nothing new.
    if (sentAt > this.#refusedAt) {
      this.#limit = Math.max(1, this.#proven, Math.floor(Math.min(most, this.#limit) / 2));
      this.#patience = 2 * Math.max(this.#patience, this.#limit);
      this.#admitted = 0;
      this.#isDraining = true;
      this.#refusedAt = now;
    }
    if (this.inFlight > 0 || !this.#isDraining) return true;
    this.forget();
    return false;
  }

  /** Requests that are in flight now don't prove that as many are admitted. */
  doubt(now: number): void {
    this.#doubtedAt = now;
  }

  forget(): void {
    this.#isDraining = false;
    this.#patience = this.#proven = 0;
    this.#limit = initialLimit;
  }
}
