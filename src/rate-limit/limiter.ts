import { RateLimitError, type CallError } from '../errors/index.ts';
import { onAbort } from '../utils/abort.ts';
import { Alarm, backoff, realTiming, type Timing } from '../utils/timing.ts';
import { Announcements } from './announcements.ts';
import { readResponse } from './headers.ts';
import { HeldCalls } from './held-calls.ts';
import { priorityOf, type LimitedCall, type Priority } from './limited-call.ts';
import { waitError, waitsUntil } from './max-wait.ts';
import { Observers } from './observers.ts';
import { Outage, type SentRequest } from './outage.ts';
import type { Permit, Verdict } from './permit.ts';
import { CallQueue, Waiter } from './queue.ts';
import { connectLimiter, type ConnectStore, type Share, type SharedLimiter, type SharingStore } from './share.ts';
import { refusalPause, Throttle } from './throttle.ts';
import { RateWindow } from './window.ts';

/** What the limiter knows at this moment. */
export interface RateLimitSnapshot {
  /** Requests allowed per window. */
  readonly limit: number;
  /** Requests left in it, as far as known. */
  readonly remaining: number;
  /** When the window ends: epoch seconds on the server's clock; `undefined` while no window is known. */
  readonly reset: number | undefined;
  /** Calls waiting in this process. */
  readonly waiting: number;
}

/** What a client configures: the options of `RateLimitOptions` that concern the token, not the call. */
export interface LimitOptions {
  readonly limit?: number | undefined;
  readonly window?: number | undefined;
  readonly store?: SharingStore | undefined;
}

const noRetry: Verdict = { countsAsRetry: true, rest: 0, isLastRetry: false };

/** Milliseconds between two looks at a call that an outage holds although its `maxWait` is over. */
const expiredPause = 1000;

/**
 * Sends the next call as soon as the outage, the window, the throttle and the share allow: each says when (`readyAt`).
 * docs/internals/rate-limits.md explains it. A call rests before a retry and waits for its turn, a refusal pauses the
 * token, and an outage holds calls.
 */
export class Limiter implements SharedLimiter {
  readonly window = new RateWindow();
  readonly queue = new CallQueue();
  readonly observers = new Observers();
  readonly #announcements = new Announcements(this.queue, (...call) =>
    this.outage.isFailing ? 0 : this.#expectedDelay(...call),
  );
  readonly timing: Timing;
  outage: Outage;
  readonly #key: string;
  readonly #isPaced: boolean;
  /** Few tokens need one: it begins with a refusal that the window doesn't explain, or a 503 that may be one. */
  #throttle: Throttle | undefined;
  #store: SharingStore | undefined;
  #share: Share | undefined;
  readonly #wake = (): void => this.dispatch();
  /** Fires when something may have changed. An empty queue sets none, so that it keeps no process alive. */
  readonly #alarm: Alarm;
  readonly #held = new HeldCalls(this.queue, (waiter, reason) => this.#drop(waiter, reason));

  /**
   * @param key Identifies it. A store only sees a hash of it.
   * @param isPaced `false` if calls wait for outages only (`rateLimit: false`).
   */
  constructor(key: string, timing = realTiming, outage = new Outage(), isPaced = true) {
    this.#key = key;
    this.timing = timing;
    this.outage = outage;
    this.#isPaced = isPaced;
    this.#alarm = new Alarm(timing, this.#wake);
  }

  configure({ limit, window, store = this.#store }: LimitOptions, outage: Outage): void {
    // A client with another `fetch` doesn't end an outage that holds calls.
    if (!this.outage.isInUse) this.outage = outage;
    this.window.assume(limit, window);
    if (store === this.#store) return;
    this.#store = store;
    // `createRateLimitStore` has set it.
    this.#share = (store?.[connectLimiter] as ConnectStore | undefined)?.(this.#key, this);
  }

  get snapshot(): RateLimitSnapshot {
    const now = this.timing.now();
    const { window } = this;
    const reset = window.isOver(now) ? undefined : window.reset;
    return { limit: window.limit, remaining: window.remaining(now), reset, waiting: this.queue.size };
  }

  /** Returns the permit synchronously if the call need not wait, so that it costs no promise. */
  acquire(call: LimitedCall): Permit | Promise<Permit> {
    const now = this.timing.now();
    if (call.observer) this.observers.countCall(call.observer, 1);
    const isNew = call.lastError === undefined;
    if (isNew && priorityOf(call) === 'normal') this.window.arrived += 1;
    // With no call waiting or in flight, earlier refusals hold nothing up: the stall warning starts over.
    if (this.#throttle && isNew && this.queue.size + this.window.inFlight === 0) this.#throttle.since = Infinity;
    // Limits 19: while the API fails, a new call goes at once, and one that has failed waits.
    const isNext = this.outage.isFailing ? isNew : this.queue.size === 0 || this.queue.countBefore(call) === 0;
    const isFree = isNext && (call.restUntil ?? now) <= now && !call.isCountedRetry && !call.cancellation?.aborted;
    if (isFree && this.#readyAt(now, priorityOf(call), isNew) <= now) {
      const permit = this.#send(now, call, false);
      this.#share?.update(now);
      return permit;
    }
    return new Promise((resolve) => this.#enqueue(now, new Waiter(call, resolve)));
  }

  /** Lets a call rest before its next attempt, for `delay` milliseconds. Returns true if it certainly may not wait. */
  rest(call: LimitedCall, delay: number, isCounted: boolean): boolean {
    const now = this.timing.now();
    call.isCountedRetry = isCounted;
    call.restUntil = now + delay;
    // The rest after a refusal counts as a wait for the rate limit.
    call.waitingSince = call.lastError instanceof RateLimitError ? now : call.restUntil;
    const sureDelay = this.#sureDelay(now, call);
    return sureDelay > 0 && waitError(call, now, sureDelay) !== undefined;
  }

  /** When a call may be sent at the earliest. {@link Outage.readyAt} says what `isNew` means. */
  #readyAt(now: number, priority: Priority, isNew = false): number {
    const outage = this.outage.readyAt(isNew);
    if (!this.#isPaced) return Math.max(now, outage);
    return Math.max(
      outage,
      this.#limitReadyAt(now),
      this.#share?.readyAt(now, priority) ?? this.#unsharedReadyAt(now, priority),
    );
  }

  /** When the API itself would accept a request, as far as known. */
  #limitReadyAt(now: number): number {
    return Math.max(this.window.readyAt(now), this.#throttle?.readyAt ?? now);
  }

  /** When a process without a store may send: a probe (limits 5), or a background call, which leaves a reserve (9). */
  #unsharedReadyAt(now: number, priority: Priority): number {
    if (this.window.needsProbe(now)) {
      return this.window.probeAt(now, priority, priority === 'normal' ? this.queue.normal : this.queue.size);
    }
    return priority === 'normal' ? now : this.window.backgroundReadyAt(now);
  }

  #send(now: number, call: LimitedCall, waited: boolean): Permit {
    const priority = priorityOf(call);
    this.#throttle?.recordSent(now);
    this.#share?.take(priority);
    const isOutageProbe = this.outage.recordSent(now, this.#wake);
    const sent: SentRequest = { ...this.window.recordSent(now, priority), call, isOutageProbe, verdict: undefined };
    return {
      waited,
      recordResponse: (status, headers, failure) => this.#recordResponse(sent, status, headers, failure),
      recordUnanswered: (mayCount, failure) => this.#recordUnanswered(sent, mayCount, failure),
      release: () => void (sent.verdict ?? this.#recordUnanswered(sent, false)),
    };
  }

  #recordResponse(sent: SentRequest, status: number, headers: Headers, failure?: CallError): Verdict {
    const now = this.timing.now();
    const response = readResponse(status, headers);
    const { isRefusal, requestedDelay } = response;
    const isExplained = this.window.recordResponse(now, sent, response);
    if (!failure) this.outage.recordResponse(sent, !isRefusal);
    if (!failure && !isRefusal) this.#throttle?.recordSuccess(sent.sentAt);
    if (isRefusal) return this.#recordEnd(sent, this.#recordRefusal(now, sent, isExplained, requestedDelay));
    // Limits 16: a gateway may limit with 503.
    if (status === 503 && !response.announced && this.queue.size > 0)
      (this.#throttle ??= new Throttle()).slow(sent.sentAt);
    return this.#recordEnd(sent, failure && this.#recordFailure(now, sent, failure, requestedDelay));
  }

  #recordUnanswered(sent: SentRequest, mayCount: boolean, failure?: CallError): Verdict {
    const now = this.timing.now();
    this.window.recordUnanswered(now, sent, mayCount);
    return this.#recordEnd(sent, failure && this.#recordFailure(now, sent, failure));
  }

  /** Limits 8: who goes first after a refusal. */
  #recordRefusal(now: number, { call, sentAt }: SentRequest, isExplained: boolean, requestedDelay?: number): Verdict {
    const { refusals = 0 } = call;
    const rest = isExplained || !this.#isPaced ? 0 : (requestedDelay ?? backoff(refusalPause, refusals));
    if (!isExplained) (this.#throttle ??= new Throttle()).recordRefusal(now, sentAt, requestedDelay);
    call.position = isExplained ? 'first' : 'last';
    call.refusals = refusals + Number(!isExplained);
    return { countsAsRetry: !this.#isPaced, rest, isLastRetry: false };
  }

  #recordFailure(now: number, sent: SentRequest, failure: CallError, requestedDelay?: number): Verdict {
    const { call } = sent;
    call.position = 'last';
    call.refusals = 0;
    const countsAsRetry = this.outage.recordFailure(now, sent, failure, requestedDelay);
    return { countsAsRetry, rest: 0, isLastRetry: this.outage.isRouteFailing(call) };
  }

  /** A request has ended. */
  #recordEnd(sent: SentRequest, verdict = noRetry): Verdict {
    const { observer } = sent.call;
    sent.verdict = verdict;
    if (observer) this.observers.countCall(observer, -1);
    this.outage.recordEnd(sent);
    this.dispatch();
    return verdict;
  }

  #enqueue(now: number, waiter: Waiter): void {
    const { call } = waiter;
    const { cancellation, priority, restUntil = now } = call;
    if (cancellation?.aborted) return void this.#reject(waiter, cancellation.reason);
    const delay = this.#sureDelay(now, call);
    // In an outage, `outageWait` applies instead of `maxWait`.
    const error = delay <= 0 && this.outage.isFailing ? undefined : waitError(call, now, delay);
    if (error) return void this.#reject(waiter, error);
    waiter.stopListening = cancellation && onAbort(cancellation, () => this.#reject(waiter, cancellation.reason));
    if (priority)
      priority.onRaise = () => {
        this.queue.put(waiter, this.timing.now());
        this.dispatch(); // As a normal call, it may use the reserve.
      };
    this.queue.put(waiter, now);
    if (restUntil <= now && !this.#startWaiting(now, waiter)) return;
    waiter.watch(this.timing, now, [restUntil, waitsUntil(call, now)], (time) => this.#tick(time, waiter));
    this.dispatch();
  }

  /** The time of a waiting call has come, or a Worker looks after it. Returns when to look again, at the latest. */
  #tick(now: number, waiter: Waiter): number {
    const { call } = waiter;
    const hasRested = this.queue.put(waiter, now);
    if (hasRested && !this.#startWaiting(now, waiter)) return Infinity;
    this.dispatch(); // Its time may have come at this moment.
    return waiter.list && now >= waitsUntil(call, now) ? this.#expire(now, waiter) : Infinity;
  }

  /** The `maxWait` of a call is over. It is sent all the same if only the response that shows the window is pending. */
  #expire(now: number, waiter: Waiter): number {
    const { call } = waiter;
    const isAllowed = this.#limitReadyAt(now) <= now;
    // In an outage, `outageWait` applies instead.
    if (isAllowed && this.outage.isFailing) return now + expiredPause;
    const isGranted = (this.#share?.readyAt(now, priorityOf(call)) ?? now) <= now;
    const ahead = this.queue.countAhead(waiter);
    const isProbe = this.window.needsProbe(now) && this.window.inFlight + ahead < this.window.limit;
    if (isAllowed && isGranted && isProbe) {
      this.queue.remove(waiter);
      waiter.resolve(this.#send(now, call, true));
      this.dispatch();
      return Infinity;
    }
    const delay = Math.max(this.#expectedDelay(now, ahead), (this.#throttle?.readyAt ?? now) - now);
    return this.#reject(waiter, waitError(call, now, delay));
  }

  /** Milliseconds for which a call behind so many others is expected to wait for the rate limit. */
  #expectedDelay(now: number, ahead: number, priority: Priority = 'normal'): number {
    if (!this.#isPaced) return 0;
    const delay = this.window.delay(now, ahead + 1);
    return delay === 0 && priority === 'background' ? this.window.backgroundDelay(now, ahead + 1) : delay;
  }

  /** Milliseconds for which it waits at least. Only an announced window is certain: other calls may fail or leave. */
  #sureDelay(now: number, call: LimitedCall): number {
    const rest = (call.restUntil ?? now) - now;
    if (!this.#isPaced || this.window.reset === undefined) return rest;
    // Normal calls may leave a background call its part of the window.
    const others = priorityOf(call) === 'normal' ? 0 : this.queue.normal;
    const ahead = this.outage.isFailing ? 0 : this.queue.countBefore(call) - others;
    return Math.max(rest, this.window.delay(now, ahead + 1));
  }

  #reject(waiter: Waiter, reason: unknown): number {
    this.#drop(waiter, reason);
    this.dispatch();
    return Infinity;
  }

  #drop(waiter: Waiter, reason: unknown): void {
    this.queue.remove(waiter);
    if (waiter.call.observer) this.observers.countCall(waiter.call.observer, -1);
    // Resolved with a rejected promise, because a second function would take memory for each waiting call.
    waiter.resolve(Promise.reject(reason));
  }

  /** Sends the calls that may be sent, and sets the timer for the rest. */
  dispatch(): void {
    const now = this.timing.now();
    if (this.queue.size === 0) {
      this.outage.setWaiting(this.#wake, false);
      this.#share?.update(now);
      this.#alarm.set(Infinity);
      return;
    }
    const announceAt = this.outage.isFailing ? Infinity : this.#announcements.check(now);
    const heldCheckAt = this.#held.check(now, this.outage, this.#isPaced ? this.window.room(now) : Infinity);
    let next = this.#next(now);
    for (; typeof next !== 'number'; next = this.#next(now)) {
      this.queue.remove(next);
      next.resolve(this.#send(now, next.call, true));
    }
    const updateAt = this.#share?.update(now) ?? Infinity;
    const isWaiting = this.queue.size > 0;
    this.outage.setWaiting(this.#wake, isWaiting);
    this.#alarm.set(isWaiting ? Math.min(next, updateAt, announceAt, heldCheckAt, this.#warnOfStall(now)) : Infinity);
  }

  /** The call to send now, or when there may be one. */
  #next(now: number): Waiter | number {
    const { isFailing } = this.outage;
    const probeAt = this.outage.readyAt(true);
    // While a probe is out, none may go: no reason to look through all that wait.
    if (probeAt > now) return probeAt;
    const isBackgroundNext = !isFailing && this.window.owesBackground(now);
    const order: Priority[] = isBackgroundNext ? ['background', 'normal'] : ['normal', 'background'];
    let wakeAt = Infinity;
    for (const priority of order) {
      // Limits 19: a new call of a route that hasn't failed goes first.
      const isUnfailed = (each: LimitedCall) => each.lastError === undefined && this.outage.isUnfailedRoute(each);
      const unfailed = isFailing ? this.queue.first(priority, isUnfailed) : undefined;
      const first = unfailed ?? this.queue.first(priority);
      if (first === undefined) continue;
      const readyAt = this.#readyAt(now, priority, unfailed !== undefined);
      wakeAt = Math.min(wakeAt, readyAt);
      if (readyAt <= now) return first;
    }
    return wakeAt;
  }

  /** A call starts to wait: it never rested, or its rest is over. Returns false if it is a retry that its route may not have. */
  #startWaiting(now: number, waiter: Waiter): boolean {
    const { call } = waiter;
    if (call.isCountedRetry && !this.outage.claimRetry(now, call)) {
      this.#reject(waiter, call.lastError);
      return false;
    }
    call.isCountedRetry = false;
    this.#held.add(now, this.outage, call);
    if (this.#isPaced) this.#announcements.add(now, waiter, this.queue.countBefore(call) - 1);
    return true;
  }

  /** Warns if a failing or refusing API has held calls for long. Returns when to look again. */
  #warnOfStall(now: number): number {
    const cause = this.outage.isFailing ? 'failures' : 'refusals';
    const since = cause === 'failures' ? this.outage.since : (this.#throttle?.since ?? Infinity);
    return this.observers.warnOfStall(now, since, cause, this.queue.size);
  }
}
