import type { Priority } from './priority.ts';
import type { Admission, Permit } from './types.ts';
import { isCloudflareWorker } from '../utils/runtime.ts';
import { Alarm, type Timing } from '../utils/timing.ts';

/** Milliseconds between two checks of a waiting call, in Cloudflare Workers. */
const workerHeartbeat = 500;

/** A call that waits. It is a node of its queue's linked list, so that queueing it allocates nothing. */
export class WaitingCall {
  readonly admission: Admission;
  readonly resolve: (permit: Permit | Promise<never>) => void;
  /** When it was expected to be sent, when it began to wait. */
  expectedAt = Infinity;
  #alarm: Alarm | undefined;
  /** Stops listening to its signal. */
  stopListening: (() => void) | undefined;
  /** The list in which it waits; `undefined` when it no longer waits. */
  list: List | undefined;
  previous: WaitingCall | undefined;
  next: WaitingCall | undefined;
  /** True if it goes after other calls, because its resource alone was refused and may be refused again. */
  isDeferred = false;

  constructor(admission: Admission, resolve: WaitingCall['resolve']) {
    this.admission = admission;
    this.resolve = resolve;
  }

  get priority(): Priority {
    return this.isDeferred ? 'background' : priorityOf(this.admission);
  }

  /**
   * Calls back when the call's `maxWait` is over. In Cloudflare Workers also every half second, because the scheduler's
   * timer may belong to another request and end with it.
   */
  watch(timing: Timing, expiresAt: number, onTick: (now: number) => void): void {
    const next = () => Math.min(expiresAt, isCloudflareWorker() ? timing.now() + workerHeartbeat : Infinity);
    if (next() === Infinity) return;
    this.#alarm = new Alarm(timing, () => {
      onTick(timing.now());
      if (this.list !== undefined) this.#alarm?.set(next());
    });
    this.#alarm.set(next());
  }

  /** Stops waiting. */
  leave(): void {
    this.list?.remove(this);
    this.#alarm?.set(Infinity);
    this.stopListening?.();
    if (this.admission.priority) this.admission.priority.onRaise = undefined;
  }

  /** Resolves with a rejected promise, because a second function would take memory for each waiting call. */
  reject(reason: unknown): void {
    this.resolve(Promise.reject(reason));
  }
}

export function priorityOf({ priority }: Admission): Priority {
  return priority?.level ?? 'normal';
}

/** First in, first out. */
class List {
  first: WaitingCall | undefined;
  last: WaitingCall | undefined;
  length = 0;

  push(call: WaitingCall): void {
    call.list = this;
    call.previous = this.last;
    if (this.last === undefined) this.first = call;
    else this.last.next = call;
    this.last = call;
    this.length += 1;
  }

  remove(call: WaitingCall): void {
    const { previous, next } = call;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    call.list = call.previous = call.next = undefined;
    this.length -= 1;
  }
}

/** The calls that wait for a resource, or for the token. Only `unsent` takes longer if more of them wait. */
export class CallQueue {
  /** For each priority, one list of retries and one of other calls. */
  readonly #lists = { normal: [new List(), new List()], background: [new List(), new List()] } as const;
  /** In the order in which they are sent. */
  readonly #all: readonly List[] = [...this.#lists.normal, ...this.#lists.background];

  get normal(): number {
    return this.#count('normal');
  }

  get background(): number {
    return this.#count('background');
  }

  /** The next call of any priority. */
  get next(): WaitingCall | undefined {
    return this.first('normal') ?? this.first('background');
  }

  /** How many calls would be sent before one that arrived now. */
  countBefore(admission: Admission): number {
    const last = this.#all.indexOf(this.#listOf(admission, priorityOf(admission)));
    return this.#all.reduce((sum, { length }, index) => (index <= last ? sum + length : sum), 0);
  }

  /** The next call of a priority: a retry, or else the one that has waited longest. */
  first(priority: Priority): WaitingCall | undefined {
    const [retries, others] = this.#lists[priority];
    return retries.first ?? others.first;
  }

  /**
   * The newest or the oldest call of a priority that was not sent before, and of those one that is preferred if there is
   * any; or else the next one.
   */
  unsent(
    priority: Priority,
    turn: 'oldest' | 'newest',
    isPreferred: (call: WaitingCall) => boolean,
  ): WaitingCall | undefined {
    const { first, last } = this.#lists[priority][1];
    const isNewest = turn === 'newest';
    const start = isNewest ? last : first;
    for (let call = start; call !== undefined; call = isNewest ? call.previous : call.next)
      if (isPreferred(call)) return call;
    return start ?? this.first(priority);
  }

  push(call: WaitingCall): void {
    this.#listOf(call.admission, call.priority).push(call);
  }

  /** A copy of the queue, which calls may leave meanwhile. */
  toArray(): WaitingCall[] {
    const calls: WaitingCall[] = [];
    for (const { first } of this.#all) {
      for (let call = first; call !== undefined; call = call.next) calls.push(call);
    }
    return calls;
  }

  #count(priority: Priority): number {
    const [retries, others] = this.#lists[priority];
    return retries.length + others.length;
  }

  #listOf({ isRetry = false }: Admission, priority: Priority): List {
    return this.#lists[priority][isRetry ? 0 : 1];
  }
}
