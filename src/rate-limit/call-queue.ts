import { LinkedQueue, QueueNode } from './linked-queue.ts';
import type { Admission, Permit } from './limiter.ts';

/** A call that waits on a route. */
export class QueuedCall<Route = unknown> extends QueueNode {
  readonly admission: Admission;
  readonly route: Route;
  readonly since: number;
  /** How many requests the API had admitted by then. */
  readonly admitted: number;
  readonly resolve: (permit: Permit | Promise<never>) => void;

  constructor(admission: Admission, route: Route, since: number, admitted: number, resolve: QueuedCall['resolve']) {
    super();
    this.admission = admission;
    this.route = route;
    this.since = since;
    this.admitted = admitted;
    this.resolve = resolve;
  }

  /** Takes a promise that is rejected, because a function to reject one would take memory for each call that waits. */
  reject(reason: unknown): void {
    this.resolve(Promise.reject(reason)); // The reason of a signal may be anything.
  }

  get isBackground(): boolean {
    return isBackground(this.admission);
  }
}

export function isBackground({ priority }: Admission): boolean {
  return priority?.level === 'background';
}

/** The calls of a route that wait. Within each priority, refused calls are sent first, and the others as they arrived. */
export class CallQueue<Route> {
  readonly #normal = new PriorityQueue<Route>();
  readonly #background = new PriorityQueue<Route>();

  get length(): number {
    return this.#normal.length + this.#background.length;
  }

  /** Normal calls that wait. */
  get normal(): number {
    return this.#normal.length;
  }

  /** How many calls would be sent before a call that arrived now. */
  before(admission: Admission): number {
    const before = this.#of(admission).before(admission);
    return isBackground(admission) ? this.#normal.length + before : before;
  }

  /** The call of a priority to send next. */
  first(isBackground: boolean): QueuedCall<Route> | undefined {
    return (isBackground ? this.#background : this.#normal).first;
  }

  push(call: QueuedCall<Route>): void {
    this.#of(call.admission).push(call, call.admission.refused === true);
  }

  /** Moves a background call to the normal ones. */
  raise(call: QueuedCall<Route>): void {
    // A held call is in another queue.
    if (this.#background.has(call)) this.#normal.push(call, call.admission.refused === true);
  }

  /** Takes back a call that was held. */
  resume(call: QueuedCall<Route>): void {
    this.#of(call.admission).push(call, true);
  }

  *[Symbol.iterator](): Generator<QueuedCall<Route>> {
    yield* this.#normal;
    yield* this.#background;
  }

  #of(admission: Admission): PriorityQueue<Route> {
    return isBackground(admission) ? this.#background : this.#normal;
  }
}

class PriorityQueue<Route> {
  readonly #refused = new LinkedQueue<QueuedCall<Route>>();
  readonly #others = new LinkedQueue<QueuedCall<Route>>();

  get length(): number {
    return this.#refused.length + this.#others.length;
  }

  get first(): QueuedCall<Route> | undefined {
    return this.#refused.first ?? this.#others.first;
  }

  before({ refused }: Admission): number {
    return refused === true ? this.#refused.length : this.length;
  }

  has({ queue }: QueuedCall<Route>): boolean {
    return queue === this.#refused || queue === this.#others;
  }

  push(call: QueuedCall<Route>, isFirst: boolean): void {
    (isFirst ? this.#refused : this.#others).take(call);
  }

  *[Symbol.iterator](): Generator<QueuedCall<Route>> {
    yield* this.#refused;
    yield* this.#others;
  }
}
