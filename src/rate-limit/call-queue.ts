import { LinkedQueue } from './linked-queue.ts';
import type { Admission } from './limiter.ts';
import { isBackground, type QueuedCall } from './queued-call.ts';

/**
 * The calls of a route that wait. Within each priority, refused calls are sent first, and the others as they arrived.
 */
export class CallQueue<Route> {
  /** Refused normal calls, the other normal ones, and the same of background calls. */
  readonly #lists = [0, 1, 2, 3].map(() => new LinkedQueue<QueuedCall<Route>>());

  /** Requests that wait. */
  get length(): number {
    return this.#lengthOf(4);
  }

  /** Requests of normal calls that wait. */
  get normal(): number {
    return this.#lengthOf(2);
  }

  /** How many requests would be sent before that of a call that arrived now. */
  before(admission: Admission): number {
    return this.#lengthOf(listOf(admission) + 1);
  }

  /** Whether a call that arrived now would be sent first. */
  isEmptyFor(admission: Admission): boolean {
    return this.before(admission) === 0;
  }

  /** The call of a priority to send next. */
  first(isBackground: boolean): QueuedCall<Route> | undefined {
    const refused = isBackground ? 2 : 0;
    return this.#lists[refused]?.first ?? this.#lists[refused + 1]?.first;
  }

  push(call: QueuedCall<Route>): void {
    this.#lists[listOf(call.admission)]?.take(call);
  }

  /** Takes back a call that was held. */
  resume(call: QueuedCall<Route>): void {
    this.#lists[call.isBackground ? 2 : 0]?.take(call);
  }

  /** A background call has become a normal one. */
  raise(call: QueuedCall<Route>): void {
    this.push(call);
  }

  /** Removes a call from the queue that it is in. */
  remove(call: QueuedCall<Route>): void {
    call.queue?.remove(call);
  }

  /** Requests in the first lists. */
  #lengthOf(lists: number): number {
    let length = 0;
    for (let index = 0; index < lists; index += 1) length += this.#lists[index]?.length ?? 0;
    return length;
  }

  *[Symbol.iterator](): Generator<QueuedCall<Route>> {
    for (const list of this.#lists) yield* list;
  }
}

/** The index of the list that a call waits in. */
function listOf(admission: Admission): number {
  return (isBackground(admission) ? 2 : 0) + (admission.isRetry === true ? 0 : 1);
}
