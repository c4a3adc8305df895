import type { Priority } from '../rate-limit/priority.ts';
import type { SharedWindow, WaitingCalls } from '../rate-limit/share.ts';
import type { RateLimitStoreReply, RateLimitStoreRequest } from './store.ts';

/** Counts the requests that this process may send in the shared window, and decides when to sync with the store. */
export class AvailableRequests {
  readonly #window: SharedWindow;
  readonly #waiting: WaitingCalls;
  readonly #process = Math.random().toString(36).slice(2, 10);
  #count = { normal: 0, background: 0 };
  /** True if the available request was granted after the end of the window, as a probe of the next one. */
  #isProbe = false;
  /** Counts of the window at the last successful sync. */
  #seen = { announced: 0, failedProbes: 0 };
  /** Requests that the store counts as available or in flight. */
  #held = 0;
  /** Waiting calls that the last sync granted no request for. */
  #missingAtSync: WaitingCalls = { normal: 0, background: 0 };
  #processes = 1;
  #nextSyncAt = -Infinity;

  constructor(window: SharedWindow, waiting: WaitingCalls) {
    this.#window = window;
    this.#waiting = waiting;
  }

  /** What is left of an equal part of the window, for while the store is unavailable. */
  get leftOfEqualPart(): number {
    const { limit, sentCount } = this.#window;
    return Math.max(1, Math.floor(limit / this.#processes)) - sentCount;
  }

  /** True if the store doesn't know yet that requests were used or are not needed. */
  get isReportDue(): boolean {
    const { normal, background } = this.#sendable;
    const isSpare = this.#count.normal > normal || this.#count.background > background;
    return isSpare || this.#total + this.#window.inFlight !== this.#held;
  }

  has(now: number, priority: Priority): boolean {
    this.#checkWindow(now);
    return this.#count[priority] > 0;
  }

  /** Takes one of the available requests. If there are none, the process paces itself, and nothing changes. */
  take(priority: Priority): void {
    this.#count[priority] = Math.max(0, this.#count[priority] - 1);
  }

  /** When to sync next. */
  get nextSyncAt(): number {
    const { announced, failedProbes } = this.#window;
    // Other processes wait to learn the result of a probe.
    if (announced !== this.#seen.announced || failedProbes !== this.#seen.failedProbes) return -Infinity;
    const { normal, background } = this.#missing;
    const isNew =
      (normal > 0 && this.#missingAtSync.normal === 0) || (background > 0 && this.#missingAtSync.background === 0);
    if (isNew) return -Infinity;
    return this.#waiting.normal + this.#waiting.background > 0 ? this.#nextSyncAt : Infinity;
  }

  /**
   * Asks for what the waiting calls need, and gives back the rest. Returns the request and a function that applies the
   * reply.
   *
   * @param wasOut True if the store was unavailable.
   */
  prepareSync(
    now: number,
    wasOut: boolean,
  ): [RateLimitStoreRequest, (now: number, reply: RateLimitStoreReply) => void] {
    this.#checkWindow(now);
    this.#count = {
      normal: Math.min(this.#count.normal, this.#sendable.normal),
      background: Math.min(this.#count.background, this.#sendable.background),
    };
    const { inFlight, sentCount, limit, used, reset = 0, announced, failedProbes } = this.#window;
    const available = this.#total;
    const { normal, background } = this.#missing;
    const request = {
      process: this.#process,
      processes: this.#processes,
      normal,
      background,
      available,
      inFlight,
      sent: sentCount,
      limit,
      used,
      reset,
      timeLeft: Math.ceil(this.#window.timeLeft(now)),
      probeFailed: failedProbes !== this.#seen.failedProbes,
      wasOut,
    };
    return [
      request,
      (answeredAt, reply) => {
        // Only once the reply has come: if a sync fails, the next one has to report the same.
        this.#seen = { announced, failedProbes };
        this.#held = available + inFlight + reply.normal + reply.background;
        this.#missingAtSync = { normal: normal - reply.normal, background: background - reply.background };
        const known = this.#window.reset;
        if (reply.reset > 0) this.#window.adopt(answeredAt, reply);
        if (this.#window.reset !== known) this.#giveUp();
        this.#isProbe = reply.timeLeft === 0;
        this.#count.normal += reply.normal;
        this.#count.background += reply.background;
        this.#processes = reply.processes;
        this.#nextSyncAt = answeredAt + reply.nextSyncIn;
      },
    ];
  }

  get #total(): number {
    return this.#count.normal + this.#count.background;
  }

  /** Drops the available requests if their window is over. */
  #checkWindow(now: number): void {
    const isOver = this.#window.timeLeft(now) === 0;
    if ((isOver && !this.#isProbe) || this.#window.announced !== this.#seen.announced) this.#giveUp();
  }

  #giveUp(): void {
    this.#count = { normal: 0, background: 0 };
  }

  /** Waiting calls that could be sent: only one while requests fail. */
  get #sendable(): WaitingCalls {
    const { normal, background } = this.#waiting;
    if (!this.#window.probe.isFailing) return { normal, background };
    return { normal: Math.min(1, normal), background: normal > 0 ? 0 : Math.min(1, background) };
  }

  /** Waiting calls that no request is available for. */
  get #missing(): WaitingCalls {
    const { normal, background } = this.#sendable;
    return {
      normal: Math.max(0, normal - this.#count.normal),
      background: Math.max(0, background - this.#count.background),
    };
  }
}
