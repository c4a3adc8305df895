import { ConcurrencyLimit, type Sample } from './concurrency-limit.ts';
import { SendRate } from './send-rate.ts';

/** Milliseconds without a refusal after which what was learned is forgotten. */
const memory = 600_000;

/** The limits of a route or a token that no header reports, as refusals show them. */
export class LearnedLimits {
  readonly concurrency = new ConcurrencyLimit();
  readonly rate = new SendRate();
  #blockedUntil = -Infinity;
  #refusedAt = Infinity;

  /** Whether it remembers a refusal. */
  get isLearned(): boolean {
    return this.#refusedAt < Infinity;
  }

  /** When the next request may be sent; `Infinity` if an answer has to arrive first. */
  readyAt(now: number): number {
    return Math.max(this.#blockedUntil, this.concurrency.readyAt(now), this.rate.readyAt());
  }

  /** Predicts the milliseconds until the request at a position of the queue is sent. The first position is 1. */
  delay(now: number, position: number): number {
    const readyAt = Math.max(this.#blockedUntil, this.rate.readyAt());
    return (readyAt < Infinity ? Math.max(0, readyAt - now) : 0) + (position - 1) * this.rate.interval;
  }

  /** Counts a request that is sent now. */
  send(now: number): Sample {
    this.#expire(now);
    this.rate.sent(now);
    return this.concurrency.sent(now);
  }

  settled(now: number): void {
    this.concurrency.settled();
    this.rate.settled(now);
  }

  admitted(sample: Sample): void {
    this.concurrency.admitted(sample);
    this.rate.admitted(sample);
  }

  refused(sample: Sample, now: number): void {
    this.#refusedAt = now;
    if (!this.concurrency.refused(sample, now)) this.rate.refused(sample, now);
  }

  /** A request was refused that may not be about these limits: those in flight with it prove nothing. */
  doubt(now: number): void {
    this.concurrency.doubt(now);
  }

  /** Sends nothing until then. */
  block(until: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
  }

  #expire(now: number): void {
    if (now - this.#refusedAt <= memory) return;
    this.#refusedAt = Infinity;
    this.concurrency.forget();
    this.rate.forget();
  }
}
