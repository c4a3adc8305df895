import type { StallReport } from './observers.ts';

/** Milliseconds until a stall is reported, and between two reports. */
const reporting = { first: 30_000, every: 60_000 };

/** Milliseconds after which calls no longer wait: if the API has ever admitted a request, and if not. */
const maxStall = { later: 3_600_000, first: 600_000 };

/** Notices that the API refuses everything, fails or is late: when to say so, and when to give up. */
export class Stall {
  /** When a request was first refused after the last one that was admitted. */
  #since = Infinity;
  #reportedAt = -Infinity;
  #hasAdmitted = false;
  #outcome: string | undefined;

  admitted(): void {
    this.#hasAdmitted = true;
    this.#since = Infinity;
    this.#outcome = undefined;
  }

  /** @param outcome What came instead. */
  notAdmitted(now: number, outcome: string): void {
    this.#since = Math.min(this.#since, now);
    this.#outcome = outcome;
  }

  /** A call arrives after a time without calls. Its wait begins now. */
  restart(now: number): void {
    if (this.#since < Infinity) this.#since = now;
  }

  /** True if waiting no longer helps. `nextAt` is when the next request may be sent. */
  isHopeless(now: number, nextAt: number): boolean {
    const isTooLate = !this.#hasAdmitted && nextAt < Infinity && nextAt > now + maxStall.first;
    return now >= this.#hopelessAt || (isTooLate && this.#since < Infinity);
  }

  /**
   * The report that is due, if any.
   *
   * @param expectedAt When the next call was expected to be sent.
   */
  report(now: number, waiting: number, expectedAt: number): StallReport | undefined {
    if (now < this.#reportAt(expectedAt)) return undefined;
    this.#reportedAt = now;
    const seconds = Math.round((now - Math.min(this.#since, expectedAt)) / 1000);
    return { seconds, waiting, outcome: this.#outcome };
  }

  /** When to look again. */
  checkAt(now: number, expectedAt: number): number {
    return Math.min(this.#reportAt(expectedAt), this.#hopelessAt > now ? this.#hopelessAt : Infinity);
  }

  get #hopelessAt(): number {
    return this.#since + (this.#hasAdmitted ? maxStall.later : maxStall.first);
  }

  #reportAt(expectedAt: number): number {
    return Math.max(Math.min(this.#since, expectedAt) + reporting.first, this.#reportedAt + reporting.every);
  }
}
