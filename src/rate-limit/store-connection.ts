import type { Budget } from './budget.ts';
import { Lease, type WaitingCalls } from './lease.ts';
import type { Admission, LimiterObserver } from './limiter.ts';
import type { RateLimitStore } from './store.ts';
import type { Timing } from './timing.ts';

/** The calls that wait for the budget. */
interface Queue extends Iterable<{ readonly admission: Admission }> {
  dispatch(): void;
}

/** Connects a limiter to a store. */
export type ConnectStore = (key: string, timing: Timing, queue: Queue) => StoreConnection;

/** Shares the budget of a limiter through a store, and reports when the store becomes unavailable. */
export class StoreConnection {
  readonly #sync: RateLimitStore['sync'];
  readonly #key: string;
  readonly #timing: Timing;
  readonly #queue: Queue;
  #budget: Budget | undefined;
  #lease: Lease | undefined;
  /** Observers that know that the store is unavailable. */
  readonly #notified = new Set<LimiterObserver>();

  /**
   * @param key Base URL and token. A store only sees a hash of it.
   * @param queue The calls that wait. It is dispatched after each sync.
   */
  constructor(sync: RateLimitStore['sync'], key: string, timing: Timing, queue: Queue) {
    this.#sync = sync;
    this.#key = key;
    this.#timing = timing;
    this.#queue = queue;
  }

  /** Shares this budget from now on. */
  share(budget: Budget): void {
    if (budget === this.#budget) return;
    this.#budget = budget;
    this.#lease = new Lease(this.#sync, this.#key, budget, this.#timing);
  }

  /** The lease of a budget that is shared now. One that the API does not announce can't be. */
  leaseOf(budget: Budget): Lease | undefined {
    const lease = this.#lease;
    if (lease === undefined || lease.outage !== undefined) return undefined;
    return budget === this.#budget && budget.isUnannounced !== true ? lease : undefined;
  }

  /** The API has refused a request of a budget: what was granted is void. */
  expire(budget: Budget): void {
    this.leaseOf(budget)?.expire();
  }

  /** A granted request was not sent. */
  restore(generation: number): void {
    this.#lease?.restore(generation);
  }

  /** Syncs with the store for the calls that wait if it is time to. Returns when it will be. */
  sync(now: number, waiting: WaitingCalls): number {
    const lease = this.#lease;
    if (lease === undefined || this.#budget?.isUnannounced === true) return Infinity;
    if (waiting.normal + waiting.background > 0) lease.keep();
    else lease.returnWhenIdle(() => this.#syncLease(lease, this.#timing.now(), waiting));
    const next = lease.nextSyncAt(waiting);
    // An unavailable store is tried again only while calls are made.
    if (next > now) return lease.outage === undefined ? next : Infinity;

    this.#syncLease(lease, now, waiting);
    return Infinity;
  }

  #syncLease(lease: Lease, now: number, waiting: WaitingCalls): void {
    const wasOut = lease.outage !== undefined;
    lease.sync(now, waiting, () => {
      if (lease !== this.#lease) return;
      if (wasOut !== (lease.outage !== undefined)) this.#notifyAll();
      this.#queue.dispatch();
    });
  }

  /** Tells the client of a call if the store is unavailable. */
  notify({ observer }: Admission): void {
    const outage = this.#lease?.outage;
    if (outage === undefined || observer === undefined || this.#notified.has(observer)) return;
    this.#notified.add(observer);
    observer.onStoreChange({ available: false, error: outage.error });
  }

  #notifyAll(): void {
    if (this.#lease?.outage === undefined) {
      for (const observer of this.#notified) observer.onStoreChange({ available: true });
      this.#notified.clear();
    } else {
      for (const { admission } of this.#queue) this.notify(admission);
    }
  }
}
