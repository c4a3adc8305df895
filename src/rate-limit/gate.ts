import type { GateChange } from './limiter.ts';
import { CallQueue, type WaitingCall } from './queue.ts';

/** Milliseconds until a refused request is tried again, unless the API says so: at first, and at most. */
const pause = { first: 1000, longest: 60_000 };

/**
 * Requests per second: a refusal lowers the rate, and a number of admitted requests, which doubles with each refusal, raises it.
 * Until the first refusal, it rises with each of them, and faster.
 */
const law = { lowest: 0.1, decrease: 0.7, increase: 1.1, firstIncrease: 1.2, patience: 16 };

/** Milliseconds after which a refusal is forgotten. */
const memory = { resource: 600_000, route: 60_000, token: 60_000 };

/**
 * Holds calls that the API refuses although the window has requests left. After a refusal, one request at a time is sent until
 * one is admitted. Then the gate sends at a rate that rises until the next refusal.
 */
export class Gate {
  readonly key: string;
  readonly scope: GateChange['scope'];
  /** The calls that it holds. */
  readonly queue = new CallQueue();
  /** The call that it has let through last, and that is not sent. */
  passed: WaitingCall | undefined;
  /** When it has something to do, and its place among the others that have. */
  wakeAt = Infinity;
  index = -1;
  /** Refusals in a row. */
  failures = 0;
  /** Whether a request was admitted since it closed, */
  hasAdmitted = false;
  /** and one to a resource that had been refused: then its refusals are not about single resources. */
  isConfirmed = false;
  /** Resources that were refused again before that, while others were admitted. */
  refusedAgain = 0;
  /** The last request before the last refusal. Those before say nothing new. */
  #order: number;
  #probe: number | undefined;
  #refusedAt: number;
  #until = -Infinity;
  #nextAt = -Infinity;
  /** When a call has last waited. */
  #busyAt = -Infinity;
  #rate: number;
  #patience = 1;
  #admitted = 0;

  /**
   * @param rate Requests per second that the API has admitted lately.
   * @param order The last request that says nothing about the gate.
   */
  constructor(key: string, scope: Gate['scope'], now: number, rate: number, order: number) {
    this.key = key;
    this.scope = scope;
    this.#refusedAt = now;
    this.#rate = Math.max(law.lowest, law.decrease * rate);
    this.#order = order;
  }

  /** When the next call may pass; `Infinity` if an answer, or the call that has passed, comes first. */
  get readyAt(): number {
    if (this.passed !== undefined || this.#probe !== undefined) return Infinity;
    return Math.max(this.#until, this.#nextAt);
  }

  get forgottenAt(): number {
    return Math.max(this.#refusedAt, this.#until, this.#busyAt) + memory[this.scope];
  }

  /** Predicts the milliseconds until so many calls have passed; 0 if that depends on an answer. */
  delay(now: number, calls: number): number {
    const { readyAt } = this;
    return readyAt === Infinity ? 0 : Math.max(0, readyAt - now) + ((calls - 1) * 1000) / this.#rate;
  }

  pass(now: number, call: WaitingCall): void {
    this.passed = call;
    if (call.since < now) this.#busyAt = now;
  }

  sent(now: number, order: number): void {
    this.passed = undefined;
    if (this.failures > 0) this.#probe = order;
    this.#nextAt = Math.max(now, this.#nextAt) + 1000 / this.#rate;
  }

  /** A request came to an end. */
  ended(order: number): void {
    if (this.#probe === order) this.#probe = undefined;
  }

  /** @param rate Requests per second that the API has admitted lately. */
  admitted(order: number, rate: number): void {
    const isFirst = this.#patience === 1;
    if (order <= this.#order) {
      // What was sent before the gate closed shows what the API admits.
      if (isFirst) this.#rate = Math.max(this.#rate, law.decrease * rate);
      return;
    }
    this.failures = 0;
    this.hasAdmitted = true;
    this.#admitted += 1;
    if (this.#admitted < this.#patience) return;
    this.#admitted = 0;
    this.#rate *= isFirst ? law.firstIncrease : law.increase;
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
    this.#nextAt = this.#until =
      now + (wait ?? Math.min(pause.first * 2 ** Math.max(0, this.failures - 2), pause.longest));
  }
}
