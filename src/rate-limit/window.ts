import type { RateLimitInfo } from '../errors/index.ts';
import { resetJitter, type ResponseFacts } from './headers.ts';
import type { Priority } from './limited-call.ts';
import { ProbeSlot } from './probe-slot.ts';

/** The documented limit, assumed until the API announces another one. */
const documented = { limit: 100, length: 60_000 };

/** Milliseconds to wait if a request shows that a window ends later than announced. */
const lateEnd = 1000;

/** Limits 10: the part of each window that background calls get, however many normal calls there are. */
export const backgroundPart = 0.1;

/** Requests that find out about a window together, if no more wait. Background calls leave room for a page of five. */
export const maxProbes = { normal: 10, background: 5 };

/** Parts of the limit that normal calls need, as expected until two windows are known, and that a burst may need. */
const expected = { calls: 0.3, burst: 0.3 };

/**
 * How many requests background calls leave for normal ones (limits 9): as many as normal calls ask for in the time
 * that is left, and those of a burst, which matter less and less as the window ends.
 *
 * With a limit of 100, and at most 40 normal calls in each of the last two windows, half a window before its end, that
 * is 40 · 0.5 + 30 · √0.5 = 42.
 *
 * @param partLeft What is left of the window, from 0 to 1.
 */
export function reserveForNormal(partLeft: number, limit: number, calls: NormalCalls): number {
  return Math.ceil(usualOf(limit, calls) * partLeft + expected.burst * limit * Math.sqrt(partLeft));
}

function usualOf(limit: number, [last, beforeLast]: NormalCalls): number {
  return Math.max(last ?? expected.calls * limit, beforeLast ?? expected.calls * limit);
}

/** How many normal calls arrived in the last window and in the one before. If unknown: `undefined`, or `null` in JSON. */
export type NormalCalls = readonly [last?: number | null | undefined, beforeLast?: number | null | undefined];

/** What another process saw of a window. */
type SharedWindow = Record<'limit' | 'used' | 'reset' | 'timeLeft', number> & { readonly arrivedBefore: NormalCalls };

/** A request, as its window counts it. */
export interface WindowRequest {
  readonly sentAt: number;
  /** The generation of the window in which it was sent, or of the next one if it was sent while none was known. */
  readonly windowGeneration: number;
  /** True if it finds out about a window. */
  readonly isWindowProbe: boolean;
}

/**
 * The window that the API announces. What is left is the limit, less what the API or this client has counted, whichever
 * is more, less the requests in flight.
 */
export class RateWindow {
  limit = documented.limit;
  /** Milliseconds from its beginning to its end, as far as known. */
  length = documented.length;
  inFlight = 0;
  /** When the window ends, or the last one did: epoch seconds on the API's clock. */
  reset: number | undefined;
  /** Requests of this client that have ended and may count in the window. */
  ownCount = 0;
  /** Normal calls that arrived in this window, including those that were rejected, and in the two before. */
  arrived = 0;
  arrivedBefore: NormalCalls = [];
  /** Windows so far. */
  generation = 0;
  /** True if responses show no limit: no more than `limit` requests are then sent in any time of a window's length. */
  isHidden = false;
  /** How often a request that was sent after the end of a window was refused, because it had not ended. */
  failedProbes = 0;
  #background = { window: 0, count: 0 };
  #used = 0;
  /** `reset` from the first response about this window. A token bucket moves it later with every response. */
  #firstReset = -Infinity;
  #endsAt = -Infinity;
  /** Until when the API asked to wait in a refusal that the window explains. */
  #pausedUntil = -Infinity;
  /** Probes in flight. */
  #probes = 0;
  readonly #probeSlot = new ProbeSlot();
  /** How far the server's clock is ahead of the local one, at least: `Date` is rounded down to a second. */
  #ahead = -Infinity;
  /** When the last requests ended, if the limit is hidden. The oldest first. */
  #endTimes: number[] = [];

  /** Sets what is assumed until the API announces a window. */
  assume(limit = this.limit, length = this.length): void {
    if (this.reset === undefined) [this.limit, this.length] = [limit, length];
  }

  /** Requests used, as announced. */
  get used(): number {
    return Math.min(this.#used, this.limit);
  }

  /** True if no window is known: the last one is over, or there was none. */
  isOver(now: number): boolean {
    return now >= this.#endsAt && !this.isHidden;
  }

  /** True while no response has shown the current window; of a hidden limit, after a time without requests. */
  needsProbe(now: number): boolean {
    return this.isHidden ? this.#counted(now) === 0 : this.isOver(now);
  }

  /** Milliseconds until it is over; 0 while none is known. */
  timeLeft(now: number): number {
    return Math.max(0, this.#endsAt - now);
  }

  /** Requests that may be sent, as far as known. */
  remaining(now: number): number {
    return Math.max(0, this.limit - this.#counted(now) - this.inFlight);
  }

  /** When a request may be sent, as far as this window goes; `Infinity` if one in flight has to end first. */
  readyAt(now: number): number {
    if (this.isOver(now) || this.remaining(now) > 0) return Math.max(now, this.#pausedUntil);
    return Math.max(this.#pausedUntil, this.isHidden ? (this.#endTimes[0] ?? Infinity) + this.length : this.#endsAt);
  }

  /** Limits 5: when a request may find out about the window. */
  probeAt(now: number, priority: Priority, waiting: number): number {
    const mayJoin = waiting === 0 && this.#probes < Math.min(maxProbes[priority], this.limit);
    return mayJoin ? now : this.#probeSlot.readyAt;
  }

  /** Limits 10: true while background calls have not had their part of the window. */
  owesBackground(now: number, requests = 1): boolean {
    const sent = this.#backgroundSent(now).count + requests - 1;
    return !this.needsProbe(now) && sent < backgroundPart * this.limit;
  }

  /** Limits 9: when a background call may be sent, if no others are sent before. */
  backgroundReadyAt(now: number): number {
    return this.owesBackground(now) ? now : now + this.#reserveDelay(now, this.remaining(now) - 1);
  }

  /** How many requests an announced window lets through at this moment; `Infinity` if none was announced. */
  room(now: number): number {
    if (this.reset === undefined) return Infinity;
    return this.isOver(now) ? this.limit : this.remaining(now);
  }

  /** Milliseconds until so many requests have been sent, at least. */
  delay(now: number, requests: number): number {
    const excess = -this.#spareAfter(now, requests);
    const first = this.isHidden ? (this.#endTimes[0] ?? now) + this.length - now : this.timeLeft(now) || this.length;
    const delay = excess <= 0 ? 0 : first + (Math.ceil(excess / Math.max(1, this.limit)) - 1) * this.length;
    return Math.max(delay, this.#pausedUntil - now);
  }

  /** Milliseconds until the last of so many requests, a background call, is sent, if normal calls come as before. */
  backgroundDelay(now: number, requests: number): number {
    if (this.needsProbe(now) || this.owesBackground(now, requests)) return 0;
    const [last, beforeLast] = this.arrivedBefore;
    return this.#reserveDelay(now, this.#spareAfter(now, requests), Math.max(last ?? 0, beforeLast ?? 0));
  }

  /** Milliseconds until the reserve is no larger than what is left, if so many normal calls come in a window. */
  #reserveDelay(now: number, left: number, coming = 0): number {
    const timeLeft = this.timeLeft(now);
    const enough = left - (coming * timeLeft) / this.length;
    if (enough <= 0) return timeLeft;
    const burst = expected.burst * this.limit;
    // Solves enough = slope · part + burst · √part for the part of the window that is left when the reserve fits.
    // The calls that come take their part of the reserve with them.
    const slope = usualOf(this.limit, this.arrivedBefore) - coming;
    const part = ((2 * enough) / (burst + Math.sqrt(burst * burst + 4 * slope * enough))) ** 2;
    return Math.max(0, Math.floor(timeLeft - this.length * part));
  }

  #spareAfter(now: number, requests: number): number {
    const ownCount = this.isOver(now) ? 0 : this.ownCount;
    return this.limit - Math.max(this.#counted(now), ownCount + this.inFlight) - requests;
  }

  /** A request is sent. Returns it, as the window counts it. */
  recordSent(now: number, priority: Priority): WindowRequest {
    const isWindowProbe = this.needsProbe(now);
    if (priority === 'background') this.#backgroundSent(now).count += 1;
    if (isWindowProbe) this.#probeSlot.recordSent(now);
    this.#probes += Number(isWindowProbe);
    this.inFlight += 1;
    return { sentAt: now, isWindowProbe, windowGeneration: this.generation + Number(this.isOver(now)) };
  }

  /** A request got no response. `mayCount` if it may have reached the API. */
  recordUnanswered(now: number, request: WindowRequest, mayCount: boolean): void {
    this.#end(request);
    if (mayCount) this.#count(now, request);
  }

  /** A response. Returns true if it is a refusal that the window explains. */
  recordResponse(now: number, request: WindowRequest, response: ResponseFacts): boolean {
    const { isRefusal, isFailure, announced, servedAt, requestedDelay = 0 } = response;
    this.#end(request);
    if (servedAt !== undefined)
      this.#ahead = Math.max(servedAt - now, Math.min(this.#ahead, servedAt + 1000 - request.sentAt));
    if (announced) this.#learn(now, request, response, announced);
    else if (!isRefusal && !isFailure && this.reset === undefined) this.isHidden = true;
    if (!isRefusal) this.#count(now, request);
    // Headers about an earlier window explain nothing.
    const isExplained = isRefusal && announced?.remaining === 0 && announced.reset >= this.#firstReset - resetJitter;
    if (isExplained) this.#pausedUntil = Math.max(this.#pausedUntil, now + requestedDelay);
    return isExplained;
  }

  /** Takes over what another process saw. A window before the known one is ignored. */
  adopt(now: number, { limit, used, reset, timeLeft, arrivedBefore }: SharedWindow): void {
    if (reset < this.#firstReset - resetJitter) return;
    if (reset > this.#firstReset + resetJitter) this.#open(limit, reset);
    this.#used = Math.max(this.#used, used);
    this.#endsAt = now + timeLeft;
    this.arrivedBefore = arrivedBefore;
  }

  /** How many background calls were sent in this window, or in this minute if the limit is hidden. */
  #backgroundSent(now: number): { window: number; count: number } {
    const window = this.isHidden ? Math.floor(now / this.length) : this.generation + Number(this.isOver(now));
    if (window !== this.#background.window) this.#background = { window, count: 0 };
    return this.#background;
  }

  /** A request is no longer in flight. */
  #end({ sentAt, isWindowProbe }: WindowRequest): void {
    this.inFlight -= 1;
    this.#probes -= Number(isWindowProbe);
    if (isWindowProbe) this.#probeSlot.recordEnd(sentAt);
  }

  #learn(now: number, request: WindowRequest, response: ResponseFacts, announced: RateLimitInfo): void {
    const { limit, remaining, reset } = announced;
    const opensNext = request.windowGeneration > this.generation;
    const later = reset - this.#firstReset;
    if (later < -resetJitter) return; // It is about an earlier window.
    // After the end of a window, an admitted request opens the next one, even if windows are shorter than the jitter.
    const isNew = later > (opensNext && !response.isRefusal ? 0 : resetJitter);
    if (isNew) this.#open(limit, reset);
    const used = response.isRefusal && remaining === 0 ? Infinity : limit - remaining;
    // Of two responses about one window, the one with more used is the newer.
    if (used >= this.#used) [this.limit, this.#used] = [limit, used];
    this.reset = Math.max(this.reset ?? 0, reset);
    this.#updateEnd(now, this.reset, response, isNew);
    if (isNew) this.length = Math.max(Math.min(later * 1000, this.length), this.timeLeft(now));
    else if (opensNext && used === Infinity) this.#postpone(now);
  }

  #updateEnd(now: number, reset: number, { servedAt, receivedAt }: ResponseFacts, isNew: boolean): void {
    const left = reset * 1000 - (servedAt === undefined ? receivedAt : now + this.#ahead);
    // Limits 2: without a `Date`, the computer's clock is used if its result is plausible.
    if (servedAt !== undefined) this.#endsAt = now + left;
    else if (isNew) this.#endsAt = now + (left > 0 && left < 2 * this.length ? left : this.length);
  }

  /** The window has not ended when it was expected to. */
  #postpone(now: number): void {
    this.failedProbes += 1;
    if (this.isOver(now)) this.#endsAt = now + lateEnd;
  }

  #open(limit: number, reset: number): void {
    this.generation += 1;
    this.limit = limit;
    this.reset = this.#firstReset = reset;
    this.isHidden = false;
    this.ownCount = this.#used = 0;
    if (this.generation === 1) return; // The calls that found out about the first window arrived in it.
    this.arrivedBefore = [this.arrived, this.arrivedBefore[0]];
    this.arrived = 0;
  }

  #count(now: number, { windowGeneration }: WindowRequest): void {
    if (windowGeneration === this.generation) this.ownCount += 1;
    if (this.isHidden) this.#endTimes.push(now);
  }

  #counted(now: number): number {
    while ((this.#endTimes[0] ?? now) <= now - this.length) this.#endTimes.shift();
    if (this.isHidden) return this.#endTimes.length;
    return this.isOver(now) ? 0 : Math.max(Math.min(this.#used, this.limit), this.ownCount);
  }
}
