import type { LimiterObserver } from '../rate-limit/observers.ts';
import type { Priority } from '../rate-limit/priority.ts';
import type { ConnectStore, Share, SharedWindow, ShareHost } from '../rate-limit/share.ts';
import { backoff, type Timing } from '../utils/timing.ts';
import { callable, type KeysOf } from '../utils/arguments.ts';
import { hexDigest } from '../utils/digest.ts';
import { AvailableRequests } from './available-requests.ts';
import type { RateLimitStore, RateLimitStoreReply } from './store.ts';

/** Milliseconds to wait for the store before the process paces itself. */
const syncTimeout = 1_000;

/** Milliseconds after which to tell the store what was used, and what is not needed. */
const reportDelay = 250;

/** Milliseconds between syncs with an unavailable store: at first, and at most. */
const retryDelay = { first: 1_000, max: 30_000 };

/**
 * Creates a store on a database of your own.
 *
 * @param sync Reads the state of a key, passes it to `rateLimitStep`, and writes the new state, in one transaction.
 * @throws {InvalidRequestError} when `sync` is not a function.
 *
 * @example
 * const states = new Map<string, string>();
 * const store = createRateLimitStore(async (key, request) => {
 *   const { state, reply } = rateLimitStep(states.get(key), request, Date.now());
 *   states.set(key, state);
 *   return reply;
 * });
 */
export function createRateLimitStore(sync: RateLimitStore['sync']): RateLimitStore {
  callable('sync', sync);
  const connectLimiter: ConnectStore = (...internals) => new StoreConnection(sync, ...internals);
  return { sync, connectLimiter };
}

/** Shares a limiter's window through a store. While the store is unavailable, the process uses an equal part. */
class StoreConnection implements Share {
  readonly #sync: RateLimitStore['sync'];
  readonly #key: Promise<string>;
  readonly #window: SharedWindow;
  readonly #timing: Timing;
  readonly #host: ShareHost;
  readonly #available: AvailableRequests;
  #isSyncing = false;
  #willReport = false;
  /** Set while the store is unavailable: when to try again, and the delay that led there. */
  #outage: { readonly retryAt: number; readonly failures: number; readonly error: unknown } | undefined;
  /** The clients that know of the outage. */
  readonly #notified = new Set<LimiterObserver>();

  constructor(sync: RateLimitStore['sync'], ...[key, window, waiting, timing, host]: Parameters<ConnectStore>) {
    this.#sync = sync;
    this.#key = hexDigest('SHA-256', key);
    this.#window = window;
    this.#timing = timing;
    this.#host = host;
    this.#available = new AvailableRequests(window, waiting);
  }

  get isAvailable(): boolean {
    return this.#outage === undefined;
  }

  readyAt(now: number, priority: Priority): number {
    if (this.#window.isUnannounced) return now;
    if (this.isAvailable) return this.#available.has(now, priority) ? now : Infinity;
    return this.#available.leftOfEqualPart > 0 ? now : now + this.#window.timeLeft(now);
  }

  take(priority: Priority): void {
    this.#available.take(priority);
  }

  update(now: number): number {
    this.#reportOutage();
    if (this.#isSyncing || this.#window.isUnannounced) return Infinity;
    if (this.#isReportDue) this.#reportSoon();
    const next = this.#outage?.retryAt ?? this.#available.nextSyncAt;
    if (next > now) return next;
    void this.#syncOnce();
    return Infinity;
  }

  /** True if it's time to tell the store what was used, and what is not needed. */
  get #isReportDue(): boolean {
    return !this.#isSyncing && this.isAvailable && this.#available.isReportDue;
  }

  /** Syncs after `reportDelay`, unless something else has by then. The timer doesn't keep the process alive. */
  #reportSoon(): void {
    if (this.#willReport) return;
    this.#willReport = true;
    this.#timing.after(
      reportDelay,
      () => {
        this.#willReport = false;
        if (this.#isReportDue) void this.#syncOnce();
      },
      true,
    );
  }

  async #syncOnce(): Promise<void> {
    this.#isSyncing = true;
    const wasOut = !this.isAvailable;
    try {
      const apply = await this.#withTimeout(async () => {
        // More calls may arrive while the key is computed. Build the request afterwards, so that it covers them.
        const key = await this.#key;
        const [request, take] = this.#available.prepareSync(this.#timing.now(), wasOut);
        const reply = checkReply(await this.#sync(key, request));
        return (now: number) => take(now, reply);
      });
      this.#outage = undefined;
      apply(this.#timing.now());
      for (const observer of this.#notified) observer.onStoreChange({ available: true });
      this.#notified.clear();
    } catch (error) {
      const failures = this.#outage?.failures ?? 0;
      this.#outage = { retryAt: this.#timing.now() + backoff(retryDelay, failures), failures: failures + 1, error };
    }
    this.#isSyncing = false;
    this.#host.dispatch();
  }

  /** Tells each client once, including clients whose calls begin during the outage. */
  #reportOutage(): void {
    if (this.#outage === undefined) return;
    const { error } = this.#outage;
    this.#host.notify((observer) => {
      if (this.#notified.has(observer)) return;
      this.#notified.add(observer);
      observer.onStoreChange({ available: false, error });
    });
  }

  #withTimeout<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // Two timers, so that a busy process reads a reply that has arrived before the second one fires.
      let cancel = this.#timing.after(syncTimeout / 2, () => {
        cancel = this.#timing.after(syncTimeout / 2, () => {
          reject(new Error(`The rate-limit store did not answer within ${syncTimeout} ms.`));
        });
      });
      // `work` is asynchronous, so it rejects if the store throws.
      work()
        .then(resolve, reject)
        .finally(() => cancel());
    });
  }
}

const replyFields = ['normal', 'background', 'limit', 'used', 'reset', 'timeLeft', 'processes', 'nextSyncIn'] as const;
replyFields satisfies KeysOf<RateLimitStoreReply, typeof replyFields>;

/** Checks a reply. The user's own store may return anything, and without numbers, calls would wait forever. */
function checkReply(reply: Partial<RateLimitStoreReply> | null | undefined): RateLimitStoreReply {
  const isReply = replyFields.every((field) => {
    const value = reply?.[field];
    return Number.isFinite(value) && Number(value) >= (field === 'processes' ? 1 : 0);
  });
  if (isReply) return reply as RateLimitStoreReply; // all fields are there
  throw new Error(
    `The rate-limit store's reply must have ${replyFields.join(', ')}, all of them numbers, and processes at least 1.`,
  );
}
