import { RateLimitWaitError } from '../errors/index.ts';
import { isCloudflareWorker } from '../utils/runtime.ts';
import { readAnswer } from './headers.ts';
import {
  Observers,
  type Admission,
  type LimitOptions,
  type Permit,
  type RateLimiter,
  type RateLimitSnapshot,
} from './limiter.ts';
import { AbortWatcher, CallQueue, isBackground, waitError, WaitingCall } from './queue.ts';
import { RefusedResource } from './refused-resource.ts';
import { Reserve } from './reserve.ts';
import { SendRate } from './send-rate.ts';
import type { ConnectStore, Share, SharingStore } from './share.ts';
import { Stall } from './stall.ts';
import { Throttle } from './throttle.ts';
import { Alarm, realTiming, type Timing } from './timing.ts';
import { RateWindow, type WindowRequest } from './window.ts';

/** Milliseconds from one look at a call that waits to the next, in Cloudflare Workers. */
const heartbeat = 500;

/** Milliseconds for which an admitted request shows that a 503 is about a limit, and not an outage. */
const recent = 1000;

/** Sends the next call as soon as the window, the throttles and the share allow. Each of them says when that is (`readyAt`). */
export class Scheduler implements RateLimiter {
  readonly #window = new RateWindow();
  readonly #throttle = new Throttle(2);
  readonly #rate = new SendRate();
  readonly #stall = new Stall();
  readonly #reserve = new Reserve();
  /** The resources that were refused lately, such as `GET /users/user_1`, the oldest first. */
  readonly #refused = new Map<string, RefusedResource>();
  /** The calls that no resource holds. */
  readonly #queue = new CallQueue();
  readonly #observers = new Observers();
  readonly #aborts: AbortWatcher;
  readonly #timing: Timing;
  readonly #key: string;
  #store: SharingStore | undefined;
  #share: Share | undefined;
  /** Fires when something may have changed. An empty queue sets none, so that it keeps no process alive. */
  readonly #alarm: Alarm;
  #waiting = 0;
  #sent = 0;
  /** Until when the API asked to wait in a refusal that the window explains. */
  #holdUntil = -Infinity;

  /** @param key Base URL and token. A store only sees a hash of it. */
  constructor(key: string, timing = realTiming) {
    this.#key = key;
    this.#timing = timing;
    this.#alarm = new Alarm(timing, () => this.dispatch());
    this.#aborts = new AbortWatcher((call) => this.#reject(call, call.admission.signal?.reason));
  }

  configure({ limit, window, store = this.#store }: LimitOptions): void {
    this.#window.assume(limit, window);
    if (store === this.#store) return;
    this.#store = store;
    // `createRateLimitStore` has set it.
    const connect = store?.connectLimiter as ConnectStore | undefined;
    this.#share = connect?.(this.#key, this.#window, this.#timing, {
      dispatch: () => this.dispatch(),
      onStoreChange: (change) => this.#observers.onStoreChange(change),
    });
  }

  get snapshot(): RateLimitSnapshot {
    const now = this.#timing.now();
    const { limit, reset } = this.#window;
    const isOver = this.#window.isOver(now);
    return { limit, remaining: this.#window.remaining(now), reset: isOver ? undefined : reset, waiting: this.#waiting };
  }

  acquire(admission: Admission): Permit | Promise<Permit> {
    const now = this.#timing.now();
    this.#observers.count(admission.observer, 1);
    const background = isBackground(admission);
    if (!background && admission.isRetry !== true) this.#reserve.count(this.#window);
    const isNext = this.#queue.before(admission) === 0 && this.#holding(now, admission) === undefined;
    const isBacklog = this.#waiting > 0;
    if (isNext && admission.signal?.aborted !== true && this.#readyAt(now, background, isBacklog) <= now) {
      const permit = this.#send(now, admission, background, false);
      this.#updateShare(now);
      return permit;
    }
    return new Promise((resolve) => this.#enqueue(now, new WaitingCall(admission, resolve)));
  }

  /** When a call may be sent whose resource does not hold it. */
  #readyAt(now: number, background: boolean, isBacklog: boolean): number {
    const isShared = this.#share?.isAvailable === true;
    // A store keeps a reserve for all processes.
    const isReserved = background && !isShared && !this.#reserve.isBackgroundDue;
    return Math.max(
      this.#window.readyAt(now, isShared, isBacklog),
      this.#throttle.readyAt,
      this.#rate.readyAt(now),
      this.#holdUntil,
      this.#share?.readyAt(now, background ? 'background' : 'normal') ?? now,
      isReserved ? this.#reserve.readyAt(now, this.#window) : now,
    );
  }

  #send(now: number, admission: Admission, background: boolean, waited: boolean): Permit {
    this.#reserve.sent(background, this.#queue.background > 0);
    this.#share?.take(background ? 'background' : 'normal');
    const order = (this.#sent += 1);
    const request = this.#window.send(now);
    this.#throttle.sent(order);
    this.#rate.sent(now);
    this.#refused.get(keyOf(admission))?.throttle.sent(order);
    const end = (record: (now: number) => void) => {
      this.#throttle.ended(order);
      this.#refused.get(keyOf(admission))?.throttle.ended(order);
      record(this.#timing.now());
      this.#refused.get(keyOf(admission))?.update();
      this.#observers.count(admission.observer, -1);
      this.dispatch();
    };
    const fail = (now: number, hasFailed: boolean) => {
      if (hasFailed) this.#stall.refused(now, 'no answer');
      return hasFailed ? now : undefined;
    };
    const permit = {
      waited,
      isContended: false,
      isLimited: false,
      recordAnswer: (status: number, headers: Headers) =>
        end((now) => Object.assign(permit, this.#recordAnswer(now, admission, request, order, status, headers))),
      recordLoss: (hasFailed = true) => end((now) => this.#window.recordLoss(request, fail(now, hasFailed))),
      release: (hasFailed = false) => end((now) => this.#window.release(request, fail(now, hasFailed))),
    };
    return permit;
  }

  /** Takes in an answer. */
  #recordAnswer(
    now: number,
    admission: Admission,
    request: WindowRequest,
    order: number,
    status: number,
    headers: Headers,
  ): Pick<Permit, 'isContended' | 'isLimited'> {
    const read = readAnswer(status, headers);
    // Gateways answer so of limits, too. While nothing is admitted, it is an outage.
    const isRecent = this.#rate.admittedAt > request.sentAt - recent;
    const isLimit = status === 503 && (isRecent || this.#throttle.failures > 0);
    const answer = isLimit ? { ...read, isRefusal: true, isFailure: false } : read;
    const isExplained = this.#window.recordAnswer(now, request, answer);
    if (!answer.isRefusal && !answer.isFailure) {
      if (answer.isSound) this.#admit(now, keyOf(admission), order);
      return { isContended: false, isLimited: false };
    }
    const asked = headers.get('retry-after');
    const said = asked === null ? String(status) : `${status}, Retry-After: ${asked}`;
    if (!isExplained || this.#window.own === 0) this.#stall.refused(now, said);
    if (isExplained) {
      this.#holdUntil = Math.max(this.#holdUntil, now + (answer.wait ?? 0));
      this.#share?.expire();
      return { isContended: !this.#stall.isHopeless(now, now), isLimited: false };
    }
    let isContended = false;
    if (status === 429) isContended = this.#refuse(now, keyOf(admission), order, answer.wait);
    if (isLimit) {
      this.#holdUntil = Math.max(this.#holdUntil, now + (answer.wait ?? 0));
      this.#slowDown(now, order, answer.wait, this.#rate.isLowered(now));
    }
    return { isContended, isLimited: isLimit && isRecent };
  }

  #admit(now: number, key: string, order: number): void {
    this.#stall.admitted();
    this.#throttle.admitted(order);
    this.#rate.admitted(now);
    const resource = this.#refused.get(key);
    if (resource === undefined) return;
    this.#refused.delete(key);
    // What was refused alone was not about its resource.
    if (resource.isLone && this.#rate.isLowered(now)) this.#lower(now);
    for (const call of resource.queue.toArray()) this.#move(now, call);
    resource.update();
    this.#observers.onHold({ isHeld: false, target: key, reason: 'it is admitted again' });
  }

  /** Takes in a refusal that the window doesn't explain. Returns whether waiting may help. */
  #refuse(now: number, key: string, order: number, wait: number | undefined): boolean {
    for (const [old, resource] of this.#refused) {
      if (!resource.isForgotten(now)) break;
      this.#refused.delete(old);
    }
    let resource = this.#refused.get(key);
    const isLone = resource?.isSingle(this.#rate.admittedAt) !== true && this.#slowDown(now, order, wait);
    if (resource === undefined) {
      resource = new RefusedResource(this.#timing, () => {
        const call = resource?.queue.next;
        if (call !== undefined) this.#move(this.#timing.now(), call);
        this.dispatch();
      });
      this.#refused.set(key, resource);
      this.#observers.onHold({ isHeld: true, target: key, reason: 'it was refused' });
    }
    resource.refused(now, order, this.#sent, wait, isLone);
    return resource.isHopeful && this.#rate.admittedAt > -Infinity;
  }

  /**
   * Counts a refusal against the token.
   *
   * @param isSure Whether it can't be about a resource.
   * @returns Whether it is the first in a row, which may be about something else.
   */
  #slowDown(now: number, order: number, wait: number | undefined, isSure = false): boolean {
    // A new window is a reason to try again.
    const longest = Math.min(wait ?? Infinity, this.#window.untilTurn(now));
    if (!this.#throttle.refused(now, order, this.#sent, longest)) return false;
    const { failures } = this.#throttle;
    if (failures === 2 || isSure) this.#lower(now);
    return failures === 1 && !isSure;
  }

  #lower(now: number): void {
    if (!this.#rate.isLowered(now)) {
      this.#observers.onHold({ isHeld: true, target: undefined, reason: 'several in a row were refused' });
    }
    this.#rate.lower(Math.max(now, this.#throttle.readyAt));
  }

  /** The refused resource that a call has to wait for. */
  #holding(now: number, admission: Admission): RefusedResource | undefined {
    if (this.#refused.size === 0) return undefined;
    const resource = this.#refused.get(keyOf(admission));
    return resource !== undefined && resource.throttle.readyAt > now ? resource : undefined;
  }

  #enqueue(now: number, call: WaitingCall): void {
    const { admission } = call;
    const { signal, maxWait = Infinity } = admission;
    const delay = this.#delay(now, admission);
    const error: unknown = signal?.aborted
      ? signal.reason
      : waitError(admission, now, this.#delay(now, admission, true));
    if (signal?.aborted || error !== undefined) {
      this.#observers.count(admission.observer, -1);
      call.reject(error);
      return;
    }
    call.expectedAt = now + delay;
    this.#waiting += 1;
    this.#aborts.add(call);
    admission.priority?.onRaise(() => {
      this.#move(this.#timing.now(), call);
      this.dispatch(); // What is reserved for normal calls is its own now.
    });
    if (maxWait < Infinity || isCloudflareWorker()) this.#watch(now, call, now + maxWait);
    this.#move(now, call);
    if (delay > 0) admission.onWait?.(Math.ceil(delay), this.#waiting);
    this.dispatch();
  }

  /** Gives a call a timer of its own request, which looks whether it may be sent, and rejects it when its `maxWait` is over. */
  #watch(now: number, call: WaitingCall, expiresAt: number): void {
    const next = (from: number) => Math.min(expiresAt, isCloudflareWorker() ? from + heartbeat : Infinity);
    call.alarm = new Alarm(this.#timing, () => {
      this.dispatch(); // Its time may have come at this moment.
      if (call.list === undefined) return;
      const time = this.#timing.now();
      if (time < expiresAt) call.alarm?.set(next(time));
      else this.#reject(call, waitError(call.admission, time, this.#delay(time, call.admission), 0));
    });
    call.alarm.set(next(now));
  }

  /**
   * Predicts the milliseconds until a call that arrives now is sent.
   *
   * @param isSure Whether to leave out what is only a guess, before the first answer.
   */
  #delay(now: number, admission: Admission, isSure = false): number {
    const resourceAt = this.#holding(now, admission)?.throttle.readyAt ?? now;
    const heldUntil = Math.max(this.#holdUntil, resourceAt < Infinity ? resourceAt : now);
    const isGuess = isSure && !this.#window.wasKnown;
    return Math.max(0, heldUntil - now, isGuess ? 0 : this.#window.delay(now, this.#queue.before(admission) + 1));
  }

  /** Puts a call where it waits: for its resource, or for everything else. */
  #move(now: number, call: WaitingCall): void {
    call.list?.remove(call);
    const resource = this.#holding(now, call.admission);
    call.yields = this.#refused.get(keyOf(call.admission))?.isSingle(this.#rate.admittedAt) === true;
    (resource?.queue ?? this.#queue).push(call);
    resource?.update();
  }

  /** A call stops waiting. */
  #leave(call: WaitingCall): void {
    call.list?.remove(call);
    this.#waiting -= 1;
    call.alarm?.set(Infinity);
    this.#aborts.remove(call);
    call.admission.priority?.onRaise(undefined);
  }

  #reject(call: WaitingCall, reason: unknown): void {
    this.#leave(call);
    // Another call may be tried instead.
    this.#refused.get(keyOf(call.admission))?.update();
    this.#observers.count(call.admission.observer, -1);
    call.reject(reason);
    this.dispatch();
  }

  /** Sends the calls that may be sent, and sets the timer for the rest. */
  dispatch(): void {
    const now = this.#timing.now();
    let next = this.#next(now);
    for (; typeof next !== 'number'; next = this.#next(now)) {
      this.#leave(next);
      next.resolve(this.#send(now, next.admission, next.isBackground, true));
    }
    const updateAt = this.#updateShare(now);
    const checkAt = this.#checkStall(now, next);
    this.#alarm.set(this.#waiting === 0 ? Infinity : Math.min(next, updateAt, checkAt));
  }

  /** The call to send now, or when there may be one. */
  #next(now: number): WaitingCall | number {
    const isBackgroundNext = this.#reserve.isBackgroundDue && this.#queue.background > 0;
    // While the API refuses or fails, a call that is sent may use up a retry: the newest one that has used none.
    const isFailing = this.#throttle.failures > 0 || this.#window.isFailing(now);
    let wakeAt = Infinity;
    for (const background of [isBackgroundNext, !isBackgroundNext]) {
      for (;;) {
        const call = isFailing ? this.#queue.newest(background) : this.#queue.first(background);
        if (call === undefined) break;
        const readyAt = this.#readyAt(now, background, this.#waiting > 1);
        if (readyAt > now) {
          wakeAt = Math.min(wakeAt, readyAt);
          break;
        }
        if (this.#holding(now, call.admission) === undefined) return call;
        this.#move(now, call); // Its resource was refused meanwhile.
      }
    }
    return wakeAt;
  }

  /** Says that calls are late, and in the end rejects those that would wait for ever. Returns when to look again. */
  #checkStall(now: number, next: number): number {
    if (this.#waiting === 0) return Infinity;
    const expectedAt = this.#queue.next?.expectedAt ?? Infinity;
    const report = this.#stall.report(now, this.#waiting, expectedAt);
    if (report) this.#observers.onStall(report);
    if (this.#stall.isStalled) {
      const resources = [...this.#refused.values()].filter(({ queue }) => queue.length > 0);
      const nextAt = Math.min(next, ...resources.map(({ throttle }) => throttle.readyAt));
      if (this.#stall.isHopeless(now, nextAt)) this.#rejectAll(now, nextAt, resources);
    }
    return this.#stall.checkAt(now, expectedAt);
  }

  #rejectAll(now: number, nextAt: number, resources: readonly RefusedResource[]): void {
    const seconds = nextAt < Infinity ? Math.max(1, Math.ceil((nextAt - now) / 1000)) : 1;
    for (const call of [this.#queue, ...resources.map(({ queue }) => queue)].flatMap((queue) => queue.toArray())) {
      const { admission } = call;
      if (admission.maxWait !== undefined && admission.maxWait < Infinity) continue;
      this.#leave(call);
      this.#observers.count(admission.observer, -1);
      const message = `Not sent: the API admits nothing, and the next request may be sent in about ${seconds} s.`;
      call.reject(new RateLimitWaitError(message, admission, seconds));
    }
    for (const resource of resources) resource.update();
  }

  #updateShare(now: number): number {
    const { normal, background } = this.#queue;
    return this.#share?.update(now, { normal, background }) ?? Infinity;
  }
}

/** What a refusal is about, at least. */
function keyOf({ method, path }: Admission): string {
  return `${method} ${path}`;
}
