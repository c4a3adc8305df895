import type { StallReport } from './limiter.ts';

/** Milliseconds without an admitted request after which that is reported, and how often it is. */
const report = { first: 30_000, every: 60_000 };

/** Milliseconds after which calls no longer wait: if the API has ever admitted a request, and if not. */
const maxStall = { later: 3_600_000, first: 600_000 };

/** Notices that the API refuses everything, or fails: when to say so, and when to give up. */
export class Stall {
  /** When the first request was refused since one was admitted. */
  #since: number | undefined;
  #reportedAt = -Infinity;
  #hasAdmitted = false;
  #answer = '';

  admitted(): void {
    this.#hasAdmitted = true;
    this.#since = undefined;
  }

  /** @param answer What the API said. */
  refused(now: number, answer: string): void {
    this.#since ??= now;
    this.#answer = answer;
  }

  /** Whether waiting no longer helps. `nextAt` is when the next request may be sent. */
  isHopeless(now: number, nextAt: number): boolean {
    if (this.#since === undefined) return false;
    if (this.#hasAdmitted) return now >= this.#since + maxStall.later;
    return now >= this.#since + maxStall.first || (nextAt < Infinity && nextAt > now + maxStall.first);
  }

  /** What has to be said now, if anything. */
  report(now: number, waiting: number): StallReport | undefined {
    if (now < this.#nextReport) return undefined;
    this.#reportedAt = now;
    return { seconds: Math.round((now - (this.#since ?? now)) / 1000), waiting, answer: this.#answer };
  }

  /** When to look again. */
  get checkAt(): number {
    if (this.#since === undefined) return Infinity;
    return Math.min(this.#nextReport, this.#since + (this.#hasAdmitted ? maxStall.later : maxStall.first));
  }

  get #nextReport(): number {
    return this.#since === undefined ? Infinity : Math.max(this.#since + report.first, this.#reportedAt + report.every);
  }
}
