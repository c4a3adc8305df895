import { onAbort } from '../utils/abort.ts';
import { Alarm, realTiming, type Timing } from '../utils/timing.ts';
import { Observers } from './observers.ts';
import { Outcomes, type Loss, type SentRequest } from './outcomes.ts';
import type { Priority } from './priority.ts';
import { CallQueue, priorityOf, WaitingCall } from './queue.ts';
import { Refusals } from './refusals.ts';
import { Reserve } from './reserve.ts';
import type { ConnectStore, Share, SharingStore } from './share.ts';
import { Stall } from './stall.ts';
import { Turns, type Turn } from './turns.ts';
import type { Admission, LimitOptions, Permit, RateLimiter, RateLimitSnapshot, Verdict } from './types.ts';
import { stallError, waitError, waitsUntil } from './wait-error.ts';
import { RateWindow, type Demand } from './window.ts';

/** Sends the next call as soon as the window, the throttles and the share allow. Each says when that is (`readyAt`). */
export class Scheduler implements RateLimiter {
  readonly #window = new RateWindow();
  readonly #stall = new Stall();
  readonly #turns = new Turns();
  readonly #reserve = new Reserve();
  readonly #refusals: Refusals;
  readonly #outcomes: Outcomes;
  /** Calls that no resource holds. */
  readonly #queue = new CallQueue();
  readonly #observers = new Observers();
  readonly #timing: Timing;
  readonly #key: string;
  #store: SharingStore | undefined;
  #share: Share | undefined;
  /** Fires when something may have changed. An empty queue sets none, so that it keeps no process alive. */
  readonly #alarm: Alarm;
  #waiting = 0;

  /** @param key Base URL and token. A store only sees a hash of it. */
  constructor(key: string, timing = realTiming) {
    this.#key = key;
    this.#timing = timing;
    this.#alarm = new Alarm(timing, () => this.dispatch());
    const onHold = (target?: string) => this.#observers.notify((observer) => observer.onHold(target));
    this.#refusals = new Refusals(timing, onHold, (calls) => {
      for (const call of calls) this.#move(this.#timing.now(), call);
      this.dispatch();
    });
    this.#outcomes = new Outcomes(this.#window, this.#refusals, this.#stall, this.#turns);
  }

  configure({ limit, window, store = this.#store }: LimitOptions): void {
    this.#window.assume(limit, window);
    if (store === this.#store) return;
    this.#store = store;
    // `createRateLimitStore` has set it.
    const connect = store?.connectLimiter as ConnectStore | undefined;
    this.#share = connect?.(this.#key, this.#window, this.#queue, this.#timing, {
      dispatch: () => this.dispatch(),
      notify: (callback) => this.#observers.notify(callback),
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
    const isIdle = this.#waiting === 0 && this.#window.inFlight === 0 && admission.isRetry !== true;
    if (isIdle) this.#stall.restart(now);
    const priority = priorityOf(admission);
    if (priority === 'normal' && admission.isRetry !== true) this.#reserve.arrived(this.#window);
    const isBacklog = this.#waiting > 0;
    // It may not wait, and takes no request that a waiting call needs.
    const isUrgent = waitsUntil(admission, now) <= now && this.#waiting < this.#window.remaining(now);
    const isNext =
      !isBacklog ||
      isUrgent ||
      now < this.#turns.keptForArrivalUntil ||
      (!this.#isRefusedOrFailing && this.#queue.countBefore(admission) === 0);
    const isReleased = isNext && admission.signal?.aborted !== true && !this.#refusals.heldResource(now, admission);
    if (isReleased && this.#readyAt(now, priority, { isBacklog, isUrgent }) <= now) {
      const permit = this.#send(now, admission, priority, 'arrival');
      this.#share?.update(now);
      return permit;
    }
    return new Promise((resolve) => this.#enqueue(now, new WaitingCall(admission, resolve)));
  }

  isTooLate(admission: Admission, delay: number): boolean {
    const now = this.#timing.now();
    const wait = this.#sureDelay(now, admission) - delay;
    return wait > 0 && waitError(admission, now + delay, wait) !== undefined;
  }

  get #isRefusedOrFailing(): boolean {
    return this.#refusals.isTokenRefused || this.#window.probe.isFailing;
  }

  /** When a call may be sent whose resource does not hold it. */
  #readyAt(now: number, priority: Priority, demand: Demand): number {
    const isShared = this.#share?.isAvailable === true;
    // A store keeps a reserve for all processes.
    const isReserved = priority === 'background' && !isShared && !this.#reserve.isBackgroundDue;
    return Math.max(
      this.#window.readyAt(now, demand, isShared),
      this.#refusals.readyAt(now),
      this.#outcomes.holdUntil,
      this.#share?.readyAt(now, priority) ?? now,
      isReserved ? this.#reserve.readyAt(now, this.#window) : now,
    );
  }

  #send(now: number, admission: Admission, priority: Priority, turn: Turn): Permit {
    this.#turns.sent(turn);
    this.#reserve.sent(priority, this.#queue.background > 0);
    this.#share?.take(priority);
    const sequence = this.#refusals.sent(now, admission);
    const request = { ...this.#window.sent(now), admission, sequence, turn };
    return {
      waited: turn !== 'arrival',
      recordResponse: (status, headers) => this.#recordResponse(request, status, headers),
      recordLoss: (hasFailed = true) => this.#recordLoss(request, { mayCount: true, hasFailed }),
      release: (hasFailed = false) => this.#recordLoss(request, { mayCount: false, hasFailed }),
    };
  }

  #recordResponse(request: SentRequest, status: number, headers: Headers): Verdict {
    const finding = this.#outcomes.recordResponse(this.#timing.now(), request, status, headers);
    return { ...finding, isQueueHeld: this.#end(request) };
  }

  #recordLoss(request: SentRequest, loss: Loss): Verdict {
    this.#outcomes.recordLoss(this.#timing.now(), request, loss);
    return { isUncounted: false, isGatewayLimit: false, isQueueHeld: this.#end(request) };
  }

  /** A request has ended. Returns {@link Verdict.isQueueHeld}. */
  #end({ admission }: SentRequest): boolean {
    const isQueueHeld = this.#waiting > 0 && this.#window.probe.isFailing;
    this.#refusals.refusedResourceOf(admission)?.setAlarm();
    this.#observers.count(admission.observer, -1);
    this.dispatch();
    return isQueueHeld;
  }

  #enqueue(now: number, call: WaitingCall): void {
    const { admission } = call;
    const { signal } = admission;
    const delay = this.#delay(now, admission);
    const isAborted = signal?.aborted === true;
    const error: unknown = isAborted ? signal.reason : waitError(admission, now, this.#sureDelay(now, admission));
    if (isAborted || error !== undefined) {
      this.#observers.count(admission.observer, -1);
      call.reject(error);
      return;
    }
    call.expectedAt = now + delay;
    this.#waiting += 1;
    call.stopListening = signal && onAbort(signal, () => this.#giveUp(call, signal.reason));
    if (admission.priority)
      admission.priority.onRaise = () => {
        this.#move(this.#timing.now(), call);
        this.dispatch(); // As a normal call, it may use the reserve.
      };
    const expiresAt = waitsUntil(admission, now);
    call.watch(this.#timing, expiresAt, (time) => {
      this.dispatch(); // Its time may have come at this moment.
      if (call.list !== undefined && time >= expiresAt) this.#expire(time, call);
    });
    this.#move(now, call);
    if (delay > 0) admission.onWait?.(Math.ceil(delay), this.#waiting);
    this.dispatch();
  }

  /** Sends a call whose `maxWait` is over if it only waits for what another request shows, or else rejects it. */
  #expire(now: number, call: WaitingCall): void {
    const isResourceHeld = this.#refusals.heldResource(now, call.admission) !== undefined;
    const isNext = this.#queue.first(call.priority) === call;
    if (isNext && !isResourceHeld && this.#readyAt(now, call.priority, { isBacklog: true, isUrgent: true }) <= now)
      this.#admit(now, call, 'oldest');
    else this.#giveUp(call, waitError(call.admission, now, this.#delay(now, call.admission)));
  }

  /** Predicts the milliseconds until a call that arrives now is sent. Before the first response, it is only a guess. */
  #delay(now: number, admission: Admission, before = this.#queue.countBefore(admission)): number {
    return Math.max(this.#window.delay(now, before + 1), this.#holdOf(now, admission));
  }

  /**
   * A lower bound of that delay: only what is certain, because rejecting a call on a guess would lose it. In an outage,
   * the calls before it may fail, or leave it their place.
   */
  #sureDelay(now: number, admission: Admission): number {
    if (!this.#window.wasKnown) return this.#holdOf(now, admission);
    return this.#window.probe.isFailing ? this.#delay(now, admission, 0) : this.#delay(now, admission);
  }

  /** Milliseconds for which a refusal holds a call. */
  #holdOf(now: number, admission: Admission): number {
    const resourceAt = this.#refusals.heldResource(now, admission)?.pausedUntil ?? now;
    return Math.max(now, this.#outcomes.holdUntil, resourceAt) - now;
  }

  /** Puts a call into the queue of its resource if that is held, or else into the queue of the token. */
  #move(now: number, call: WaitingCall): void {
    call.list?.remove(call);
    const resource = this.#refusals.heldResource(now, call.admission);
    call.isDeferred = this.#refusals.isRefusedAlone(this.#refusals.refusedResourceOf(call.admission));
    (resource?.queue ?? this.#queue).push(call);
    resource?.setAlarm();
  }

  #admit(now: number, call: WaitingCall, turn: Turn): void {
    call.leave();
    this.#waiting -= 1;
    call.resolve(this.#send(now, call.admission, call.priority, turn));
  }

  #giveUp(call: WaitingCall, reason: unknown): void {
    this.#reject(call, reason);
    this.dispatch();
  }

  #reject(call: WaitingCall, reason: unknown): void {
    call.leave();
    this.#waiting -= 1;
    this.#observers.count(call.admission.observer, -1);
    call.reject(reason);
    // Another call may be tried instead.
    this.#refusals.refusedResourceOf(call.admission)?.setAlarm();
  }

  /** Sends the calls that may be sent, and sets the timer for the rest. */
  dispatch(): void {
    const now = this.#timing.now();
    let next = this.#next(now);
    for (; typeof next !== 'number'; next = this.#next(now)) {
      const [call, turn] = next;
      // A route that failed is only next when all have.
      if (this.#isRefusedOrFailing && this.#turns.hasFailed(call)) this.#turns.restart();
      this.#admit(now, call, turn);
    }
    const updateAt = this.#share?.update(now) ?? Infinity;
    if (this.#waiting > 0) next = Math.min(next, updateAt, this.#checkStall(now, next));
    this.#alarm.set(this.#waiting === 0 ? Infinity : next);
  }

  /** The call to send now, or when there may be one. */
  #next(now: number): [WaitingCall, Turn] | number {
    let wakeAt = Infinity;
    for (const priority of this.#turns.priorityOrder(this.#queue, this.#reserve.isBackgroundDue)) {
      const next = this.#nextOf(now, priority);
      if (typeof next !== 'number') return next;
      wakeAt = Math.min(wakeAt, next);
    }
    return wakeAt;
  }

  #nextOf(now: number, priority: Priority): [WaitingCall, Turn] | number {
    const isFailing = this.#isRefusedOrFailing;
    const isUnanswered = this.#window.isOver(now) && this.#window.inFlight > 0;
    const takesTurns = isFailing || isUnanswered || this.#turns.isAfterGivenUp;
    const turn = takesTurns ? this.#turns.next : 'oldest';
    const demand = { isBacklog: this.#waiting > 1, isUrgent: false };
    for (let first = this.#queue.first(priority); first; first = this.#queue.first(priority)) {
      const readyAt = Math.max(this.#readyAt(now, priority, demand), this.#turns.keptForArrivalUntil);
      if (readyAt > now) return readyAt;
      const call = (takesTurns ? this.#turns.pick(this.#queue, priority, turn) : undefined) ?? first;
      const { askedUntil } = this.#window.probe;
      if (isFailing && demand.isBacklog && askedUntil > now && this.#turns.hasFailed(call)) return askedUntil;
      if (this.#refusals.heldResource(now, call.admission) === undefined) return [call, turn];
      this.#move(now, call); // Its resource was refused meanwhile.
    }
    return Infinity;
  }

  /** Reports late calls, and rejects those without a `maxWait` once waiting is hopeless. Returns when to look again. */
  #checkStall(now: number, next: number): number {
    const expectedAt = this.#queue.next?.expectedAt ?? Infinity;
    const report = this.#stall.report(now, this.#waiting, expectedAt);
    if (report) this.#observers.notify((observer) => observer.onStall(report));
    const resources = this.#refusals.waiting;
    const isUnknown = this.#window.inFlight > 0; // A response may show that others are admitted.
    const nextAt = isUnknown ? Infinity : Math.min(next, ...resources.map(({ readyAt }) => readyAt));
    if (this.#stall.isHopeless(now, nextAt))
      this.#rejectAll(now, nextAt, [this.#queue, ...resources.map(({ queue }) => queue)]);
    return this.#stall.checkAt(now, expectedAt);
  }

  #rejectAll(now: number, nextAt: number, queues: readonly CallQueue[]): void {
    for (const call of queues.flatMap((queue) => queue.toArray())) {
      const { maxWait = Infinity } = call.admission;
      if (maxWait === Infinity) this.#reject(call, stallError(call.admission, now, nextAt));
    }
  }
}
