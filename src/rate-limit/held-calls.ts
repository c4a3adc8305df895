import { describeEffect } from '../errors/example-error.ts';
import { RateLimitError, UnavailableError } from '../errors/index.ts';
import { priorityOf, targetOf, type LimitedCall } from './limited-call.ts';
import type { Outage } from './outage.ts';
import type { CallQueue, Waiter } from './queue.ts';

/** Milliseconds for which an outage may hold a call, unless it has an `outageWait`. */
const defaultWait = { normal: 10_000, background: 600_000 };

/** Milliseconds between two looks at all calls, at least. */
const interval = 100;

/** The calls of a token while the API fails. Rejects those that the outage alone has held for too long (limits 21). */
export class HeldCalls {
  readonly #queue: CallQueue;
  readonly #reject: (waiter: Waiter, reason: UnavailableError) => void;
  #nextCheckAt = -Infinity;

  constructor(queue: CallQueue, reject: (waiter: Waiter, reason: UnavailableError) => void) {
    this.#queue = queue;
    this.#reject = reject;
  }

  /** A call starts to wait: it never rested, or its rest is over. */
  add(now: number, outage: Outage, call: LimitedCall): void {
    if (outage.isFailing) this.#nextCheckAt = Math.min(this.#nextCheckAt, now + hold(now, outage, call, true));
  }

  /**
   * Rejects calls. Returns when to check again.
   *
   * @param room How many calls the window lets through: only the outage holds these. The window holds the others, too.
   */
  check(now: number, outage: Outage, room: number): number {
    if (!outage.isFailing) {
      this.#nextCheckAt = -Infinity;
      return Infinity;
    }
    if (now < this.#nextCheckAt) return this.#nextCheckAt;
    let soonest = Infinity;
    for (const [index, waiter] of [...this.#queue].entries()) {
      const left = hold(now, outage, waiter.call, index < room);
      if (left > 0) soonest = Math.min(soonest, left);
      else this.#reject(waiter, unavailableError(outage, waiter.call));
    }
    return (this.#nextCheckAt = now + Math.max(interval, soonest));
  }
}

/**
 * Holds a call. Returns for how many more milliseconds the outage may do so: `outageWait`, less the time for which it
 * alone has held the call. That is how long it has held calls, less how long it had when nothing else held this one.
 */
function hold(now: number, outage: Outage, call: LimitedCall, isOnlyCause: boolean): number {
  const heldFor = outage.heldFor(now);
  if (!isOnlyCause || call.heldByOutage !== outage.generation)
    [call.heldByOutage, call.heldBefore] = [outage.generation, heldFor];
  return (call.outageWait ?? defaultWait[priorityOf(call)]) - (heldFor - (call.heldBefore ?? 0));
}

function unavailableError(outage: Outage, call: LimitedCall): UnavailableError {
  // A refusal is not why the call was held.
  const own = call.lastError instanceof RateLimitError ? undefined : call.lastError;
  const cause = own ?? outage.lastError ?? call.lastError;
  const message = `The API has failed for longer than the call may wait (outageWait). ${describeEffect(call)}`;
  return new UnavailableError(message, { ...targetOf(call), url: call.lastError?.url }, { cause });
}
