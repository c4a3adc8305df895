import { LinkedQueue, QueueNode } from './linked-queue.ts';
import type { Admission, Permit } from './limiter.ts';

/** Milliseconds after which a background call goes ahead of normal ones, so that it never starves. */
const starvationLimit = 120_000;

/** A call that waits. It is its own abort listener, so that waiting allocates no closure. */
export class QueuedCall extends QueueNode {
  readonly admission: Admission;
  readonly since: number;
  /** How many requests the API had admitted by then. */
  readonly admitted: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
  readonly #onAbort: (call: QueuedCall) => void;

  constructor(
    admission: Admission,
    since: number,
    admitted: number,
    resolve: (permit: Permit) => void,
    reject: (reason: unknown) => void,
    onAbort: (call: QueuedCall) => void,
  ) {
    super();
    this.admission = admission;
    this.since = since;
    this.admitted = admitted;
    this.resolve = resolve;
    this.reject = reject;
    this.#onAbort = onAbort;
  }

  handleEvent(): void {
    this.#onAbort(this);
  }
}

/** The calls that wait, in the order in which they are sent: refused ones first, then normal ones, then background ones. */
export class CallQueue {
  readonly #refused = new LinkedQueue<QueuedCall>();
  readonly #normal = new LinkedQueue<QueuedCall>();
  readonly #background = new LinkedQueue<QueuedCall>();

  get length(): number {
    return this.#refused.length + this.#normal.length + this.#background.length;
  }

  /** How many calls wait, by the priority with which they are sent. */
  waiting(now: number): { normal: number; background: number } {
    const background = this.#background.length - (this.#starving(now) === undefined ? 0 : 1);
    return { normal: this.length - background, background };
  }

  /** How many calls would be sent before a call that arrived now. */
  before({ refused, priority }: Admission): number {
    if (refused === true) return this.#refused.length;
    return this.length - (priority?.level === 'background' ? 0 : this.#background.length);
  }

  /** The call to send next. */
  first(now: number): QueuedCall | undefined {
    return this.#refused.first ?? this.#starving(now) ?? this.#normal.first ?? this.#background.first;
  }

  #starving(now: number): QueuedCall | undefined {
    const { first } = this.#background;
    return first !== undefined && now - first.since > starvationLimit ? first : undefined;
  }

  push(call: QueuedCall): void {
    const { refused, priority, signal } = call.admission;
    signal?.addEventListener('abort', call);
    if (refused === true) this.#refused.push(call);
    else if (priority?.level !== 'background') this.#normal.push(call);
    else {
      this.#background.push(call);
      priority.onRaise(() => {
        this.#background.remove(call);
        this.#normal.push(call);
      });
    }
  }

  remove(call: QueuedCall): void {
    call.queue?.remove(call);
    call.admission.signal?.removeEventListener('abort', call);
    call.admission.priority?.onRaise(undefined);
  }

  *[Symbol.iterator](): Generator<QueuedCall> {
    for (const queue of [this.#refused, this.#normal, this.#background]) {
      for (let call = queue.first; call !== undefined; call = call.next) yield call;
    }
  }
}
