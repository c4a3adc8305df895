import { Lane, Place } from './lane.ts';
import type { Admission, Permit } from './limiter.ts';

/** Milliseconds for which a call that works ahead lets others go first: nobody waits for ever. */
const patience = 120_000;

/** A call that waits. It is its own abort listener, so that waiting costs no closure. */
export class Waiter extends Place {
  readonly admission: Admission;
  readonly since: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
  readonly #abandon: (waiter: Waiter) => void;

  constructor(
    admission: Admission,
    since: number,
    resolve: (permit: Permit) => void,
    reject: (reason: unknown) => void,
    abandon: (waiter: Waiter) => void,
  ) {
    super();
    this.admission = admission;
    this.since = since;
    this.resolve = resolve;
    this.reject = reject;
    this.#abandon = abandon;
  }

  handleEvent(): void {
    this.#abandon(this);
  }
}

/** Calls in the order in which they go out: the refused ones, the others as they came, and last those that work ahead. */
export class WaitQueue {
  readonly #refused = new Lane<Waiter>();
  readonly #inTurn = new Lane<Waiter>();
  readonly #workingAhead = new Lane<Waiter>();

  get length(): number {
    return this.#refused.length + this.#inTurn.length + this.#workingAhead.length;
  }

  /** How many would go out before a call that came now. */
  before({ refused, priority }: Admission): number {
    if (refused === true) return this.#refused.length;
    return this.length - (priority?.level === 'background' ? 0 : this.#workingAhead.length);
  }

  next(now: number): Waiter | undefined {
    const ahead = this.#workingAhead.front;
    const isStarving = ahead !== undefined && now - ahead.since > patience;
    return this.#refused.front ?? (isStarving ? ahead : (this.#inTurn.front ?? ahead));
  }

  join(waiter: Waiter): void {
    const { refused, priority, signal } = waiter.admission;
    signal?.addEventListener('abort', waiter);
    if (refused === true) this.#refused.join(waiter);
    else if (priority?.level !== 'background') this.#inTurn.join(waiter);
    else {
      this.#workingAhead.join(waiter);
      priority.onRaise(() => {
        this.#workingAhead.leave(waiter);
        this.#inTurn.join(waiter);
      });
    }
  }

  leave(waiter: Waiter): void {
    waiter.lane?.leave(waiter);
    waiter.admission.signal?.removeEventListener('abort', waiter);
    waiter.admission.priority?.onRaise(undefined);
  }

  *[Symbol.iterator](): Generator<Waiter> {
    for (const lane of [this.#refused, this.#inTurn, this.#workingAhead]) {
      for (let waiter = lane.front; waiter !== undefined; waiter = waiter.behind) yield waiter;
    }
  }
}
