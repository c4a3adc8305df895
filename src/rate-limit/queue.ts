import { isCloudflareWorker } from '../utils/runtime.ts';
import { Alarm, type Timing } from '../utils/timing.ts';
import { priorityOf, type LimitedCall, type Priority } from './limited-call.ts';
import type { Permit } from './permit.ts';

/** Milliseconds between two checks of a waiting call, in Cloudflare Workers. */
const workerHeartbeat = 500;

/** A waiting call, as a node of its queue's linked list, so that queueing it allocates nothing more. */
export class Waiter {
  readonly call: LimitedCall;
  readonly resolve: (permit: Permit | Promise<never>) => void;
  #alarm: Alarm | undefined;
  /** Stops listening to its signal. */
  stopListening: (() => void) | undefined;
  /** The list in which it waits; `undefined` when it no longer waits. */
  list: List | undefined;
  previous: Waiter | undefined;
  next: Waiter | undefined;

  constructor(call: LimitedCall, resolve: Waiter['resolve']) {
    this.call = call;
    this.resolve = resolve;
  }

  /**
   * Calls back at each of these times, and in Cloudflare Workers every half second, because the limiter's timer may
   * belong to another request and end with it. What the callback returns is another such time.
   */
  watch(timing: Timing, now: number, times: readonly number[], onTick: (now: number) => number): void {
    const next = (after: number) =>
      Math.min(...times.filter((time) => time > after), isCloudflareWorker() ? after + workerHeartbeat : Infinity);
    let at = next(now);
    if (at === Infinity) return;
    this.#alarm = new Alarm(timing, () => {
      const time = Math.max(at, timing.now()); // Timers may be slightly early.
      at = Math.min(onTick(time), next(time));
      if (this.list !== undefined) this.#alarm?.set(at);
    });
    this.#alarm.set(at);
  }

  leave(): void {
    this.list?.remove(this);
    this.#alarm?.set(Infinity);
    this.stopListening?.();
    if (this.call.priority) this.call.priority.onRaise = undefined;
  }
}

/** First in, first out. */
class List {
  first: Waiter | undefined;
  last: Waiter | undefined;
  length = 0;

  *[Symbol.iterator](): Generator<Waiter, void> {
    for (let waiter = this.first; waiter; waiter = waiter.next) yield waiter;
  }

  push(waiter: Waiter): void {
    waiter.list = this;
    waiter.previous = this.last;
    if (this.last === undefined) this.first = waiter;
    else this.last.next = waiter;
    this.last = waiter;
    this.length += 1;
  }

  remove(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    waiter.list = waiter.previous = waiter.next = undefined;
    this.length -= 1;
  }
}

/** Each priority has a list for each {@link LimitedCall.position}. */
const positions = ['first', undefined, 'last'] as const;
const ranks = positions.length;
/** The list of the calls that rest. */
const resting = 2 * ranks;

/** The calls of a token that wait, by priority and {@link LimitedCall.position}. */
export class CallQueue {
  readonly #lists = Array.from({ length: resting + 1 }, () => new List());
  size = 0;
  /** Those whose wait was not known, and so not announced. */
  readonly unannounced = new Set<Waiter>();

  get normal(): number {
    return this.#lengthOf(0, ranks);
  }

  get background(): number {
    return this.#lengthOf(ranks, resting);
  }

  /** How many calls of the same rank or a better one wait. */
  countBefore(call: LimitedCall): number {
    return this.#lengthOf(0, rankOf(call) + 1);
  }

  /** How many calls would be sent before one that waits. */
  countAhead(waiter: Waiter): number {
    let ahead = this.#lengthOf(0, rankOf(waiter.call));
    for (let each = waiter.previous; each; each = each.previous) ahead += 1;
    return ahead;
  }

  /** The first call of a priority that passes a test. */
  first(priority: Priority, passes: (call: LimitedCall) => boolean = () => true): Waiter | undefined {
    const from = priority === 'normal' ? 0 : ranks;
    for (const list of this.#lists.slice(from, from + ranks))
      for (const waiter of list) if (passes(waiter.call)) return waiter;
    return undefined;
  }

  /** Adds a call, or moves it to where it now belongs. Returns true if it no longer rests. */
  put(waiter: Waiter, now: number): boolean {
    const list = this.#lists[(waiter.call.restUntil ?? now) > now ? resting : rankOf(waiter.call)];
    if (waiter.list === list) return false;
    const hasRested = waiter.list === this.#lists[resting];
    if (waiter.list) waiter.list.remove(waiter);
    else this.size += 1;
    list?.push(waiter);
    return hasRested;
  }

  /** Removes a call, which no longer waits. */
  remove(waiter: Waiter): void {
    if (waiter.list) this.size -= 1;
    this.unannounced.delete(waiter);
    waiter.leave();
  }

  /** The calls that don't rest, in the order in which they would be sent. None may leave meanwhile. */
  *[Symbol.iterator](): Generator<Waiter, void> {
    for (const list of this.#lists.slice(0, resting)) yield* list;
  }

  #lengthOf(from: number, to: number): number {
    let sum = 0;
    for (let rank = from; rank < to; rank += 1) sum += this.#lists[rank]?.length ?? 0;
    return sum;
  }
}

function rankOf(call: LimitedCall): number {
  return positions.indexOf(call.position) + (priorityOf(call) === 'background' ? ranks : 0);
}
