import { adopt, detach, outstanding, reportOf } from './budget-sync.ts';
import type { Budget } from './budget.ts';
import type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';
import type { Timing } from './timing.ts';

/** Milliseconds that a store may take to answer before the process paces itself. */
const syncTimeout = 400;

/** Milliseconds after which the store learns what was used, and gets back what was not. */
const idleTimeout = 250;

/** Milliseconds between two syncs while calls wait, at most: the store takes a silent process for dead. */
const heartbeat = 5_000;

/** Largest block of requests to ask for ahead of calls that arrive one by one. */
const largestBlock = 16;

/** Milliseconds between two syncs with a store that is unavailable: at first, and at most. */
const retryDelay = { first: 1000, longest: 30_000 };

/** Milliseconds between two syncs while another process probes: at first, and at most. */
const pollDelay = { first: 4, longest: 64 };

/** The format of the state in the store. Versions of the SDK that use different formats use different keys. */
const format = 3;

const replyFields = [
  'generation',
  'granted',
  'limit',
  'used',
  'reset',
  'boundaryIn',
  'blockedFor',
  'processes',
  'nextSyncIn',
] as const satisfies readonly (keyof RateLimitStoreReply)[];

/** A store of the user's own may answer anything, and a reply that can't be reckoned with would hold calls forever. */
function checked(reply: Partial<RateLimitStoreReply> | null | undefined): RateLimitStoreReply {
  const isReply = replyFields.every((field) => Number.isFinite(reply?.[field]) && Number(reply?.[field]) >= -1);
  if (isReply && Number(reply?.granted) >= 0) return reply as RateLimitStoreReply; // it has all fields
  throw new Error(`The rate-limit store's reply must have ${replyFields.join(', ')}, all of them numbers.`);
}

/** Calls that wait, by priority. */
export interface WaitingCalls {
  readonly normal: number;
  readonly background: number;
}

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

  readonly #sync: RateLimitStore['sync'];
  readonly #key: Promise<string>;
  readonly #budget: Budget;
  readonly #timing: Timing;
  readonly #process = Math.random().toString(36).slice(2, 10);
  #generation = 0;
  /** Requests sent in this generation, and those of normal priority. */
  #sent = 0;
  #sentNormal = 0;
  /** What the store believes to be available or in flight here; `undefined` if that is not certain. */
  #held: number | undefined = 0;
  #processes = 1;
  #revision = 0;
  #rollovers = 0;
  #failedProbes = 0;
  #isSyncing = false;
  /** When the next sync can bring more. */
  #syncAt = -Infinity;
  #syncedAt = -Infinity;
  /** When the store last granted all that was asked for. */
  #grantedAt = -Infinity;
  #block = 1;
  #pollDelay = pollDelay.first;
  #retryDelay = retryDelay.first;
  #lastReply: RateLimitStoreReply | undefined;
  #cancelReturn: (() => void) | undefined;

  /** @param id Token and base URL; the store only sees a hash of it. */
  constructor(sync: RateLimitStore['sync'], id: string, budget: Budget, timing: Timing) {
    this.#sync = sync;
    this.#key = sha256(`${format} ${id}`);
    this.#budget = budget;
    this.#timing = timing;
  }

  /** Takes one of the available requests. Returns its generation, which identifies it when it is given back. */
  take(isNormal: boolean): number {
    this.available -= 1;
    this.isProbe = false;
    this.#sent += 1;
    if (isNormal) this.#sentNormal += 1;
    return this.#generation;
  }

  /** A request that was granted in a generation was not sent after all. */
  restore(generation: number): void {
    if (generation !== this.#generation) return;
    this.available += 1;
    this.#sent -= 1;
  }

  /** What was granted is void: the window has ended, or the API has refused a request. */
  expire(): void {
    this.available = 0;
  }

  /** When to sync next: the past if now; `Infinity` if there is no need, or a sync is in progress. */
  nextSyncAt({ normal, background }: WaitingCalls): number {
    if (this.#isSyncing) return Infinity;
    if (this.outage !== undefined) return this.#syncAt;
    if (this.#revision !== this.#budget.revision) return -Infinity;
    const waiting = normal + background;
    if (waiting === 0) return Infinity;
    const held = this.available + outstanding(this.#budget);
    const isSettled = held === 0 && this.#held !== 0;
    if (isSettled) return -Infinity;
    return Math.min(
      this.#syncedAt + (held === this.#held ? heartbeat : idleTimeout),
      waiting > this.available ? this.#syncAt : Infinity,
    );
  }

  /** Syncs with the store, then calls back. */
  sync(now: number, waiting: WaitingCalls, done: () => void): void {
    this.#isSyncing = true;
    this.keep();
    this.#syncedAt = now;
    const request = this.#request(now, waiting);
    const { revision, rollovers, failedProbes } = this.#budget;
    const apply = (reply: RateLimitStoreReply) => {
      // Only now: if the sync fails, the next one reports it.
      this.#revision = revision;
      this.#rollovers = rollovers;
      this.#failedProbes = failedProbes;
      this.#apply(reply, request);
    };

    let isFinished = false;
    const finish = (reply: RateLimitStoreReply | undefined, error?: unknown) => {
      if (isFinished) return;
      isFinished = true;
      cancel();
      this.#isSyncing = false;
      if (reply === undefined) this.#fail(error);
      else apply(reply);
      done();
    };
    // In two halves: if this process was too busy to read a reply that has arrived, it is read between them.
    let cancel = this.#timing.after(syncTimeout / 2, () => {
      cancel = this.#timing.after(syncTimeout / 2, () => {
        finish(undefined, new Error(`The rate-limit store did not answer within ${syncTimeout} ms.`));
      });
    });
    // A user's own store may also throw synchronously.
    const sync = async () => checked(await this.#sync(await this.#key, request));
    sync().then(finish, (error: unknown) => finish(undefined, error));
  }

  /**
   * Reports what was used and returns what was not, if no call comes for a moment. The timer doesn't keep the process
   * alive.
   *
   * @param sync Syncs, and afterwards looks for calls that have come meanwhile.
   */
  returnWhenIdle(sync: () => void): void {
    const isReported = this.available === 0 && this.#held === outstanding(this.#budget);
    if (isReported || this.outage !== undefined) return;
    this.#cancelReturn ??= this.#timing.after(
      idleTimeout,
      () => {
        this.#cancelReturn = undefined;
        this.available = 0;
        if (!this.#isSyncing) sync();
      },
      true,
    );
  }

  /** Calls are waiting: keeps what is available. */
  keep(): void {
    this.#cancelReturn?.();
    this.#cancelReturn = undefined;
  }

  #request(now: number, { normal, background }: WaitingCalls): RateLimitStoreRequest {
    // Calls that arrive one by one get a block, which grows the faster they arrive. A queue takes what it needs.
    if (normal + background > 0) {
      this.#block = normal === 1 && now - this.#grantedAt < 1000 ? Math.min(2 * this.#block, largestBlock) : 1;
    }
    const { available } = this;
    const block = normal === 0 ? 0 : Math.max(normal, this.#block);
    return {
      ...reportOf(this.#budget, now),
      process: this.#process,
      generation: this.#generation,
      wanted: Math.max(0, block - available),
      background: Math.max(0, background - Math.max(0, available - block)),
      available,
      sent: this.#sent,
      sentNormal: this.#sentNormal,
      rolledOver: this.#budget.rollovers !== this.#rollovers,
      probeFailed: this.#budget.failedProbes !== this.#failedProbes,
      processes: this.#processes,
    };
  }

  #apply(reply: RateLimitStoreReply, request: RateLimitStoreRequest): void {
    const now = this.#timing.now();
    this.outage = undefined;
    this.#retryDelay = retryDelay.first;
    this.#lastReply = reply;
    this.#processes = reply.processes;
    this.#held = request.available + request.inFlight + reply.granted;
    const isNew = reply.generation !== this.#generation;
    if (isNew) {
      this.available = 0;
      this.#sent = request.inFlight + Number(request.rolledOver);
      this.#sentNormal = 0;
    }
    this.#generation = reply.generation;
    this.available += reply.granted;
    const asked = request.wanted + request.background;
    if (reply.granted > 0 && reply.granted === asked) this.#grantedAt = now;
    this.isProbe = reply.granted > 0 && reply.boundaryIn === 0;
    adopt(this.#budget, now, reply, isNew);

    if (this.isProbe) {
      this.#syncAt = now + 1000;
    } else if (reply.granted === 0 && reply.nextSyncIn === 0 && asked > 0) {
      this.#syncAt = now + this.#pollDelay;
      this.#pollDelay = Math.min(2 * this.#pollDelay, pollDelay.longest);
      return;
    } else {
      this.#syncAt = now + reply.nextSyncIn;
    }
    this.#pollDelay = pollDelay.first;
  }

  #fail(error: unknown): void {
    if (this.outage === undefined) {
      this.outage = { error };
      if (this.#lastReply !== undefined) detach(this.#budget, this.#lastReply);
    }
    this.available = 0;
    this.#held = undefined;
    this.#syncAt = this.#timing.now() + this.#retryDelay;
    this.#retryDelay = Math.min(2 * this.#retryDelay, retryDelay.longest);
  }
}
