import type { GateChange } from './limiter.ts';
import { CallQueue, type WaitingCall } from './queue.ts';

/** Milliseconds until a refused request is tried again, unless the API says so: at first, and at most. */
const pause = { first: 1000, longest: 60_000 };

/**
 * How the rate of a closed gate changes: each refusal lowers it, and a number of admitted requests raises it again, which doubles
 * with each refusal. Until the first refusal, it rises fast.
 */
const law = { lowest: 0.1, decrease: 0.7, increase: 1.1, fastIncrease: 1.2, patience: 16 };

/** Milliseconds without a refusal after which nothing is held against a resource, and against a route or the token. */
const memory = { resource: 600_000, route: 60_000, token: 60_000 };

/**
 * Holds calls that the API refuses although the window has requests left. After a refusal it waits, and then sends one request
 * at a time. Once one is admitted, it sends at a rate that grows until the next refusal.
 */
export class Gate {
  readonly scope: GateChange['scope'];
  readonly target: string | undefined;
  /** The calls that it holds. */
  readonly queue = new CallQueue();
  /** The call that has passed the gate last, and is not sent. */
  passed: WaitingCall | undefined;
  /** Its place among the gates that wait for a time. */
  index = -1;
  wakeAt = Infinity;
  /** Refusals in a row. */
  failures = 0;
  /** Whether a request was admitted that was sent since the gate closed, */
  hasAdmitted = false;
  /** and one of a call that had been refused: then the limit is not about single resources. */
  isConfirmed = false;
  /** Calls that were refused again before that. */
  refusedAgain = 0;
  /** What was refused when it closed. */
  readonly closedBy: string;
  /** The last request before the last refusal. Those before say nothing new. */
  #order: number;
  #probe: number | undefined;
  #refusedAt: number;
  #until = -Infinity;
  #nextAt = -Infinity;
  /** When a call has last waited. */
  #busyAt = -Infinity;
  /** Requests per second, and the number of admitted ones after which it rises. */
  #rate: number;
  #patience = 1;
  #admitted = 0;

  /** @param rate Requests per second that the API has admitted lately. @param order The last request so far. */
  constructor(scope: Gate['scope'], target: string | undefined, closedBy: string, now: number, rate: number, order: number) {
    this.scope = scope;
    this.target = target;
    this.closedBy = closedBy;
    this.#rate = Math.max(rate * law.decrease, law.lowest);
    this.#refusedAt = now;
    this.#order = order;
  }

  /** When the next call may pass; `Infinity` if an answer, or a call that has passed, comes first. */
  get readyAt(): number {
    if (this.passed !== undefined || this.#probe !== undefined) return Infinity;
    return Math.max(this.#until, this.#nextAt);
  }

  /** When nothing is held against what it holds. */
  get forgottenAt(): number {
    return Math.max(this.#refusedAt, this.#until, this.#busyAt) + memory[this.scope];
  }

  /** Predicts the milliseconds until so many calls have passed; 0 if that depends on an answer. */
  delay(now: number, calls: number): number {
    const { readyAt } = this;
    return readyAt === Infinity ? 0 : Math.max(0, readyAt - now) + ((calls - 1) * 1000) / this.#rate;
  }

  /** Lets a call pass. */
  pass(now: number, call: WaitingCall): void {
    this.passed = call;
    if (call.since < now) this.#busyAt = now;
  }

  sent(now: number, order: number): void {
    this.passed = undefined;
    if (this.failures > 0) this.#probe = order;
    this.#nextAt = Math.max(now, this.#nextAt) + 1000 / this.#rate;
  }

  /** A request that was sent came to an end. */
  settled(order: number): void {
    if (this.#probe === order) this.#probe = undefined;
  }

  /** @param rate Requests per second that the API has admitted lately. */
  admitted(order: number, isRetry: boolean, rate: number): void {
    if (order <= this.#order) {
      // What was sent before the gate closed shows what the API admits.
      if (this.#patience === 1) this.#rate = Math.max(this.#rate, law.decrease * rate);
      return;
    }
    this.failures = 0;
    this.hasAdmitted = true;
    if (isRetry) this.isConfirmed = true;
    this.#admitted += 1;
    if (this.#admitted < this.#patience) return;
    this.#admitted = 0;
    this.#rate *= this.#patience === 1 ? law.fastIncrease : law.increase;
  }

  /**
   * @param wait Milliseconds that the API asks to wait.
   * @param rate Requests per second that it has admitted lately.
   * @param last The last request that was sent.
   */
  refused(now: number, order: number, wait: number | undefined, rate: number, last: number): void {
    this.#refusedAt = now;
    if (order <= this.#order) return;
    if (this.failures === 0) {
      this.#rate = Math.max(law.lowest, law.decrease * Math.min(rate, this.#rate));
      this.#patience = Math.min(2 * this.#patience, law.patience);
      this.#admitted = 0;
    }
    this.#order = last;
    this.failures += 1;
    // The first refusal of a route or the token only slows it down.
    if (this.failures === 1 && this.scope !== 'resource') return;
    this.#until = now + (wait ?? Math.min(pause.first * 2 ** Math.max(0, this.failures - 2), pause.longest));
  }
}
