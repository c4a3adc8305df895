import { RateLimitWaitError } from '../errors/index.ts';
import { Budget, type Sent } from './budget.ts';
import type { Lease } from './lease.ts';
import type { Admission, Permit, RateLimiter, RateLimitSnapshot } from './limiter.ts';
import type { RateLimitStore } from './store.ts';
import { realTiming, type Timing } from './timing.ts';
import { Waiter, WaitQueue } from './wait-queue.ts';

/** The documented limit: 100 requests in a minute. */
const documented = { limit: 100, window: 60_000 };

/** The longest time that a timer of every platform can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** How often at most the queue is looked through for those who have waited too long, in milliseconds. */
const shortestPatience = 20;

/** What a client may ask of a pacer. */
export interface PacerOptions {
  readonly limit?: number | undefined;
  readonly window?: number | undefined;
  readonly store?: RateLimitStore | undefined;
}

/** A fair queue in front of the API: calls go out as the {@link Budget} has room, in the order they came. */
export class Pacer implements RateLimiter {
  readonly #budget = new Budget(documented.limit, documented.window);
  readonly #timing: Timing;
  readonly #queue = new WaitQueue();
  #cancelTimer: (() => void) | undefined;
  /** What was known of the budget when those who would wait too long were last told. */
  #news = 0;
  /** When somebody in the queue has waited as long as they are willing to. */
  #patienceEnds = Infinity;

  #store: RateLimitStore | undefined;
  #lease: Lease | undefined;
  readonly #key: string;
  /** Who has been told that the store can't be reached. */
  readonly #told = new Set<NonNullable<Admission['onStoreChange']>>();

  /** @param key What the limiter is for, base URL and token; a store names its state by a hash of it. */
  constructor(key: string, timing = realTiming) {
    this.#key = key;
    this.#timing = timing;
  }

  configure({ limit, window, store }: PacerOptions): void {
    this.#budget.assume(limit, window);
    if (store === undefined || store === this.#store) return;
    this.#store = store;
    this.#lease = store.lease(this.#key, this.#budget, this.#timing);
  }

  get admitted(): number {
    return this.#budget.admitted;
  }

  get snapshot(): RateLimitSnapshot {
    const now = this.#timing.now();
    return {
      limit: this.#budget.limit,
      remaining: this.#budget.left(now),
      reset: this.#budget.reset(now),
      waiting: this.#queue.length,
    };
  }

  get idle(): boolean {
    return this.#queue.length === 0 && this.#budget.isFresh(this.#timing.now());
  }

  acquire(admission: Admission): Permit | Promise<Permit> {
    const now = this.#timing.now();
    if (this.#lease?.outage !== undefined) this.#tell(admission);
    const isNext = admission.refused === true ? this.#queue.before(admission) === 0 : this.#queue.length === 0;
    if (isNext && admission.signal?.aborted !== true && this.#room(now, 1) > 0) {
      const permit = this.#permit(now, false);
      this.#askStore(now);
      return permit;
    }
    return new Promise((resolve, reject) =>
      this.#wait(now, new Waiter(admission, now, resolve, reject, this.#abandon)),
    );
  }

  /** The lease, if there is one and it is to be gone by: what an API does not announce can't be shared. */
  get #shared(): Lease | undefined {
    const lease = this.#lease;
    return lease !== undefined && lease.outage === undefined && !this.#budget.isSilent ? lease : undefined;
  }

  #room(now: number, waiting: number): number {
    const lease = this.#shared;
    if (lease === undefined) return this.#budget.room(now, waiting);
    if (this.#budget.isOver(now) && !lease.isTrial) lease.void();
    return this.#budget.roomWithin(lease.left, now, waiting);
  }

  #permit(now: number, waited: boolean): Permit {
    const lease = this.#shared;
    if (lease === undefined) return new Grant(this, this.#budget.send(now), waited, 0);
    const due = lease.isTrial;
    return new Grant(this, this.#budget.send(now, due), waited, lease.take());
  }

  /** Asks the store for more, where it is time to; returns when it will be. */
  #askStore(now: number): number {
    const lease = this.#lease;
    if (lease === undefined || this.#budget.isSilent) return Infinity;
    // A store that was out of reach is tried again only while there are calls.
    const waiting = lease.outage === undefined ? this.#queue.length : Math.max(1, this.#queue.length);
    if (waiting > 0) lease.keep();
    else lease.returnLater();
    const next = lease.nextAsk(waiting);
    if (next > now) return lease.outage === undefined ? next : Infinity;

    const wasOut = lease.outage !== undefined;
    lease.ask(now, this.#queue.length, () => {
      if (lease !== this.#lease) return;
      if (wasOut !== (lease.outage !== undefined)) this.#tellAll();
      this.#serve();
    });
    return Infinity;
  }

  #tellAll(): void {
    if (this.#lease?.outage === undefined) {
      for (const listener of this.#told) listener({ available: true });
      this.#told.clear();
    } else {
      for (const { admission } of this.#queue) this.#tell(admission);
    }
  }

  #tell({ onStoreChange }: Admission): void {
    if (onStoreChange === undefined || this.#told.has(onStoreChange)) return;
    this.#told.add(onStoreChange);
    onStoreChange({ available: false, error: this.#lease?.outage?.error });
  }

  #wait(now: number, waiter: Waiter): void {
    const { signal, maxWait = Infinity, onWait } = waiter.admission;
    if (signal?.aborted === true) {
      waiter.reject(signal.reason);
      return;
    }
    const delay = this.#budget.delay(now, this.#queue.before(waiter.admission) + 1);
    if (isTooLong(maxWait, 0, delay)) {
      waiter.reject(waitsTooLong(waiter.admission, delay));
      return;
    }
    this.#queue.join(waiter);
    this.#patienceEnds = Math.min(this.#patienceEnds, now + maxWait);
    onWait?.(delay, this.#queue.length);
    this.#serve();
  }

  /** Sends as many as there is room for, and sets the timer for the rest. */
  #serve(): void {
    const now = this.#timing.now();
    let next = this.#queue.next(now);
    while (next !== undefined) {
      let room = this.#room(now, this.#queue.length);
      if (room <= 0) break;
      for (; room > 0 && next !== undefined; room -= 1) {
        this.#queue.leave(next);
        next.resolve(this.#permit(now, true));
        next = this.#queue.next(now);
      }
    }
    const askAt = this.#askStore(now);
    if (now >= this.#patienceEnds || this.#news !== this.#budget.news) this.#dismiss(now);
    const wakeAt = Math.min(this.#budget.wakeAt, askAt, this.#patienceEnds);
    this.#setTimer(this.#queue.length === 0 ? Infinity : wakeAt, now);
  }

  /** Rejects those who would wait longer than they are willing to, now that it takes longer than it seemed. */
  #dismiss(now: number): void {
    this.#news = this.#budget.news;
    this.#patienceEnds = Infinity;
    let position = 1;
    for (const waiter of [...this.#queue]) {
      const { maxWait = Infinity } = waiter.admission;
      const delay = this.#budget.delay(now, position);
      if (isTooLong(maxWait, now - waiter.since, delay)) {
        this.#queue.leave(waiter);
        waiter.reject(waitsTooLong(waiter.admission, delay));
      } else {
        position += 1;
        // Not sooner than soon, so that many who came one after the other are not looked through for each.
        this.#patienceEnds = Math.min(this.#patienceEnds, Math.max(waiter.since + maxWait, now + shortestPatience));
      }
    }
  }

  /** One timer for all that wait; none when nobody does, so that it keeps no process alive. */
  #setTimer(wakeAt: number, now: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (wakeAt === Infinity) return;
    this.#cancelTimer = this.#timing.after(Math.min(Math.ceil(Math.max(0, wakeAt - now)), longestTimer), () => {
      this.#cancelTimer = undefined;
      this.#serve();
    });
  }

  /** The caller has given up. */
  readonly #abandon = (waiter: Waiter): void => {
    this.#queue.leave(waiter);
    waiter.reject(waiter.admission.signal?.reason);
    if (this.#queue.length === 0) this.#setTimer(Infinity, 0);
  };

  answered(sent: Sent, version: number, status: number, headers: Headers): void {
    const isNews = this.#budget.answered(sent, this.#timing.now(), status, headers);
    if (!isNews) this.#lease?.release(version);
    this.#settled();
  }

  unsent(sent: Sent, version: number): void {
    this.#budget.unsent(sent);
    this.#lease?.giveBack(version);
    this.#settled();
  }

  lost(sent: Sent): void {
    this.#budget.lost(sent, this.#timing.now());
    this.#settled();
  }

  #settled(): void {
    if (this.#queue.length > 0 || this.#lease !== undefined) this.#serve();
  }
}

class Grant implements Permit {
  readonly #pacer: Pacer;
  readonly #sent: Sent;
  readonly #version: number;
  readonly waited: boolean;

  constructor(pacer: Pacer, sent: Sent, waited: boolean, version: number) {
    this.#pacer = pacer;
    this.#sent = sent;
    this.waited = waited;
    this.#version = version;
  }

  answered(status: number, headers: Headers): void {
    this.#pacer.answered(this.#sent, this.#version, status, headers);
  }

  unsent(): void {
    this.#pacer.unsent(this.#sent, this.#version);
  }

  lost(): void {
    this.#pacer.lost(this.#sent);
  }
}

/** Whether a call that is not sent now, after so long, and will be in so long as far as known, waits longer than it may. */
function isTooLong(maxWait: number, waited: number, delay: number): boolean {
  return waited >= maxWait || waited + delay > maxWait;
}

function waitsTooLong(admission: Admission, delay: number): RateLimitWaitError {
  const retryAfter = Math.max(1, Math.ceil(delay / 1000));
  return new RateLimitWaitError(
    `Not sent: the rate limit allows this call in about ${retryAfter} s, and maxWait is ${admission.maxWait} ms.`,
    admission,
    retryAfter,
  );
}
