import { priorityOf, type Priority } from './limited-call.ts';
import type { CallQueue, Waiter } from './queue.ts';

/** Milliseconds between two looks. */
const interval = 1000;

/** Tells each waiting call once for how long it waits for the rate limit, as soon as that is known (limits 29). */
export class Announcements {
  readonly #queue: CallQueue;
  readonly #expectedDelay: (now: number, ahead: number, priority: Priority) => number;
  #nextCheckAt = Infinity;

  /** @param expectedDelay Milliseconds for which a call waits that is behind so many others. */
  constructor(queue: CallQueue, expectedDelay: (now: number, ahead: number, priority: Priority) => number) {
    this.#queue = queue;
    this.#expectedDelay = expectedDelay;
  }

  /** Announces how long a call will wait, or remembers it until that is known. */
  add(now: number, waiter: Waiter, ahead: number): void {
    const delay = this.#expectedDelay(now, ahead, priorityOf(waiter.call));
    if (delay <= 0) return void this.#queue.unannounced.add(waiter);
    this.#queue.unannounced.delete(waiter);
    waiter.call.onWait?.(Math.ceil(delay), this.#queue.size);
  }

  /** Announces the remembered calls whose wait is now known. Returns when to look again. */
  check(now: number): number {
    if (this.#queue.unannounced.size === 0) return (this.#nextCheckAt = Infinity);
    if (this.#nextCheckAt === Infinity) this.#nextCheckAt = now + interval;
    if (now < this.#nextCheckAt) return this.#nextCheckAt;
    const found: (readonly [Waiter, number])[] = [];
    let ahead = 0;
    for (const waiter of this.#queue) {
      if (found.length === this.#queue.unannounced.size) break;
      if (this.#queue.unannounced.has(waiter)) found.push([waiter, ahead]);
      ahead += 1;
    }
    // Afterwards, because a listener may abort calls.
    for (const [waiter, before] of found) if (waiter.list) this.add(now, waiter, before);
    return (this.#nextCheckAt = now + interval);
  }
}
