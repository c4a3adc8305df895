import type { RateLimitInfo } from '../errors/index.ts';
import { backoff } from '../utils/timing.ts';
import { resetJitter, type ResponseFacts } from './headers.ts';
import { OwnPart } from './own-part.ts';
import { Probe } from './probe.ts';
import { SentLog } from './sent-log.ts';
import { ServerClock } from './server-clock.ts';

/** The documented limit, assumed until the API announces another one. */
const documented = { limit: 100, length: 60_000 };

/** Milliseconds by which the end of a window is put off when a request shows that it is not over. Doubles each time. */
const delayOfEnd = { first: 500, max: 60_000 };

/** Requests in flight at once, at most: as many as the documented limit. */
const maxInFlight = 100;

/** A request, as its window counts it. */
export interface WindowRequest {
  readonly sentAt: number;
  /** The window in which it was sent, or the next one if it was sent while none was known. */
  readonly window: number;
}

/** What matters, besides the window, when the next request may be sent. */
export interface Demand {
  /** True if other calls wait. */
  readonly isBacklog: boolean;
  /** Sends it now, without waiting for what requests in flight may show. */
  readonly isUrgent: boolean;
}

/** A window that another process saw: `reset` in epoch seconds on the API's clock, `timeLeft` in milliseconds. */
export interface SeenWindow {
  readonly limit: number;
  readonly used: number;
  readonly reset: number;
  readonly timeLeft: number;
}

/**
 * The window that the API announces. What is left is the smaller of two numbers: the announced rest minus the requests in
 * flight, and the limit minus the requests sent. While no window is known, one request at a time finds out.
 */
export class RateWindow {
  limit = documented.limit;
  /** Milliseconds from its beginning to its end, as far as known. */
  length = documented.length;
  inFlight = 0;
  /** When the window ends, or the last known one did: epoch seconds on the API's clock. */
  reset: number | undefined;
  /** Windows that the API has announced to this process. */
  announced = 0;
  /** How often a request that was sent after the end of a window was refused, because it had not ended. */
  failedProbes = 0;
  /** Requests of this client that were admitted in the window, or had no response. */
  own = 0;
  /** Paces requests while no window is known, or requests fail. */
  readonly probe = new Probe();
  #assumedLength = documented.length;
  #endsAt = -Infinity;
  readonly #clock = new ServerClock();
  /** Milliseconds after `reset` at which windows have turned out to end. */
  #lateBy = 0;
  /** How often the end of this window was put off. */
  #postponed = 0;
  /** The number of the window, also counting those that only another process saw. */
  #number = 0;
  /** Requests of this client since the window was over, which count in the next one: replicas lag behind. */
  #countedSince = 0;
  /** As announced; `Infinity` once the API has refused a request because of it. */
  #used = 0;
  /** `reset` from the first response about this window. A token bucket moves it later with every response. */
  #firstReset = -Infinity;
  /** Milliseconds that the last response to a probe has taken. */
  #probeLatency = 0;
  readonly #ownPart = new OwnPart();
  /** Empty once the API announces windows. */
  readonly #log = new SentLog();

  /** Sets what is assumed until the API announces a window. */
  assume(limit: number | undefined, length: number | undefined): void {
    if (this.reset !== undefined) return;
    this.limit = limit ?? this.limit;
    this.length = this.#assumedLength = length ?? this.#assumedLength;
  }

  /** Requests used, as announced. */
  get used(): number {
    return Math.min(this.#used, this.limit);
  }

  /** Requests that were sent in the window, as far as known: those in flight may belong to it. */
  get sentCount(): number {
    return this.own + this.inFlight;
  }

  /** True if a window is known, or was. */
  get wasKnown(): boolean {
    return this.#number > 0;
  }

  /** True if the API announces none, and the configured one is assumed. */
  get isUnannounced(): boolean {
    return this.wasKnown && this.reset === undefined;
  }

  /** True if no window is known: the last one is over, or there was none. */
  isOver(now: number): boolean {
    return now >= this.#endsAt;
  }

  /** Milliseconds until it is over; 0 while none is known. */
  timeLeft(now: number): number {
    return Math.max(0, this.#endsAt - now);
  }

  /** Requests that may be sent, as far as known. */
  remaining(now: number): number {
    const used = this.isOver(now) ? 0 : Math.max(this.used, this.own);
    return Math.max(0, this.limit - used - this.inFlight);
  }

  /**
   * When the next request may be sent.
   *
   * @param isShared True if a store divides the window.
   */
  readyAt(now: number, { isBacklog, isUrgent }: Demand, isShared: boolean): number {
    const allowedAt = this.isUnannounced ? this.#log.readyAt(now, this.inFlight, this.limit, this.length) : now;
    const isOver = this.isOver(now);
    // Where a probe takes longer than half a window, its result is outdated when it arrives.
    if (isOver && !isUrgent && this.#probeLatency < this.#assumedLength / 2)
      return Math.max(allowedAt, this.probe.readyAt(isBacklog));
    const left = isOver ? this.limit : this.limit - Math.max(this.used, this.own);
    if (left <= 0) return this.#endsAt;
    // While requests fail, one is tried beside those in flight, which may take long, if the window has one left.
    if (this.probe.isFailing && isBacklog && this.inFlight < left)
      return Math.max(allowedAt, this.probe.readyAt(isBacklog));
    const part = isShared || isUrgent ? 1 : this.#ownPart.fraction(this.own, this.used);
    if (this.inFlight < Math.min(Math.max(1, Math.ceil(part * left)), maxInFlight)) return allowedAt;
    return isOver ? Infinity : this.#endsAt;
  }

  /** Predicts the milliseconds until so many requests have been sent; 0 if responses on their way may allow them all. */
  delay(now: number, requests: number): number {
    const isOver = this.isOver(now);
    const excess = requests - (isOver ? this.remaining(now) : this.limit - Math.max(this.used, this.sentCount));
    if (excess <= 0) return 0;
    const windows = Math.ceil(excess / Math.max(1, this.limit));
    return (isOver ? this.length : this.#endsAt - now) + (windows - 1) * this.length;
  }

  /** A request is sent. Returns it, as the window counts it. */
  sent(now: number): WindowRequest {
    const isProbe = this.isOver(now);
    if (isProbe || this.probe.isFailing) this.probe.sent(now);
    this.inFlight += 1;
    return { sentAt: now, window: this.#number + (isProbe ? 1 : 0) };
  }

  /**
   * A request got no response.
   *
   * @param mayCount True if it may have reached the API, which then has counted it.
   * @param failedAt When it failed, unless the caller gave it up.
   */
  recordLoss(request: WindowRequest, mayCount: boolean, failedAt?: number): void {
    this.#end(request);
    // The next call gets the place of one that was not sent, and would fail as fast.
    if (failedAt !== undefined && (!mayCount || request.window > this.#number))
      this.probe.failed(failedAt, request.sentAt);
    if (mayCount) this.#count(request);
  }

  #end(request: WindowRequest): void {
    this.inFlight -= 1;
    if (request.window > this.#number || this.probe.isFailing) this.probe.ended();
  }

  /**
   * Takes in a response.
   *
   * @param isTokenRefused True if the API refuses requests that the window has left.
   * @returns true if it is a refusal that the window explains.
   */
  recordResponse(now: number, request: WindowRequest, response: ResponseFacts, isTokenRefused: boolean): boolean {
    const { isRefusal, isFailure, isAdmission, report } = response;
    this.#end(request);
    if (isAdmission) this.probe.admitted(request.sentAt);
    const isProbe = request.window > this.#number && this.isOver(now);
    if (isProbe) this.#probeLatency = now - request.sentAt;
    if (isFailure && (isProbe || isTokenRefused || this.probe.isFailing))
      this.probe.failed(now, request.sentAt, response.wait);
    if (report !== undefined) this.#learn(now, request.sentAt, response, report, isProbe && !isRefusal);
    else if (this.reset === undefined && isAdmission && this.isOver(now)) this.#begin(now, 0);
    const isWindowUsedUp = isRefusal && report?.remaining === 0;
    if (isWindowUsedUp) this.#exhaust(now, request, isProbe);
    if (!isRefusal) this.#count(request);
    return isWindowUsedUp;
  }

  /** @param isNew It is the response to an admitted probe, so that any later `reset` is that of a new window. */
  #learn(now: number, sentAt: number, response: ResponseFacts, report: RateLimitInfo, isNew: boolean): void {
    const { limit, remaining, reset } = report;
    const later = reset - this.#firstReset;
    const used = limit - remaining;
    if (later > (isNew ? 0 : resetJitter)) {
      this.#clock.restart(now, sentAt, response, reset, this.#assumedLength);
      this.#open(now, limit, used, reset);
      this.announced += 1;
    } else if (later >= -resetJitter) {
      // An earlier one is that of a replica that lags behind.
      this.#clock.observe(now, sentAt, response);
      this.reset = Math.max(this.reset ?? 0, reset);
      // Of two responses about one window, the one with more used is the newer.
      if (used >= this.#used) this.limit = limit;
      this.#used = Math.max(this.#used, used);
      this.#updateEnd();
    }
  }

  /**
   * Takes over what another process saw. A window before the known one is ignored. Of the same one, the higher use and
   * the store's end apply. Of a newer one, the requests in flight count as sent.
   */
  adopt(now: number, { limit, used, reset, timeLeft }: SeenWindow): void {
    const later = reset - this.#firstReset;
    if (later < -resetJitter) return;
    // So that the window ends in `timeLeft`.
    this.#clock.adopt(reset * 1000 + this.#lateBy - now - timeLeft);
    if (later > resetJitter) this.#open(now, limit, used, reset);
    this.#used = Math.max(this.#used, used);
    this.#endsAt = now + timeLeft;
  }

  #count({ sentAt, window }: WindowRequest): void {
    if (this.reset === undefined) this.#log.add(sentAt, this.length);
    if (window === this.#number) this.own += 1;
    else if (window > this.#number) this.#countedSince += 1;
  }

  #open(now: number, limit: number, used: number, reset: number): void {
    // The first one may be nearly over when it is seen, and several may have passed since the last one.
    const sinceLast = (reset - this.#firstReset) * 1000;
    this.limit = limit;
    this.reset = this.#firstReset = reset;
    this.#log.clear();
    this.#begin(now, used);
    this.#updateEnd();
    this.length = Math.max(Math.min(sinceLast, this.length), this.#endsAt - now);
  }

  #begin(now: number, used: number): void {
    this.#number += 1;
    this.#ownPart.begin(this.own, this.used, used);
    this.#postponed = 0;
    // The API has counted no more of them than this.
    this.own = Math.max(0, Math.min(this.#countedSince, used - 1));
    this.#countedSince = 0;
    this.#used = used;
    this.#endsAt = now + this.#assumedLength;
  }

  #updateEnd(): void {
    const { ahead } = this.#clock;
    if (ahead === undefined || this.reset === undefined) return;
    this.#endsAt = this.reset * 1000 - ahead + this.#lateBy;
  }

  /** The window is used up. A probe shows that it has not ended. */
  #exhaust(now: number, { window }: WindowRequest, isProbe: boolean): void {
    if (window >= this.#number) this.#used = Infinity;
    if (!isProbe || window <= this.#number) return;
    this.failedProbes += 1;
    if (!this.isOver(now)) return; // Its response has shown when it ends.
    const announcedEnd = this.#endsAt - this.#lateBy;
    this.#endsAt = now + backoff(delayOfEnd, this.#postponed);
    this.#postponed += 1;
    this.#lateBy = Math.min(this.#endsAt - announcedEnd, delayOfEnd.max);
  }
}
