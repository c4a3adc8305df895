import type { Answer } from './headers.ts';
import { narrow } from './server-clock.ts';

/** The documented limit, assumed until the API announces another one. */
const documented = { limit: 100, length: 60_000 };

/** Seconds by which the `reset` of one window may differ from answer to answer. */
const jitter = 1.5;

/** Milliseconds by which the end of windows is put off when a request finds that one has not ended: each time, and at most. */
const delayOfEnd = { step: 500, longest: 1000 };

/** Milliseconds after which another request is sent to learn of the window, if the last one has brought nothing. */
const patience = 1000;

/** Requests in flight at once, at most: as many as the documented limit. */
const mostInFlight = 100;

/** A request that was sent, as its window has to know it. */
export interface WindowRequest {
  readonly sentAt: number;
  /** Grows with each request. Two may be sent at the same moment. */
  readonly order: number;
  /** Whether it was sent while no window was known, or the last one was over. */
  readonly isProbe: boolean;
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
  /** Requests that were sent in the window, those in flight included. */
  sent = 0;
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
  /** Whether the window is over, and `sent` already counts for the next one. */
  #isTurning = false;
  #order = 0;
  /** The last request before `sent` began to count anew. Those in flight were counted in. */
  #countedIn = 0;
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
    const { limit, used, sent, inFlight } = this;
    if (this.isOver(now)) return Math.max(0, limit - (this.#isTurning ? sent : inFlight));
    return Math.max(0, Math.min(limit - used - inFlight, limit - sent));
  }

  /** When the next request may be sent. */
  readyAt(now: number): number {
    if (this.isOver(now)) return Math.max(now, this.#probedAt + patience);
    if (this.inFlight >= mostInFlight) return Infinity;
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
    if (isProbe) {
      if (!this.#isTurning) this.#count(0);
      this.#isTurning = true;
      this.#probedAt = now;
    }
    this.sent += 1;
    this.inFlight += 1;
    return { sentAt: now, order: ++this.#order, isProbe };
  }

  /** It is no longer on its way, and the API may have counted it. If it was a probe, another may be sent. */
  end({ isProbe }: WindowRequest): void {
    this.inFlight -= 1;
    if (isProbe) this.#probedAt = -Infinity;
  }

  /** It did not reach the API. */
  release(request: WindowRequest): void {
    this.end(request);
    this.sent = Math.max(0, this.sent - 1);
  }

  /** Takes in an answer. Returns whether it is a refusal that the window explains. */
  recordAnswer(now: number, request: WindowRequest, answer: Answer): boolean {
    const { isRefusal, report, servedAt } = answer;
    this.end(request);
    if (isRefusal) this.sent = Math.max(0, this.sent - 1);
    if (report === undefined) {
      if (this.reset === undefined && answer.isSound && this.isOver(now)) this.#assumeWindow(now);
      return false;
    }
    const ahead = narrow(this.#ahead, servedAt, request.sentAt, now);
    const later = report.reset - (this.reset ?? -Infinity);
    if (later > jitter || (later < -jitter && ahead !== undefined && report.reset * 1000 > now + ahead)) {
      this.#ahead = narrow(undefined, servedAt, request.sentAt, now);
      this.#open(now, report.limit, report.limit - report.remaining, report.reset, isRefusal ? 0 : 1);
      return isRefusal && report.remaining === 0;
    }
    const isOlder = later < -jitter;
    // It was counted in as a request in flight, and belongs to the window before.
    const isCountedIn = request.order <= this.#countedIn && (isOlder || this.#isTurning);
    if (isCountedIn && !isRefusal) this.sent = Math.max(0, this.sent - 1);
    if (isOlder) return isRefusal;

    this.#ahead = ahead;
    this.reset = Math.max(this.reset ?? 0, report.reset);
    const used = report.limit - report.remaining;
    // Of two answers about one window, the one with more used is the newer.
    if (used >= this.#used) this.limit = report.limit;
    this.#used = Math.max(this.#used, used);
    this.#updateEnd(now);
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
    if (later > jitter) {
      this.#open(now, limit, used, reset, 0);
      this.#count(0);
      this.turns -= 1;
    } else {
      this.#used = Math.max(this.#used, used);
      this.#endsAt = now + timeLeft;
    }
  }

  /** Counts the requests of another window: those in flight may belong to it. */
  #count(others: number): void {
    this.sent = this.inFlight + others;
    this.#countedIn = this.#order;
  }

  /** @param counted Requests of ours that it includes, beside those in flight. */
  #open(now: number, limit: number, used: number, reset: number, counted: number): void {
    const wasTurning = this.#isTurning;
    if (!wasTurning) this.#count(counted);
    this.#isTurning = this.isUnannounced = false;
    this.limit = limit;
    this.#used = used;
    this.reset = reset;
    this.turns += 1;
    this.#endsAt = now + this.#assumedLength;
    this.#updateEnd(now);
    const left = this.#endsAt - now;
    this.length = Math.max(1, wasTurning && this.turns > 1 ? left : Math.max(left, this.#assumedLength));
  }

  /** The API announces no window. The configured one is assumed. */
  #assumeWindow(now: number): void {
    this.isUnannounced = true;
    this.#isTurning = false;
    this.#used = 0;
    this.#endsAt = now + this.#assumedLength;
  }

  #updateEnd(now: number): void {
    if (this.#ahead === undefined || this.reset === undefined) return;
    this.#endsAt = this.reset * 1000 - this.#ahead + this.#delay;
    if (now < this.#endsAt && this.#isTurning) this.#isTurning = false;
  }

  /** The window is used up. A request that was sent after its end shows that it ends later. */
  #isExplained(now: number, { isProbe }: WindowRequest): boolean {
    this.#used = Infinity;
    if (!isProbe || !this.isOver(now)) return true;
    this.failedProbes += 1;
    this.#isTurning = false;
    if (this.#delay >= delayOfEnd.longest) return false;
    this.#delay += delayOfEnd.step;
    this.#updateEnd(now);
    return true;
  }
}
