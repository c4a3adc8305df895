import type { Budget } from './budget.ts';
import type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';
import type { Timing } from './timing.ts';

/** Milliseconds that a store may take to answer before the process paces itself. */
const syncTimeout = 400;

/** Milliseconds after which unused grants are returned. */
const idleTimeout = 250;

/** Largest block of requests to ask for ahead of calls that arrive one by one. */
const largestBlock = 16;

/** Milliseconds between two syncs with a store that is unavailable: at first, and at most. */
const retryDelay = { first: 1000, longest: 30_000 };

/** Milliseconds between two syncs while another process probes: at first, and at most. */
const pollDelay = { first: 4, longest: 64 };

/** In hexadecimal. */
async function sha256(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The part of a shared budget that this process may use. It is granted in blocks, so that few calls need a sync. */
export class Lease {
  /** Requests that may be sent without a sync. */
  available = 0;
  /** Whether the request that is available is the probe at a boundary. */
  isProbe = false;
  /** Why the store can't be used; `undefined` while it can. */
  outage: { readonly error: unknown } | undefined;

  readonly #store: RateLimitStore;
  readonly #key: Promise<string>;
  readonly #budget: Budget;
  readonly #timing: Timing;
  #generation = 0;
  #returned = 0;
  #revision = 0;
  #rollovers = 0;
  #failedProbes = 0;
  #isSyncing = false;
  /** When the next sync can help. */
  #syncAt = -Infinity;
  #syncedAt = -Infinity;
  /** Whether the last sync left budget for another one. */
  #hasMore = true;
  #block = 1;
  #pollDelay = pollDelay.first;
  #retryDelay = retryDelay.first;
  #lastReply: RateLimitStoreReply | undefined;
  #cancelReturn: (() => void) | undefined;

  /** @param id Token and base URL; the store only sees a hash of it. */
  constructor(store: RateLimitStore, id: string, budget: Budget, timing: Timing) {
    this.#store = store;
    this.#key = sha256(id);
    this.#budget = budget;
    this.#timing = timing;
  }

  /** Takes one of the available requests. Returns its generation, which identifies it when it is given back. */
  take(): number {
    this.available -= 1;
    this.isProbe = false;
    return this.#generation;
  }

  /** A request that was granted in a generation did not count after all. */
  restore(generation: number): void {
    if (generation === this.#generation) this.available += 1;
  }

  /** A request of an earlier window was counted in this one as a precaution, and turned out not to count in it. */
  release(generation: number): void {
    if (generation !== this.#generation) this.#returned += 1;
  }

  /** When to sync next for `waiting` calls: the past if now; `Infinity` if there is no need, or a sync is in progress. */
  nextSyncAt(waiting: number): number {
    if (this.#isSyncing) return Infinity;
    if (this.outage === undefined && this.#revision !== this.#budget.revision) return -Infinity;
    return waiting > this.available && (this.available === 0 || this.#hasMore) ? this.#syncAt : Infinity;
  }

  /** Syncs with the store, then calls back. */
  sync(now: number, waiting: number, done: () => void): void {
    this.#isSyncing = true;
    this.#cancelReturn?.();
    this.#cancelReturn = undefined;
    // Calls that arrive one by one get a block, which grows the faster they arrive. A queue takes what it needs.
    if (waiting > 0)
      this.#block = waiting === 1 && now - this.#syncedAt < 1000 ? Math.min(2 * this.#block, largestBlock) : 1;
    this.#syncedAt = now;
    const wanted = waiting > 0 ? Math.max(0, Math.max(waiting, this.#block) - this.available) : 0;
    const generation = this.#generation;
    const returned = this.#returned;
    const request = { ...this.#budget.report(now), ...this.#takeChanges(), generation, wanted, returned };
    this.#returned = 0;

    let isFinished = false;
    const finish = (reply: RateLimitStoreReply | undefined, error?: unknown) => {
      if (isFinished) return;
      isFinished = true;
      cancel();
      this.#isSyncing = false;
      if (reply === undefined) this.#fail(error);
      else this.#apply(reply, request);
      done();
    };
    // In two halves: if this process was too busy to read a reply that has arrived, it is read between them.
    let cancel = this.#timing.after(syncTimeout / 2, () => {
      cancel = this.#timing.after(syncTimeout / 2, () => {
        finish(undefined, new Error(`The rate-limit store did not answer within ${syncTimeout} ms.`));
      });
    });
    // A user's own store may also throw synchronously.
    const sync = async () => this.#store.sync(await this.#key, request);
    sync().then(finish, (error: unknown) => finish(undefined, error));
  }

  /** Returns what is available if nothing needs it for a moment. The timer doesn't keep the process alive. */
  returnWhenIdle(): void {
    if (this.available + this.#returned === 0 || this.outage !== undefined) return;
    this.#cancelReturn ??= this.#timing.after(
      idleTimeout,
      () => {
        this.#cancelReturn = undefined;
        this.#returned += this.available;
        this.available = 0;
        if (!this.#isSyncing) this.sync(this.#timing.now(), 0, () => undefined);
      },
      true,
    );
  }

  /** Calls are waiting: keeps what is available. */
  keep(): void {
    this.#cancelReturn?.();
    this.#cancelReturn = undefined;
  }

  /** The window has ended, and what was granted in it has expired. */
  expire(): void {
    this.available = 0;
  }

  #takeChanges(): Pick<RateLimitStoreRequest, 'rolledOver' | 'probeFailed'> {
    const { revision, rollovers, failedProbes } = this.#budget;
    const changes = { rolledOver: rollovers !== this.#rollovers, probeFailed: failedProbes !== this.#failedProbes };
    this.#revision = revision;
    this.#rollovers = rollovers;
    this.#failedProbes = failedProbes;
    return changes;
  }

  #apply(reply: RateLimitStoreReply, { wanted }: RateLimitStoreRequest): void {
    const now = this.#timing.now();
    this.outage = undefined;
    this.#retryDelay = retryDelay.first;
    this.#lastReply = reply;
    const isNew = reply.generation !== this.#generation;
    if (isNew) this.available = 0;
    this.#generation = reply.generation;
    this.available += reply.granted;
    this.isProbe = reply.granted > 0 && reply.boundaryIn === 0;
    this.#hasMore = reply.granted > 0 && !this.isProbe && reply.used < reply.limit;
    this.#budget.adopt(now, reply, isNew);

    if (reply.granted > 0 || wanted === 0) {
      this.#pollDelay = pollDelay.first;
      this.#syncAt = this.isProbe ? now + 1000 : now;
    } else if (reply.blockedFor > 0) {
      this.#syncAt = now + reply.blockedFor;
    } else if (reply.boundaryIn === 0 || reply.reset === 0) {
      this.#syncAt = now + this.#pollDelay;
      this.#pollDelay = Math.min(2 * this.#pollDelay, pollDelay.longest);
    } else {
      // Before the boundary, too: other processes may return grants, or learn more about the boundary.
      this.#syncAt = now + Math.max(pollDelay.first, 0.75 * reply.boundaryIn);
    }
  }

  #fail(error: unknown): void {
    if (this.outage === undefined) {
      this.outage = { error };
      if (this.#lastReply !== undefined) this.#budget.detach(this.#lastReply);
    }
    this.available = 0;
    this.#generation = 0;
    this.#syncAt = this.#timing.now() + this.#retryDelay;
    this.#retryDelay = Math.min(2 * this.#retryDelay, retryDelay.longest);
  }
}
