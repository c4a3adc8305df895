import type { Sample } from './concurrency-limit.ts';

/** Milliseconds until the first probe after a refusal, and between probes at most. */
const probeDelay = { first: 1000, longest: 60_000 };

/** Milliseconds in which admitted requests are counted while no limit is known, and after which a pause ends the count. */
const horizon = 1000;

/** Longest patience; see {@link SendRate}. */
const mostPatience = 32;

/**
 * Spaces requests at the rate at which the API admits them. From one refusal to the next, it counts the admitted requests
 * and the time until a probe gets through: whether the API has windows or a bucket, that is its rate. It then sends
 * slightly faster after every so many admitted requests (the patience), which doubles with each refusal.
 */
export class SendRate {
  /** Milliseconds between two requests; 0 if there is no limit. */
  interval = 0;
  #nextAt = -Infinity;
  #admitted = 0;
  #countedFrom = -Infinity;
  /** Refusals since a request was admitted: while there are any, probes are sent one by one. */
  failures = 0;
  #refusedAt = -Infinity;
  #patience = 1;
  #streak = 0;

  /** When the next request may be sent; `Infinity` if an answer has to arrive first. */
  readyAt(): number {
    return this.#nextAt;
  }

  sent(now: number): void {
    if (this.failures > 0) {
      this.#nextAt = Infinity;
      return;
    }
    // What was admitted before a pause says nothing about the rate.
    if (now - (this.interval > 0 ? this.#nextAt : this.#countedFrom) > horizon) {
      this.#countedFrom = now;
      this.#admitted = 0;
    }
    if (this.interval > 0) this.#nextAt = Math.max(this.#nextAt, now - this.interval) + this.interval;
  }

  /** A request has ended. Called before {@link admitted} and {@link refused}. */
  settled(now: number): void {
    if (this.#nextAt === Infinity) this.#nextAt = now;
  }

  admitted({ sentAt }: Sample): void {
    if (this.failures > 0 && sentAt > this.#refusedAt) {
      if (this.#admitted > 0) this.interval = (sentAt - this.#countedFrom) / this.#admitted;
      this.failures = this.#streak = this.#admitted = 0;
      this.#countedFrom = sentAt;
      this.#nextAt = sentAt + this.interval;
    }
    this.#admitted += 1;
    if (this.interval === 0 || ++this.#streak < this.#patience) return;
    this.#streak = 0;
    this.interval *= 0.9;
    if (this.interval < 1) this.interval = 0;
  }

  refused({ sentAt }: Sample, now: number): void {
    // The other refusals of the same burst say nothing new.
    if (sentAt <= this.#refusedAt) return;
    if (this.failures === 0) this.#patience = Math.min(2 * this.#patience, mostPatience);
    const delay = (this.interval || probeDelay.first) * 2 ** this.failures++;
    this.#nextAt = now + Math.min(delay, probeDelay.longest);
    this.#refusedAt = now;
  }

  forget(): void {
    this.interval = this.failures = 0;
    this.#patience = 1;
    this.#nextAt = -Infinity;
  }
}
