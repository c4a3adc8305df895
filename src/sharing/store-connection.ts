import { resetJitter } from '../rate-limit/headers.ts';
import type { LimiterObserver } from '../rate-limit/observers.ts';
import type { Priority } from '../rate-limit/limited-call.ts';
import { connectLimiter, type ConnectStore, type Share, type SharedLimiter } from '../rate-limit/share.ts';
import type { RateWindow } from '../rate-limit/window.ts';
import { callable, type KeysOf } from '../utils/arguments.ts';
import { hexDigest } from '../utils/runtime.ts';
import { backoff, withTimeout } from '../utils/timing.ts';
import type { Counts, Grant, Report } from './step.ts';
import type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';

/** Milliseconds to wait for the store before the process paces itself. */
const syncTimeout = 1_000;

/** Milliseconds after which to tell the store what was used, and what is not needed. */
const reportDelay = 250;

/** Milliseconds between syncs with an unavailable store: at first, and at most. */
const retryDelay = { first: 1_000, max: 30_000 };

/** Milliseconds for each process by which syncs are spread at random, so that not all write at the same moment. */
const spread = 5;

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
  const connect: ConnectStore = (key, limiter) => new StoreConnection(sync, key, limiter);
  return { sync, [connectLimiter]: connect };
}

/** Shares a limiter's window through a store. While the store is unavailable, the process uses an equal part. */
class StoreConnection implements Share {
  readonly #sync: RateLimitStore['sync'];
  readonly #limiter: SharedLimiter;
  readonly #window: RateWindow;
  readonly #key: Promise<string>;
  readonly #process = Math.random().toString(36).slice(2, 10);
  /** Granted requests that this process has not sent. */
  #available: Counts = { normal: 0, background: 0 };
  /** What the store knew after the last sync: the window, failed probes, requests in use, and calls without one. */
  #known = { reset: 0, failedProbes: 0, outstanding: 0, arrived: 0, missing: { normal: 0, background: 0 } };
  #processes = 1;
  #nextSyncAt = -Infinity;
  #isSyncing = false;
  #willReport = false;
  /** Set while the store is unavailable. */
  #unavailable: { readonly failures: number; readonly error: unknown } | undefined;
  /** The clients that know that it is unavailable. */
  readonly #notified = new Set<LimiterObserver>();

  constructor(sync: RateLimitStore['sync'], key: string, limiter: SharedLimiter) {
    this.#sync = sync;
    this.#key = hexDigest(key);
    this.#limiter = limiter;
    this.#window = limiter.window;
  }

  readyAt(now: number, priority: Priority): number | undefined {
    const { isHidden, limit, ownCount, inFlight } = this.#window;
    if (isHidden) return undefined;
    if (this.#unavailable) {
      const isLeft = Math.max(1, Math.floor(limit / this.#processes)) > ownCount + inFlight;
      return isLeft || this.#window.isOver(now) ? undefined : now + this.#window.timeLeft(now);
    }
    return this.#available[priority] > 0 ? now : Infinity;
  }

  take(priority: Priority): void {
    this.#available[priority] = Math.max(0, this.#available[priority] - 1);
  }

  update(now: number): number {
    this.#notifyUnavailable();
    if (this.#isSyncing || this.#window.isHidden) return Infinity;
    this.#reportSoon();
    const next = this.#unavailable || !this.#isUrgent ? this.#nextSyncAt : now;
    const { normal, background } = this.#missing;
    const isIdle = normal + background === 0 && !this.#isUrgent && !this.#unavailable;
    if (isIdle || next > now) return isIdle ? Infinity : next;
    void this.#syncOnce();
    return Infinity;
  }

  /** True if other processes wait for what this one knows, or calls wait that the store doesn't know of. */
  get #isUrgent(): boolean {
    const { reset, failedProbes, missing } = this.#known;
    if ((this.#window.reset ?? 0) > reset + resetJitter || failedProbes !== this.#window.failedProbes) return true;
    const { normal, background } = this.#missing;
    return (normal > 0 && missing.normal === 0) || (background > 0 && missing.background === 0);
  }

  /** Waiting calls that could be sent: only one while requests fail. */
  get #sendable(): Counts {
    const { normal, background } = this.#limiter.queue;
    if (!this.#limiter.outage.isFailing) return { normal, background };
    return { normal: Math.min(1, normal), background: normal > 0 ? 0 : Math.min(1, background) };
  }

  /** Waiting calls that no request is available for. */
  get #missing(): Counts {
    const { normal, background } = this.#sendable;
    const available = this.#available;
    return {
      normal: Math.max(0, normal - available.normal),
      background: Math.max(0, background - available.background),
    };
  }

  /** True if the store doesn't know yet that requests were used or are not needed. */
  get #isReportDue(): boolean {
    const { normal, background } = this.#available;
    const isSpare = normal > this.#sendable.normal || background > this.#sendable.background;
    const { inFlight, arrived } = this.#window;
    return isSpare || normal + background + inFlight !== this.#known.outstanding || arrived !== this.#known.arrived;
  }

  /** Syncs after `reportDelay`, unless something else has by then. The timer doesn't keep the process alive. */
  #reportSoon(): void {
    if (this.#willReport || this.#unavailable || !this.#isReportDue) return;
    this.#willReport = true;
    const report = () => {
      this.#willReport = false;
      if (this.#isReportDue && !this.#isSyncing && !this.#unavailable) void this.#syncOnce();
    };
    this.#limiter.timing.after(reportDelay, report, true);
  }

  async #syncOnce(): Promise<void> {
    this.#isSyncing = true;
    try {
      const key = await this.#key;
      // Built afterwards, so that it covers calls that have arrived meanwhile.
      const request = this.#report(this.#limiter.timing.now());
      const { failedProbes } = this.#window;
      // The user's function, so it may return anything.
      const synced = Promise.resolve(this.#sync(key, request as unknown as RateLimitStoreRequest));
      const reply = checkReply(await withTimeout(synced, syncTimeout, 'The rate-limit store'));
      this.#unavailable = undefined;
      this.#apply(failedProbes, request, reply);
      for (const observer of this.#notified) observer.onStoreChange({ available: true });
      this.#notified.clear();
    } catch (error) {
      const failures = this.#unavailable?.failures ?? 0;
      this.#unavailable = { failures: failures + 1, error };
      this.#nextSyncAt = this.#limiter.timing.now() + backoff(retryDelay, failures);
    }
    this.#isSyncing = false;
    this.#limiter.dispatch();
  }

  /** Asks for what the waiting calls need, and gives back the rest. */
  #report(now: number): Report {
    const { normal, background } = this.#sendable;
    this.#available = {
      normal: Math.min(this.#available.normal, normal),
      background: Math.min(this.#available.background, background),
    };
    const { inFlight, ownCount, arrived, limit, used, reset = 0, failedProbes } = this.#window;
    return {
      process: this.#process,
      ...this.#missing,
      available: this.#available.normal + this.#available.background,
      inFlight,
      sent: ownCount + inFlight,
      arrived,
      limit,
      used,
      reset,
      timeLeft: Math.ceil(this.#window.timeLeft(now)),
      probeFailed: failedProbes !== this.#known.failedProbes,
    };
  }

  #apply(failedProbes: number, asked: Report, reply: Grant): void {
    const now = this.#limiter.timing.now();
    const { normal, background, reset, processes, nextSyncIn } = reply;
    const missing = { normal: asked.normal - normal, background: asked.background - background };
    const outstanding = asked.available + asked.inFlight + normal + background;
    if (reset > 0) this.#window.adopt(now, reply);
    // The store ignores a window that is over.
    this.#known = { reset: Math.max(reset, asked.reset), failedProbes, outstanding, arrived: asked.arrived, missing };
    this.#available.normal += normal;
    this.#available.background += background;
    this.#processes = processes;
    this.#nextSyncAt = now + nextSyncIn + Math.random() * spread * processes;
  }

  /** Tells each client once, including clients whose calls begin while it is unavailable. */
  #notifyUnavailable(): void {
    if (this.#unavailable === undefined) return;
    const { error } = this.#unavailable;
    for (const observer of this.#limiter.observers) {
      if (this.#notified.has(observer)) continue;
      this.#notified.add(observer);
      observer.onStoreChange({ available: false, error });
    }
  }
}

const grantFields = ['normal', 'background', 'limit', 'used', 'reset', 'timeLeft', 'processes', 'nextSyncIn'] as const;
grantFields satisfies KeysOf<Omit<Grant, 'arrivedBefore'>, typeof grantFields>;

/** Checks a reply. The user's own store may return anything, and without numbers, calls would wait forever. */
function checkReply(reply: RateLimitStoreReply): Grant {
  const grant = reply as unknown as Partial<Grant> | null | undefined;
  const areNumbers = grantFields.every((field) => Number.isFinite(grant?.[field]) && Number(grant?.[field]) >= 0);
  if (areNumbers && Array.isArray(grant?.arrivedBefore)) return grant as Grant; // All fields were just checked.
  throw new Error("The rate-limit store's reply is not what rateLimitStep() returned as `reply`.");
}
