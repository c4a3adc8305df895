import { LinkedQueue } from './linked-queue.ts';
import type { Admission } from './limiter.ts';
import { isBackground, keyOf, otherKey, type QueuedCall } from './queued-call.ts';

/**
 * The calls of a route that wait. Within each priority, refused calls are sent first, and the others as they arrived.
 * Calls for the same request wait in one place: the first of them leads, and the others follow it.
 */
export class CallQueue<Route> {
  /** Refused normal calls, the other normal ones, and the same of background calls. */
  readonly #lists = [0, 1, 2, 3].map(() => new LinkedQueue<QueuedCall<Route>>());
  /** The calls that others can follow. */
  readonly #leaders = new Map<string | undefined, QueuedCall<Route>>();

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

  /** The same for a call that may have another one to follow. */
  beforeGroup(call: QueuedCall<Route>): number {
    const { key, admission } = call;
    const leader = this.#leaders.get(key);
    const ahead = (leader?.position ?? Infinity) - (leader?.queue?.first?.position ?? 0);
    return Math.min(this.before(admission), this.#lengthOf(listOf(admission)) + ahead);
  }

  /** Whether a call that arrived now would be sent first, and no background call waits for its request. */
  isEmptyFor(admission: Admission): boolean {
    if (this.before(admission) > 0) return false;
    // It takes time to make a key.
    const key = this.#leaders.size > 0 ? admission.key : undefined;
    return key === undefined || !this.#leaders.has(otherKey(key));
  }

  /** The call of a priority to send next. */
  first(isBackground: boolean): QueuedCall<Route> | undefined {
    const refused = isBackground ? 2 : 0;
    return this.#lists[refused]?.first ?? this.#lists[refused + 1]?.first;
  }

  push(call: QueuedCall<Route>): void {
    const { key, admission } = call;
    const leader = this.#leaders.get(key) ?? call;
    if (key !== undefined) this.#leaders.set(key, leader);
    if (leader !== call) (leader.followers ??= new LinkedQueue()).push(call);
    // A refused call takes the one that it follows along.
    if (leader === call || admission.refused === true) this.#lists[listOf(admission)]?.take(leader);
  }

  /** Takes back a call that was held, with its followers. */
  resume(call: QueuedCall<Route>): void {
    this.#lists[call.isBackground ? 2 : 0]?.take(call);
  }

  /** A background call has become a normal one. */
  raise(call: QueuedCall<Route>): void {
    this.remove(call);
    call.key = keyOf(call.admission);
    this.push(call);
  }

  /** Removes a call from the queue that it is in. The first of its followers takes its place. */
  remove(call: QueuedCall<Route>): void {
    const { key, followers, queue } = call;
    const successor = followers?.first;
    if (successor !== undefined) {
      followers?.remove(successor);
      successor.followers = followers;
      call.followers = undefined;
      queue?.replace(call, successor);
      this.#leaders.set(key, successor);
    } else {
      queue?.remove(call);
      if (this.#leaders.get(key) === call) this.#leaders.delete(key);
    }
  }

  /** Removes all calls that can share the request of a call, and returns them. */
  takeGroup(call: QueuedCall<Route>): QueuedCall<Route>[] {
    const { key } = call;
    const others = key === undefined ? undefined : this.#leaders.get(otherKey(key));
    const group = [...call.group, ...(others?.group ?? [])].filter((other) => canShare(other, call));
    // Followers first, so that none has to lead.
    for (const each of group.toReversed()) this.remove(each);
    return group;
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
  return (isBackground(admission) ? 2 : 0) + (admission.refused === true ? 0 : 1);
}

/** Whether a call is sent together with another one. Its callers may have decided to read the body themselves since. */
function canShare(other: QueuedCall, call: QueuedCall): boolean {
  return other === call || (other.admission.key !== undefined && call.admission.key !== undefined);
}
