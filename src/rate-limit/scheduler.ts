import { RateLimitWaitError } from '../errors/index.ts';
import { Budget } from './budget.ts';
import { CallQueue, QueuedCall } from './call-queue.ts';
import { Lease } from './lease.ts';
import type { Admission, Permit, RateLimiter, RateLimitSnapshot } from './limiter.ts';
import type { RateLimitStore } from './store.ts';
import { realTiming, type Timing } from './timing.ts';
import type { SentRequest } from './window.ts';

/** The documented limit: 100 requests in a minute. */
const documented = { limit: 100, window: 60_000 };

/** The longest time that a timer of every platform can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** Milliseconds between two searches of the queue for overdue calls, at least. */
const searchInterval = 20;

/** What a client configures. */
export interface SchedulerOptions {
  readonly limit?: number | undefined;
  readonly window?: number | undefined;
  readonly store?: RateLimitStore | undefined;
}

/** Queues calls and sends them in order as the {@link Budget} allows. */
export class Scheduler implements RateLimiter {
  readonly #budget = new Budget(documented.limit, documented.window);
  readonly #timing: Timing;
  readonly #queue = new CallQueue();
  #cancelTimer: (() => void) | undefined;
  /** The revision of the budget at the last search for overdue calls. */
  #revision = 0;
  /** When the next call in the queue reaches its longest wait. */
  #expiresAt = Infinity;

  #store: RateLimitStore | undefined;
  #lease: Lease | undefined;
  readonly #key: string;
  /** Listeners that know that the store is unavailable. */
  readonly #notified = new Set<NonNullable<Admission['onStoreChange']>>();

  /** @param key Base URL and token. A store only sees a hash of it. */
  constructor(key: string, timing = realTiming) {
    this.#key = key;
    this.#timing = timing;
  }

  configure({ limit, window, store }: SchedulerOptions): void {
    this.#budget.assume(limit, window);
    if (store === undefined || store === this.#store) return;
    this.#store = store;
    this.#lease = new Lease(store, this.#key, this.#budget, this.#timing);
  }

  get snapshot(): RateLimitSnapshot {
    const now = this.#timing.now();
    return {
      limit: this.#budget.limit,
      remaining: this.#budget.remaining(now),
      reset: this.#budget.reset(now),
      waiting: this.#queue.length,
    };
  }

  get idle(): boolean {
    return this.#queue.length === 0 && this.#budget.isFresh(this.#timing.now());
  }

  acquire(admission: Admission): Permit | Promise<Permit> {
    const now = this.#timing.now();
    if (this.#lease?.outage !== undefined) this.#notify(admission);
    const isNext = admission.refused === true ? this.#queue.before(admission) === 0 : this.#queue.length === 0;
    if (isNext && admission.signal?.aborted !== true && this.#available(now, 1) > 0) {
      const permit = this.#permit(now, admission, this.#budget.admitted, false);
      this.#syncStore(now);
      return permit;
    }
    return new Promise((resolve, reject) =>
      this.#enqueue(now, new QueuedCall(admission, now, this.#budget.admitted, resolve, reject, this.#onAbort)),
    );
  }

  /** The lease, if the budget is shared now. A budget that the API does not announce can't be. */
  get #shared(): Lease | undefined {
    const lease = this.#lease;
    return lease !== undefined && lease.outage === undefined && !this.#budget.isUnannounced ? lease : undefined;
  }

  #available(now: number, waiting: number): number {
    const lease = this.#shared;
    if (lease === undefined) return this.#budget.available(now, waiting);
    if (this.#budget.isExpired(now) && !lease.isProbe) lease.expire();
    return this.#budget.availableOf(lease.available, now, waiting);
  }

  #permit(now: number, { priority }: Admission, admitted: number, waited: boolean): Permit {
    const lease = this.#shared;
    if (lease === undefined) return new ScheduledPermit(this, this.#budget.send(now), admitted, waited, 0);
    const isBoundaryProbe = lease.isProbe;
    const generation = lease.take(priority?.level !== 'background');
    return new ScheduledPermit(this, this.#budget.send(now, isBoundaryProbe), admitted, waited, generation);
  }

  /** Syncs with the store if it is time to. Returns when it will be. */
  #syncStore(now: number): number {
    const lease = this.#lease;
    if (lease === undefined || this.#budget.isUnannounced) return Infinity;
    const waiting = this.#queue.waiting(now);
    if (this.#queue.length > 0) lease.keep();
    else lease.returnWhenIdle();
    const next = lease.nextSyncAt(waiting);
    // An unavailable store is tried again only while calls are made.
    if (next > now) return lease.outage === undefined ? next : Infinity;

    const wasOut = lease.outage !== undefined;
    lease.sync(now, waiting, () => {
      if (lease !== this.#lease) return;
      if (wasOut !== (lease.outage !== undefined)) this.#notifyAll();
      this.#dispatch();
    });
    return Infinity;
  }

  #notifyAll(): void {
    if (this.#lease?.outage === undefined) {
      for (const listener of this.#notified) listener({ available: true });
      this.#notified.clear();
    } else {
      for (const { admission } of this.#queue) this.#notify(admission);
    }
  }

  #notify({ onStoreChange }: Admission): void {
    if (onStoreChange === undefined || this.#notified.has(onStoreChange)) return;
    this.#notified.add(onStoreChange);
    onStoreChange({ available: false, error: this.#lease?.outage?.error });
  }

  #enqueue(now: number, call: QueuedCall): void {
    const { signal, maxWait = Infinity, onWait } = call.admission;
    if (signal?.aborted === true) {
      call.reject(signal.reason);
      return;
    }
    const delay = this.#budget.delay(now, this.#queue.before(call.admission) + 1);
    if (isTooLong(maxWait, 0, delay)) {
      call.reject(waitError(call.admission, delay));
      return;
    }
    this.#queue.push(call);
    this.#expiresAt = Math.min(this.#expiresAt, now + maxWait);
    onWait?.(delay, this.#queue.length);
    this.#dispatch();
  }

  /** Sends the calls that may be sent, and sets the timer for the rest. */
  #dispatch(): void {
    const now = this.#timing.now();
    let next = this.#queue.first(now);
    while (next !== undefined) {
      let available = this.#available(now, this.#queue.length);
      if (available <= 0) break;
      for (; available > 0 && next !== undefined; available -= 1) {
        this.#queue.remove(next);
        next.resolve(this.#permit(now, next.admission, next.admitted, true));
        next = this.#queue.first(now);
      }
    }
    const syncAt = this.#syncStore(now);
    if (now >= this.#expiresAt || this.#revision !== this.#budget.revision) this.#rejectOverdue(now);
    const wakeAt = Math.min(this.#budget.wakeAt, syncAt, this.#expiresAt);
    this.#setTimer(this.#queue.length === 0 ? Infinity : wakeAt, now);
  }

  /** Rejects the calls that would wait too long, now that the delay is known better. */
  #rejectOverdue(now: number): void {
    this.#revision = this.#budget.revision;
    this.#expiresAt = Infinity;
    let position = 1;
    for (const call of [...this.#queue]) {
      const { maxWait = Infinity } = call.admission;
      const delay = this.#budget.delay(now, position);
      if (isTooLong(maxWait, now - call.since, delay)) {
        this.#queue.remove(call);
        call.reject(waitError(call.admission, delay));
      } else {
        position += 1;
        // Not at once, so that the queue is not searched for each of many calls that arrived in a row.
        this.#expiresAt = Math.min(this.#expiresAt, Math.max(call.since + maxWait, now + searchInterval));
      }
    }
  }

  /** Sets the one timer of the queue. An empty queue has none, so that it keeps no process alive. */
  #setTimer(wakeAt: number, now: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (wakeAt === Infinity) return;
    this.#cancelTimer = this.#timing.after(Math.min(Math.ceil(Math.max(0, wakeAt - now)), longestTimer), () => {
      this.#cancelTimer = undefined;
      this.#dispatch();
    });
  }

  readonly #onAbort = (call: QueuedCall): void => {
    this.#queue.remove(call);
    call.reject(call.admission.signal?.reason);
    if (this.#queue.length === 0) this.#setTimer(Infinity, 0);
  };

  /** Called by a permit. Returns whether the API refused the request in favor of others. */
  answered(request: SentRequest, admittedBefore: number, status: number, headers: Headers): boolean {
    const refused = status === 429;
    const isContended = this.#budget.answered(request, this.#timing.now(), status, headers);
    if (refused) this.#lease?.expire();
    this.#settled();
    return isContended || (refused && this.#budget.admitted > admittedBefore);
  }

  /** Called by a permit. */
  unsent(request: SentRequest, generation: number): void {
    this.#budget.unsent(request);
    this.#lease?.restore(generation);
    this.#settled();
  }

  /** Called by a permit. */
  lost(request: SentRequest): void {
    this.#budget.lost(request, this.#timing.now());
    this.#settled();
  }

  #settled(): void {
    if (this.#queue.length > 0 || this.#lease !== undefined) this.#dispatch();
  }
}

class ScheduledPermit implements Permit {
  isContended = false;
  readonly waited: boolean;
  readonly #scheduler: Scheduler;
  readonly #request: SentRequest;
  /** How many requests had been admitted when the call asked for the permit. */
  readonly #admitted: number;
  readonly #generation: number;

  constructor(scheduler: Scheduler, request: SentRequest, admitted: number, waited: boolean, generation: number) {
    this.#scheduler = scheduler;
    this.#request = request;
    this.#admitted = admitted;
    this.waited = waited;
    this.#generation = generation;
  }

  answered(status: number, headers: Headers): void {
    this.isContended = this.#scheduler.answered(this.#request, this.#admitted, status, headers);
  }

  unsent(): void {
    this.#scheduler.unsent(this.#request, this.#generation);
  }

  lost(): void {
    this.#scheduler.lost(this.#request);
  }
}

/** Whether a call that has waited for `waited` ms, and will be sent in `delay` ms at the earliest, waits too long. */
function isTooLong(maxWait: number, waited: number, delay: number): boolean {
  return waited >= maxWait || waited + delay > maxWait;
}

function waitError(admission: Admission, delay: number): RateLimitWaitError {
  const retryAfter = Math.max(1, Math.ceil(delay / 1000));
  return new RateLimitWaitError(
    `Not sent: the rate limit allows this call in about ${retryAfter} s, and maxWait is ${admission.maxWait} ms.`,
    admission,
    retryAfter,
  );
}
