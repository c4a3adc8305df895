import type { Answer } from './headers.ts';

/** The documented limit, assumed until the API announces another one. */
const documented = { limit: 100, length: 60_000 };

/** Seconds by which the `reset` of one window may differ from answer to answer. */
const jitter = 1.5;

/** Milliseconds by which the end of windows is put off when a request finds that one has not ended: each time, and at most. */
const delayOfEnd = { step: 500, max: 1000 };

/** Milliseconds after which another request is sent to learn of the window, if the last one has brought nothing. */
const patience = 1000;

/** Requests in flight at once, at most: as many as the documented limit. */
const maxInFlight = 100;

/** Milliseconds by which a `Date` may be out of date beside its being rounded down: servers take it from a cache. */
const staleness = 100;

/** A request that was sent, as its window has to know it. */
export interface WindowRequest {
  readonly sentAt: number;
  /** Grows with each request. Two may be sent at the same moment. */
  readonly order: number;
  /** The window in which it was sent, or the next one if it was sent while none was known. */
  readonly turn: number;
}

/** A window that another process saw: `reset` in epoch seconds on the API's clock, `timeLeft` in milliseconds. */
export interface SeenWindow {
  readonly limit: number;
  readonly used: number;
  readonly reset: number;
  readonly timeLeft: number;
}

/**
 * The window that the API announces. Left is the smaller of what was announced less the requests in flight, and of the limit
 * less the requests sent. One request at a time is sent while no window is known, until its answer announces one.
 */
export class RateWindow {
  limit = documented.limit;
  /** Milliseconds from its beginning to its end, as far as known. */
  length = documented.length;
  inFlight = 0;
  /** When the window that is known ends, or the last one that was: epoch seconds on the API's clock. */
  reset: number | undefined;
  /** Windows that the API has announced to this process. */
  turns = 0;
  /** How often a request that was sent after the end of a window was refused, because it had not ended. */
  failedProbes = 0;
  /** Whether the API announces no window, so that there is nothing to share. */
  isUnannounced = false;
  #assumedLength = documented.length;
  #endsAt = -Infinity;
  /** How far the server's clock is ahead of the local one, at least; `undefined` while no `Date` has shown it. */
  #ahead: number | undefined;
  /** Milliseconds after `reset` at which windows have turned out to end. */
  #delay = 0;
  #order = 0;
  /** Windows that are known or were, those that another process saw included. */
  #turn = 0;
  /** Requests that were admitted in the window, or got no answer; and those that were sent since it was over. */
  #counted = 0;
  #countedSince = 0;
  /** As announced; `Infinity` once the API has refused a request because of it. */
  #used = 0;
  /** When the last probe was sent that has brought nothing yet. */
  #probedAt = -Infinity;

  /** What is assumed until the API announces something. */
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
  get sent(): number {
    return this.#counted + this.inFlight;
  }

  /** Whether no window is known: the last one is over, or there was none. */
  isOver(now: number): boolean {
    return now >= this.#endsAt;
  }

  /** Milliseconds until it is over; 0 until an answer announces the next one; `undefined` while none is known. */
  timeLeft(now: number): number | undefined {
    return this.reset === undefined ? undefined : Math.max(0, this.#endsAt - now);
  }

  /** Requests that may be sent, as far as known. */
  remaining(now: number): number {
    const used = this.isOver(now) ? 0 : Math.max(this.used, this.#counted);
    return Math.max(0, this.limit - used - this.inFlight);
  }

  /** When the next request may be sent. */
  readyAt(now: number): number {
    if (this.isOver(now)) return Math.max(now, this.#probedAt + patience);
    if (this.inFlight >= maxInFlight) return Infinity;
    return this.remaining(now) > 0 ? now : this.#endsAt;
  }

  /** Predicts the milliseconds until so many requests have been sent; 0 if answers on their way may allow them all. */
  delay(now: number, requests: number): number {
    const isOver = this.isOver(now);
    const excess = requests - (isOver ? this.remaining(now) : this.limit - Math.max(this.used, this.sent));
    if (excess <= 0) return 0;
    const windows = Math.ceil(excess / Math.max(1, this.limit));
    return (isOver ? this.length : this.#endsAt - now) + (windows - 1) * this.length;
  }

  send(now: number): WindowRequest {
    const isProbe = this.isOver(now);
    if (isProbe) this.#probedAt = now;
    this.inFlight += 1;
    return { sentAt: now, order: ++this.#order, turn: this.#turn + (isProbe ? 1 : 0) };
  }

  /** It did not reach the API. */
  release({ turn }: WindowRequest): void {
    this.inFlight -= 1;
    // Another probe may be sent.
    if (turn > this.#turn) this.#probedAt = -Infinity;
  }

  /** It got no answer. The API may have counted it. */
  recordLoss(request: WindowRequest): void {
    this.release(request);
    this.#count(request);
  }

  /** Takes in an answer. Returns whether it is a refusal that the window explains. */
  recordAnswer(now: number, request: WindowRequest, answer: Answer): boolean {
    const { isRefusal, report, servedAt } = answer;
    this.release(request);
    if (report === undefined) {
      if (this.reset === undefined && answer.isSound && this.isOver(now)) this.#assumeWindow(now);
      if (!isRefusal) this.#count(request);
      return false;
    }
    const ahead = narrow(this.#ahead, servedAt, request.sentAt, now);
    const later = report.reset - (this.reset ?? -Infinity);
    const used = report.limit - report.remaining;
    if (later > jitter || (later < -jitter && ahead !== undefined && report.reset * 1000 > now + ahead)) {
      this.#ahead = narrow(undefined, servedAt, request.sentAt, now);
      this.#open(now, report.limit, used, report.reset);
      this.turns += 1;
    } else if (later < -jitter) {
      // A replica that lags behind may say so of a request that was sent in this window.
      if (!isRefusal && request.turn === this.#turn) this.#count(request);
      return isRefusal;
    } else {
      this.#ahead = ahead;
      this.reset = Math.max(this.reset ?? 0, report.reset);
      // Of two answers about one window, the one with more used is the newer.
      if (used >= this.#used) this.limit = report.limit;
      this.#used = Math.max(this.#used, used);
      this.#updateEnd();
    }
    if (!isRefusal) this.#count(request);
    return isRefusal && report.remaining === 0 && this.#isExplained(now, request);
  }

  /**
   * Takes over what another process saw. A window before the known one is ignored. Of the same one, the higher use and the
   * store's end apply. Of a newer one, the requests in flight count as sent.
   */
  adopt(now: number, { limit, used, reset, timeLeft }: SeenWindow): void {
    const later = reset - (this.reset ?? -Infinity);
    if (later < -jitter) return;
    // So that the window ends in `timeLeft`.
    this.#ahead = reset * 1000 + this.#delay - now - timeLeft;
    if (later > jitter) this.#open(now, limit, used, reset);
    this.#used = Math.max(this.#used, used);
    this.#endsAt = now + timeLeft;
  }

  #count({ turn }: WindowRequest): void {
    if (turn > this.#turn) this.#countedSince += 1;
    else this.#counted += 1;
  }

  #open(now: number, limit: number, used: number, reset: number): void {
    this.isUnannounced = false;
    this.limit = limit;
    this.reset = reset;
    this.#begin(now, used);
    this.#updateEnd();
    // The first one may have begun before.
    const left = this.#endsAt - now;
    this.length = Math.max(1, left, this.turns === 0 ? this.#assumedLength : 0);
  }

  /** The API announces no window. The configured one is assumed. */
  #assumeWindow(now: number): void {
    this.isUnannounced = true;
    this.#begin(now, 0);
  }

  #begin(now: number, used: number): void {
    this.#turn += 1;
    this.#counted = this.#countedSince;
    this.#countedSince = 0;
    this.#used = used;
    this.#endsAt = now + this.#assumedLength;
  }

  #updateEnd(): void {
    if (this.#ahead === undefined || this.reset === undefined) return;
    this.#endsAt = this.reset * 1000 - this.#ahead + this.#delay;
  }

  /** The window is used up. A request that was sent after its end shows that it ends later. */
  #isExplained(now: number, { turn }: WindowRequest): boolean {
    this.#used = Infinity;
    if (turn <= this.#turn || !this.isOver(now)) return true;
    this.failedProbes += 1;
    if (this.#delay >= delayOfEnd.max) return false;
    this.#delay += delayOfEnd.step;
    this.#updateEnd();
    return true;
  }
}

/**
 * How far the server's clock (epoch milliseconds) is ahead of the local monotonic one, at least. A `Date` is the server's
 * time, rounded down to a second, at some moment between `sentAt` and `receivedAt`. The greatest bound is the best one, unless
 * an answer shows that it can't be true: then one of the clocks was set, or runs at another speed.
 */
function narrow(
  known: number | undefined,
  servedAt: number | undefined,
  sentAt: number,
  receivedAt: number,
): number | undefined {
  if (servedAt === undefined) return known;
  const observed = servedAt - receivedAt;
  const max = servedAt + 1000 + staleness - sentAt;
  return known === undefined || known > max ? observed : Math.max(known, observed);
}
