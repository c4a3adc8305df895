import { type BudgetShare, ObservedShare } from './budget-share.ts';
import type { Answer, ReportedBudget } from './headers.ts';
import type { RateLimitSnapshot } from './limiter.ts';
import { Probes } from './probes.ts';
import { Reserve } from './reserve.ts';
import { SlidingLog } from './sliding-log.ts';
import { announcedWindow, explainsRefusal, merge, relate, unknownWindow, used } from './window.ts';
import type { RateWindow, SentRequest } from './window.ts';
import { isNearlyFull, WindowBoundary } from './window-boundary.ts';

/** Milliseconds for which other clients may be why the API refuses everything. Nothing is believed for longer. */
const longestContention = 3_600_000;

/**
 * How many requests may be sent, and when: the rate limit that the API announces for one token. It has no timer and no
 * queue; the time is passed in, local and monotonic, in milliseconds.
 */
export class Budget {
  inFlight = 0;
  /** Counters of what to report to a store: changes, new windows, and failed boundary probes. */
  revision = 0;
  rollovers = 0;
  failedProbes = 0;
  /** Set by {@link available}: when more will be available if nothing else happens. */
  wakeAt = Infinity;
  /** What background calls leave to normal ones. */
  readonly reserve = new Reserve();
  readonly boundary: WindowBoundary;
  /** Our share of it. */
  share: BudgetShare = new ObservedShare();
  #window: RateWindow;
  #blockedUntil = -Infinity;
  /** Whether the API has answered anything but 429. */
  #wasAdmitted = false;
  readonly #probes = new Probes();
  /** When the API refused the first request since it last admitted one. */
  #refusedSince = Infinity;
  readonly #log = new SlidingLog();

  /** @param length Length of a window in milliseconds. */
  constructor(limit: number, length: number) {
    this.#window = unknownWindow(limit);
    this.boundary = new WindowBoundary(length);
  }

  /** Assumes another limit or window, until the API announces one. */
  assume(limit: number | undefined, length: number | undefined): void {
    if (this.#window.reset !== undefined) return;
    this.#window.limit = limit ?? this.#window.limit;
    if (length !== undefined) this.boundary.assume(length);
  }

  /** Length of a window in milliseconds. */
  get period(): number {
    return this.boundary.period * 1000;
  }

  get limit(): number {
    return this.#window.limit;
  }

  get window(): RateWindow {
    return this.#window;
  }

  /** Another window applies from now on. What was counted without one is included in it. */
  replaceWindow(window: RateWindow): void {
    this.#window = window;
    this.#log.clear();
  }

  /** Until when the API refuses every request. */
  get blockedUntil(): number {
    return this.#blockedUntil;
  }

  /** Sends nothing until then. */
  blockUntil(time: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, time);
  }

  snapshot(now: number): Pick<RateLimitSnapshot, 'limit' | 'remaining' | 'reset'> {
    const reset = this.isExpired(now) ? undefined : this.#window.reset;
    return { limit: this.limit, remaining: this.remaining(now), reset };
  }

  /** Requests left in the current window, as far as known. */
  remaining(now: number): number {
    return this.isExpired(now) ? this.#window.limit : this.#remaining(now);
  }

  /** Whether it knows no more than a new budget. */
  isFresh(now: number): boolean {
    return this.inFlight === 0 && now >= this.#blockedUntil && this.remaining(now) === this.#window.limit;
  }

  /** Predicts the milliseconds until the request at a position of the queue is sent. The first position is 1. */
  delay(now: number, position: number): number {
    const beyond = position - this.remaining(now);
    const blocked = Math.max(0, this.#blockedUntil - now);
    if (beyond <= 0) return blocked;
    const opens = this.isExpired(now) ? this.boundary.length : Math.min(this.#availableAt - now, this.boundary.length);
    return Math.max(blocked, opens) + (Math.ceil(beyond / this.#window.limit) - 1) * this.boundary.length;
  }

  /** Whether the API answers without announcing a limit; `undefined` as long as it has not answered. */
  get isUnannounced(): boolean | undefined {
    return this.#window.reset === undefined && (this.#wasAdmitted || undefined);
  }

  /** Whether the window has ended, so that what was granted in it has expired. */
  isExpired(now: number): boolean {
    return now >= this.boundary.expiresAt;
  }

  /** How many requests may be sent now for `waiting` calls; of those that a store has granted, if it shares the budget. */
  available(now: number, waiting: number, granted?: number): number {
    this.wakeAt = Infinity;
    if (now < this.#blockedUntil) return this.#noneUntil(this.#blockedUntil);
    if (granted !== undefined) return granted > 0 && waiting > granted ? this.#sampleClock(now, granted) : granted;

    const remaining = this.#usable(now);
    const isAtBoundary = this.#isAtBoundary(now, remaining);
    if (remaining === 0 && !isAtBoundary) return this.#noneUntil(this.#availableAt);
    if (isAtBoundary || this.#probes.isProbing) {
      const probes = this.#probes.available(now, remaining);
      if (probes === 0) return this.#noneUntil(this.#probes.nextAt);
      return isAtBoundary ? probes : Math.min(probes, remaining);
    }
    const share = this.share.of(this.#window);
    if (share === 1) return waiting > remaining ? this.#sampleClock(now, remaining) : remaining;
    return Math.min(remaining, Math.max(0, Math.max(1, Math.floor((remaining * share) / 2)) - this.inFlight));
  }

  /** Counts a request that is sent now. */
  send(now: number, isBoundaryProbe = this.#isAtBoundary(now, this.#usable(now))): SentRequest {
    const window = this.#window;
    const isProbe = isBoundaryProbe || this.#probes.isProbing;
    if (isProbe) this.#probes.sent(now);
    const { reset, reported, lost } = window;
    window.own += 1;
    this.inFlight += 1;
    return { window, reset, reported, lost, sentAt: now, isProbe, isBoundaryProbe };
  }

  /** Nothing of the request reached the API. */
  unsent(request: SentRequest): void {
    this.#settle(request);
    this.#window.own -= 1;
  }

  /** The API may have counted the request, but no answer came. */
  lost(request: SentRequest, now: number): void {
    this.#settle(request);
    this.#window.lost += 1;
    if (this.#window.reset === undefined) this.#log.add(now);
  }

  /** The API has answered. */
  answered(request: SentRequest, answer: Answer): void {
    const { now, refused, report } = answer;
    this.#settle(request);
    this.boundary.readClock(this.#window, request.sentAt, now, answer.date);
    const isCurrent = report === undefined || this.#reported(request, answer, report);
    if (report === undefined) this.#unreported(request, now, refused);
    this.#wasAdmitted ||= !refused;
    this.#refusedSince = refused ? Math.min(this.#refusedSince, now) : Infinity;
    if (!refused && request.isProbe) this.#probes.admitted();
    if (refused && isCurrent && explainsRefusal(request, report)) this.#block(request, answer);
    this.boundary.update(this.#window);
  }

  /** Whether a refusal proves that others have used up the window: the API reports more requests used than we sent. */
  isContended(request: SentRequest, now: number, report: ReportedBudget): boolean {
    const sent = Math.min(request.window.own, this.#window.own);
    return report.remaining === 0 && sent < report.limit && now - this.#refusedSince <= longestContention;
  }

  #usable(now: number): number {
    const remaining = this.#remaining(now);
    return this.share.usable?.(remaining, this.#window) ?? remaining;
  }

  #remaining(now: number): number {
    const { limit, reset } = this.#window;
    if (reset !== undefined) return Math.max(0, limit - used(this.#window, this.inFlight));
    return Math.max(0, limit - this.inFlight - this.#log.count(now, this.period));
  }

  get #availableAt(): number {
    return Math.min(this.boundary.probeAt, this.#log.expiresAt(this.period));
  }

  #isAtBoundary(now: number, remaining: number): boolean {
    return now >= this.boundary.probeAt && (remaining === 0 || this.isExpired(now));
  }

  #noneUntil(time: number): 0 {
    this.wakeAt = time;
    return 0;
  }

  #sampleClock(now: number, remaining: number): number {
    const { available, wakeAt } = this.boundary.sampleClock(now, remaining, this.inFlight);
    this.wakeAt = wakeAt;
    return available;
  }

  #settle(request: SentRequest): void {
    this.inFlight -= 1;
    if (request.isProbe) this.#probes.settled();
  }

  /** Takes in what the response reports. Returns `false` if the report is out of date. */
  #reported(request: SentRequest, { now, refused, isFromCache }: Answer, report: ReportedBudget): boolean {
    const limit = Math.max(1, report.limit);
    const reported = Math.max(0, limit - report.remaining);
    const { relative } = report;
    const reset = relative ? this.boundary.secondsFromNow(report.reset, now) : report.reset;
    if (report.window !== undefined && report.window > 0) this.boundary.period = report.window;

    const window = this.#window;
    // An admitted request uses up one; a refused one may not.
    const relation = relate(window, reset, refused ? reported + 1 : reported, request, isFromCache);
    if (relation === 'newer') {
      this.boundary.rolledOver(window, now, reset, reported);
      if (request.isProbe) this.share.ended?.(window);
      const own = this.inFlight + (refused ? 0 : 1);
      this.replaceWindow(announcedWindow({ limit, reset, relative, reported, own }, request, now));
      if (window.reset !== undefined) this.rollovers += 1;
      this.revision += 1;
    } else {
      if (refused || relation === 'older') window.own -= 1;
      if (relation === 'older') return false;
      merge(window, limit, reported, request);
      window.reset = Math.max(window.reset ?? 0, reset);
      if (request.isBoundaryProbe) this.#probeFailed(request, refused && request.window === window);
    }
    if (request.isBoundaryProbe && isNearlyFull(reported, limit)) {
      const isNewer = relation === 'newer' && window.reset !== undefined;
      const isSameWindow = reset <= (window.reset ?? 0) + 1;
      this.boundary.probedFull(isNewer, isSameWindow, refused);
    }
    if (reported >= limit) this.#window.retryAt = Math.min(this.#window.retryAt, this.boundary.refillsAt(now, limit));
    if (reported === 1 && !refused) this.#window.start ??= [request.sentAt, now];
    return true;
  }

  /** Takes in an answer that reports nothing. */
  #unreported(request: SentRequest, now: number, refused: boolean): void {
    if (this.#window.reset === undefined) {
      if (!refused) this.#log.add(now);
    } else if (refused) {
      this.#window.own -= 1;
      if (request.isBoundaryProbe) this.#probeFailed(request, false);
    } else if (request.isBoundaryProbe && request.sentAt >= this.boundary.expiresAt) {
      this.replaceWindow(unknownWindow(this.limit));
      this.#log.add(now);
    }
  }

  #probeFailed(request: SentRequest, refused: boolean): void {
    this.boundary.probeFailed(this.#window, request.sentAt, refused);
    this.failedProbes += 1;
    this.revision += 1;
  }

  /** The budget is used up: nothing is sent until it is likely to be there again, and then one probe. */
  #block(request: SentRequest, { now, wait }: Answer): void {
    // The other refusals of the same burst say nothing new.
    if (request.sentAt < this.#blockedUntil) return;
    this.#probes.restart();
    this.revision += 1;
    this.boundary.update(this.#window);
    // If they are only a rounding apart, `Retry-After` repeats the `reset`.
    if (wait === undefined || Math.abs(now + wait - this.boundary.probeAt) <= 1500) return;
    if (now + wait > this.boundary.probeAt) this.blockUntil(now + wait);
    else this.#window.retryAt = now + wait;
  }
}
