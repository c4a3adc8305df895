import type { ExampleError } from '../errors/index.ts';
import { onAbort } from '../utils/abort.ts';
import { readResponse } from '../utils/rate-limit-headers.ts';
import { Alarm, backoff, realTiming, type Timing } from '../utils/timing.ts';
import { Outage, Turn } from './outage.ts';
import { CallQueue, priorityOf, WaitingCall } from './queue.ts';
import type { LimiterObserver, Permit, PermitRequest, Priority, SentRequest, Verdict } from './queue.ts';
import { refusalPause, Throttle } from './throttle.ts';
import type { ConnectStore, LimitOptions, RateLimitSnapshot, Share, SharedLimiter, SharingStore } from './types.ts';
import { waitError, waitsUntil } from './wait-error.ts';
import { keptForNormal, maxProbes, RateWindow, requestsPerBackgroundCall } from './window.ts';

/** Milliseconds for which calls are held by failures or refusals before a warning, and between two. */
const stallWarnings = { first: 30_000, every: 60_000 };

/** Milliseconds between two looks at the calls that an outage holds, at least, and at a call whose `maxWait` is over. */
const lookAgain = { held: 100, expired: 1000 };

/**
 * Sends the next call as soon as the window, the throttle, the share and the outage allow: each says when (`readyAt`).
 * docs/internals/rate-limits.md explains it.
 */
export class Limiter implements SharedLimiter {
  readonly window = new RateWindow();
  readonly queue = new CallQueue();
  readonly timing: Timing;
  outage: Outage;
  readonly #key: string;
  readonly #isPaced: boolean;
  readonly #throttle = new Throttle();
  /** Of the requests that find out about a window while calls wait, and how many such requests are in flight. */
  readonly #turn = new Turn();
  #probes = 0;
  #store: SharingStore | undefined;
  #share: Share | undefined;
  /** The clients whose calls are in progress, and how many they are. */
  readonly #observers = new Map<LimiterObserver, number>();
  readonly #wake = (): void => this.dispatch();
  /** Fires when something may have changed. An empty queue sets none, so that it keeps no process alive. */
  readonly #alarm: Alarm;
  /** Until when the API asked to wait in a refusal that the window explains. */
  #holdUntil = -Infinity;
  /** Normal calls that were sent in a row while a background call waited. */
  #normalInRow = 0;
  /** When to look for calls that the outage has held for too long. */
  #checkHeldAt = -Infinity;
  #warnedAt = -Infinity;

  /**
   * @param key Base URL and token. A store only sees a hash of it.
   * @param isPaced `false` if calls wait for outages only (`rateLimit: false`).
   */
  constructor(key: string, timing = realTiming, outage = new Outage(), isPaced = true) {
    this.#key = key;
    this.timing = timing;
    this.outage = outage;
    this.#isPaced = isPaced;
    this.#alarm = new Alarm(timing, this.#wake);
  }

  configure({ limit, window, store = this.#store }: LimitOptions, outage = this.outage): void {
    this.outage = outage;
    this.window.assume(limit, window);
    if (store === this.#store) return;
    this.#store = store;
    // `createRateLimitStore` has set it.
    this.#share = (store?.connectLimiter as ConnectStore | undefined)?.(this.#key, this);
  }

  get snapshot(): RateLimitSnapshot {
    const now = this.timing.now();
    const { limit, reset } = this.window;
    const [remaining, isOver] = [this.window.remaining(now), this.window.isOver(now)];
    return { limit, remaining, reset: isOver ? undefined : reset, waiting: this.queue.size };
  }

  /** Returns the permit synchronously if the call need not wait, so that it costs no promise. */
  acquire(request: PermitRequest): Permit | Promise<Permit> {
    const now = this.timing.now();
    if (request.observer) this.#observe(request.observer, 1);
    const isNew = request.lastError === undefined;
    if (isNew && priorityOf(request) === 'normal') this.window.arrived += 1;
    // Rule 19: while the API fails, a new call goes at once, and one that has failed waits.
    const isNext = this.outage.isFailing ? isNew : this.queue.size === 0 || this.queue.countBefore(request) === 0;
    const isFree = isNext && (request.restUntil ?? now) <= now && !request.signal?.aborted;
    if (isFree && this.#readyAt(now, priorityOf(request), isNew) <= now) {
      const permit = this.#send(now, request, false);
      this.#share?.update(now);
      return permit;
    }
    return new Promise((resolve) => this.#enqueue(now, new WaitingCall(request, resolve)));
  }

  /** True if a call that asks in `delay` milliseconds would certainly wait longer than it may. */
  isTooLate(request: PermitRequest, delay: number): boolean {
    const now = this.timing.now();
    const wait = this.#sureDelay(now, request) - delay;
    return wait > 0 && waitError(request, now + delay, wait) !== undefined;
  }

  /** @param isNew True for a call that waits in an outage for a try in flight only. */
  #readyAt(now: number, priority: Priority, isNew = false): number {
    const outage = this.outage.readyAt(isNew);
    if (!this.#isPaced) return Math.max(now, outage);
    const own =
      this.#share?.readyAt(now, priority) ??
      Math.max(this.#probeAt(now, priority), priority === 'background' ? this.#reservedUntil(now) : now);
    return Math.max(outage, this.window.readyAt(now), this.#throttle.readyAt, this.#holdUntil, own);
  }

  /** Rule 5: while no window is known, a few requests may find out, or one at a time if calls wait. */
  #probeAt(now: number, priority: Priority): number {
    if (!this.window.isUnknown(now)) return now;
    const waiting = priority === 'normal' ? this.queue.normal : this.queue.size;
    const mayJoin = waiting === 0 && this.#probes < Math.min(maxProbes[priority], this.window.limit);
    return mayJoin ? now : this.#turn.readyAt;
  }

  /** Until when what is left is kept for normal calls. */
  #reservedUntil(now: number): number {
    if (this.#isBackgroundDue || this.window.isOver(now)) return now;
    const { limit, length, arrivedBefore } = this.window;
    const kept = keptForNormal(this.window.timeLeft(now) / length, limit, arrivedBefore);
    return this.window.remaining(now) > kept ? now : now + length / limit / 2;
  }

  /** Rule 10: if both wait, one request in ten is a background call's. */
  get #isBackgroundDue(): boolean {
    const { normal, background } = this.queue;
    return this.#normalInRow >= requestsPerBackgroundCall - 1 && normal > 0 && background > 0;
  }

  #send(now: number, request: PermitRequest, waited: boolean): Permit {
    const priority = priorityOf(request);
    const isPassed = priority === 'normal' && this.queue.size > 0 && this.queue.background > 0;
    this.#normalInRow = isPassed ? this.#normalInRow + 1 : 0;
    const isProbe = this.window.isUnknown(now);
    if (isProbe) this.#turn.sent(now);
    this.#probes += Number(isProbe);
    this.#throttle.sent(now);
    this.#share?.take(priority);
    const isTry = this.outage.sent(now, this.#wake);
    const sent: SentRequest = { ...this.window.sent(now), request, isProbe, isTry, verdict: undefined };
    return {
      waited,
      recordResponse: (status, headers, failure) => this.#recordResponse(sent, status, headers, failure),
      recordLoss: (failure) => this.#recordLoss(sent, true, failure),
      release: (failure) => sent.verdict ?? this.#recordLoss(sent, false, failure),
    };
  }

  #recordResponse(sent: SentRequest, status: number, headers: Headers, failure?: ExampleError): Verdict {
    const now = this.timing.now();
    const response = readResponse(status, headers);
    const { isRefusal, wait } = response;
    const isExplained = this.window.recordResponse(now, sent, response);
    if (!failure) this.outage.answered(sent, !isRefusal);
    if (!failure && !isRefusal) this.#throttle.admitted(sent.sentAt);
    if (isRefusal) return this.#refused(now, sent, isExplained, wait);
    // A gateway may limit with 503.
    if (status === 503 && !response.announced && this.queue.size > 0) this.#throttle.slow();
    return this.#end(now, sent, failure, wait);
  }

  #refused(now: number, sent: SentRequest, isExplained: boolean, wait: number | undefined): Verdict {
    const { request } = sent;
    const { refusals = 0 } = request;
    const rest = isExplained || !this.#isPaced ? 0 : (wait ?? backoff(refusalPause, refusals));
    if (isExplained) this.#holdUntil = Math.max(this.#holdUntil, now + (wait ?? 0));
    else this.#throttle.refused(now, sent.sentAt, wait);
    const verdict = { ...this.#end(now, sent), isUncounted: this.#isPaced, rest };
    // Rule 8: who goes first.
    request.position = isExplained ? 'first' : 'last';
    request.refusals = refusals + Number(!isExplained);
    return verdict;
  }

  #recordLoss(sent: SentRequest, isCounted: boolean, failure?: ExampleError): Verdict {
    const now = this.timing.now();
    this.window.recordLoss(now, sent, isCounted);
    return this.#end(now, sent, failure);
  }

  /** A request has ended. */
  #end(now: number, sent: SentRequest, failure?: ExampleError, asked?: number): Verdict {
    const { request } = sent;
    const isUncounted = failure !== undefined && this.outage.failed(now, sent, failure, asked);
    const isLastRetry = failure !== undefined && this.outage.isRouteFailing(request);
    request.position = 'last';
    request.refusals = 0;
    this.#turn.ended(sent.sentAt);
    this.#probes -= Number(sent.isProbe);
    if (request.observer) this.#observe(request.observer, -1);
    this.outage.ended(sent);
    this.dispatch();
    return (sent.verdict = { isUncounted, rest: 0, isLastRetry });
  }

  #enqueue(now: number, call: WaitingCall): void {
    const { request } = call;
    const { signal, priority, restUntil = now } = request;
    // An outage has a limit of its own.
    const delay = this.#sureDelay(now, request);
    const isHeld = delay <= 0 && this.outage.isFailing;
    const error: unknown = signal?.aborted ? signal.reason : isHeld ? undefined : waitError(request, now, delay);
    if (error !== undefined) {
      this.#reject(call, error);
      return;
    }
    const expected = this.#delay(now, request);
    call.stopListening = signal && onAbort(signal, () => this.#reject(call, signal.reason));
    if (priority)
      priority.onRaise = () => {
        this.queue.put(call, this.timing.now());
        this.dispatch(); // As a normal call, it may use the reserve.
      };
    this.queue.put(call, now);
    this.#hold(now, call);
    call.watch(this.timing, now, [restUntil, waitsUntil(request, now)], (time) => this.#tick(time, call));
    if (expected > 0) request.onWait?.(Math.ceil(expected), this.queue.size);
    this.dispatch();
  }

  /** The time of a waiting call has come, or a Worker looks after it. Returns when to look again, at the latest. */
  #tick(now: number, call: WaitingCall): number {
    const { request } = call;
    const hasRested = this.queue.put(call, now);
    if (hasRested && !request.refusals && !this.outage.mayRetry(now, request))
      return this.#reject(call, request.lastError);
    if (hasRested) this.#hold(now, call);
    this.dispatch(); // Its time may have come at this moment.
    return call.list && now >= waitsUntil(request, now) ? this.#expire(now, call) : Infinity;
  }

  /** The `maxWait` of a call is over. It is sent all the same if only the response that shows the window is pending. */
  #expire(now: number, call: WaitingCall): number {
    const { request } = call;
    const shareReadyAt = this.outage.isFailing ? now : (this.#share?.readyAt(now, priorityOf(request)) ?? now);
    const readyAt = Math.max(this.window.readyAt(now), this.#throttle.readyAt, this.#holdUntil, shareReadyAt);
    // An outage has a limit of its own.
    if (readyAt <= now && this.outage.isFailing) return now + lookAgain.expired;
    const isSpare = this.window.inFlight + this.queue.countBefore(request) < this.window.limit;
    if (readyAt <= now && this.window.isUnknown(now) && isSpare) {
      this.queue.remove(call);
      call.resolve(this.#send(now, request, true));
      this.dispatch();
      return Infinity;
    }
    return this.#reject(call, waitError(request, now, this.#delay(now, request)));
  }

  /** Milliseconds for which a call that arrives is expected to wait for the rate limit. */
  #delay(now: number, request: PermitRequest): number {
    const window = this.window.delay(now, this.queue.countBefore(request) + 1);
    return this.#isPaced ? Math.max(window, this.#holdUntil - now) : 0;
  }

  /** Milliseconds for which it waits at least: only an announced window is certain, and other calls may fail or leave. */
  #sureDelay(now: number, request: PermitRequest): number {
    const rest = (request.restUntil ?? now) - now;
    const requests = this.outage.isFailing ? 1 : this.queue.countBefore(request) + 1;
    const window = this.window.reset === undefined ? 0 : this.window.delay(now, requests);
    return this.#isPaced ? Math.max(window, this.#holdUntil - now, rest) : rest;
  }

  /** Returns when to look at the call again: never. */
  #reject(call: WaitingCall, reason: unknown): number {
    this.#drop(call, reason);
    this.dispatch();
    return Infinity;
  }

  #drop(call: WaitingCall, reason: unknown): void {
    this.queue.remove(call);
    if (call.request.observer) this.#observe(call.request.observer, -1);
    // Resolved with a rejected promise, because a second function would take memory for each waiting call.
    call.resolve(Promise.reject(reason));
  }

  /** Sends the calls that may be sent, and sets the timer for the rest. */
  dispatch(): void {
    const now = this.timing.now();
    if (this.queue.size === 0) {
      this.outage.onChange(this.#wake, false);
      this.#share?.update(now);
      this.#alarm.set(Infinity);
      return;
    }
    const checkHeldAt = this.#rejectHeld(now);
    let next = this.#next(now);
    for (; typeof next !== 'number'; next = this.#next(now)) {
      this.queue.remove(next);
      next.resolve(this.#send(now, next.request, true));
    }
    const updateAt = this.#share?.update(now) ?? Infinity;
    const isWaiting = this.queue.size > 0;
    this.outage.onChange(this.#wake, isWaiting);
    this.#alarm.set(isWaiting ? Math.min(next, updateAt, checkHeldAt, this.#warnOfStall(now)) : Infinity);
  }

  /** The call to send now, or when there may be one. */
  #next(now: number): WaitingCall | number {
    const order = this.#isBackgroundDue ? (['background', 'normal'] as const) : (['normal', 'background'] as const);
    let wakeAt = Infinity;
    for (const priority of order) {
      const call = this.queue.first(priority);
      if (call === undefined) continue;
      const readyAt = this.#readyAt(now, priority);
      wakeAt = Math.min(wakeAt, readyAt);
      if (readyAt > now) continue;
      // Rule 19: rather a call of a route that has not failed.
      const mayWork = (each: PermitRequest) => this.outage.mayWork(each);
      return (this.outage.isFailing ? this.queue.first(priority, mayWork) : undefined) ?? call;
    }
    return wakeAt;
  }

  /** The outage, if there is one, holds the call from now on, unless it did before. */
  #hold(now: number, { request }: WaitingCall): void {
    if (this.outage.isFailing) this.#checkHeldAt = Math.min(this.#checkHeldAt, now + this.outage.hold(now, request));
  }

  /** Rejects the calls that the outage has held for too long (rule 21). Returns when to look again. */
  #rejectHeld(now: number): number {
    if (!this.outage.isFailing) {
      this.#checkHeldAt = -Infinity;
      return Infinity;
    }
    if (now < this.#checkHeldAt) return this.#checkHeldAt;
    let room = this.#room(now);
    let left = Infinity;
    for (const call of this.queue.toArray()) {
      // The window holds the calls that have no place in it.
      const waitLeft = this.outage.hold(now, call.request, room-- > 0);
      if (waitLeft > 0) left = Math.min(left, waitLeft);
      else this.#drop(call, this.outage.unavailableError(call.request));
    }
    return (this.#checkHeldAt = now + Math.max(lookAgain.held, left));
  }

  /** How many waiting calls only the outage holds. */
  #room(now: number): number {
    if (!this.#isPaced || this.window.reset === undefined) return Infinity;
    if (this.#holdUntil > now) return 0;
    return this.window.isOver(now) ? this.window.limit : this.window.remaining(now);
  }

  /** Warns of what has held calls for long (rule 29). Returns when to look again. */
  #warnOfStall(now: number): number {
    const since = Math.min(this.outage.since, this.#throttle.since);
    const warnAt = Math.max(since + stallWarnings.first, this.#warnedAt + stallWarnings.every);
    if (now < warnAt) return warnAt;
    this.#warnedAt = now;
    const cause = this.outage.isFailing ? 'failures' : 'refusals';
    const seconds = Math.round((now - since) / 1000);
    this.notify((observer) => observer.onStall({ cause, seconds, waiting: this.queue.size }));
    return now + stallWarnings.every;
  }

  /** A call of a client begins (1), or has ended (-1). */
  #observe(observer: LimiterObserver, change: 1 | -1): void {
    const calls = (this.#observers.get(observer) ?? 0) + change;
    if (calls > 0) this.#observers.set(observer, calls);
    else this.#observers.delete(observer);
  }

  notify(callback: (observer: LimiterObserver) => void): void {
    for (const observer of this.#observers.keys()) callback(observer);
  }
}
