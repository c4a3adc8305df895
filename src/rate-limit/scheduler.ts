import { isCloudflareWorker } from '../utils/runtime.ts';
import { type Gate, Gates } from './gate.ts';
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
import { Reserve } from './reserve.ts';
import type { ConnectStore, Share, SharingStore } from './share.ts';
import { Alarm, realTiming, type Timing } from './timing.ts';
import { RateWindow, type WindowRequest } from './window.ts';

/** Milliseconds for which it is believed that others use up the window, and that waiting helps. */
const maxContention = 3_600_000;

/** Milliseconds from one look at a call that waits to the next, in Cloudflare Workers. */
const heartbeat = 500;

/** Sends the next call as soon as the window, the gates and the share allow. Each of them says when that is (`readyAt`). */
export class Scheduler implements RateLimiter {
  readonly #window = new RateWindow();
  readonly #gates: Gates;
  readonly #reserve = new Reserve();
  /** The calls that no gate holds. */
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
  /** When the first request was sent since one was last admitted. */
  #hopefulSince: number | undefined;

  /** @param key Base URL and token. A store only sees a hash of it. */
  constructor(key: string, timing = realTiming) {
    this.#key = key;
    this.#timing = timing;
    this.#alarm = new Alarm(timing, () => this.dispatch());
    this.#aborts = new AbortWatcher((call) => this.#reject(call, call.admission.signal?.reason));
    this.#gates = new Gates((change, gate) => {
      this.#observers.onGateChange(change);
      if (!change.isOpen) return;
      gate.alarm?.set(Infinity);
      for (let call = gate.next; call !== undefined; call = gate.next) this.#move(timing.now(), call);
    });
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
    const isNext = this.#queue.before(admission) === 0 && this.#gates.holding(now, admission) === undefined;
    if (isNext && admission.signal?.aborted !== true && this.#readyAt(now, background) <= now) {
      const permit = this.#send(now, admission, background, false);
      this.#updateShare(now);
      return permit;
    }
    return new Promise((resolve) => this.#enqueue(now, new WaitingCall(admission, resolve)));
  }

  /** When a call may be sent that no gate holds. */
  #readyAt(now: number, background: boolean): number {
    // A store keeps a reserve for all processes.
    const isReserved = background && this.#share?.isAvailable !== true && !this.#reserve.isBackgroundDue;
    return Math.max(
      this.#window.readyAt(now),
      this.#share?.readyAt(now, background ? 'background' : 'normal') ?? now,
      isReserved ? this.#reserve.readyAt(now, this.#window) : now,
    );
  }

  #send(now: number, admission: Admission, background: boolean, waited: boolean): Permit {
    this.#reserve.sent(background, this.#queue.background > 0);
    this.#share?.take(background ? 'background' : 'normal');
    const request = this.#window.send(now);
    for (const gate of this.#gates.sent(now, admission, request.order, waited)) this.#tend(now, gate);
    this.#hopefulSince ??= now;
    const end = (record: () => void) => {
      record();
      this.#observers.count(admission.observer, -1);
      const endedAt = this.#timing.now();
      for (const gate of this.#gates.of(endedAt, admission)) {
        gate.ended(request.order);
        this.#tend(endedAt, gate);
      }
      this.dispatch();
    };
    const permit = {
      waited,
      isContended: false,
      recordAnswer: (status: number, headers: Headers) =>
        end(() => (permit.isContended = this.#recordAnswer(admission, request, status, headers))),
      recordLoss: () => end(() => this.#window.recordLoss(request)),
      release: () => end(() => this.#window.release(request)),
    };
    return permit;
  }

  /** Takes in an answer. Returns whether it is a refusal that is nobody's fault. */
  #recordAnswer(admission: Admission, request: WindowRequest, status: number, headers: Headers): boolean {
    const now = this.#timing.now();
    const answer = readAnswer(status, headers);
    const isExplained = this.#window.recordAnswer(now, request, answer);
    if (!answer.isRefusal) {
      this.#hopefulSince = undefined;
      this.#gates.admitted(now, admission, request.order);
      return false;
    }
    if (!isExplained) return this.#gates.refused(now, admission, request.order, answer.wait);
    this.#share?.expire();
    return now - (this.#hopefulSince ?? now) < maxContention;
  }

  #enqueue(now: number, call: WaitingCall): void {
    const { admission } = call;
    const { signal, maxWait = Infinity } = admission;
    const delay = this.#delay(now, admission);
    const error: unknown = signal?.aborted ? signal.reason : waitError(admission, now, delay);
    if (signal?.aborted || error !== undefined) {
      this.#observers.count(admission.observer, -1);
      call.reject(error);
      return;
    }
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

  /** Predicts the milliseconds until a call that arrives now is sent. */
  #delay(now: number, admission: Admission): number {
    const gate = this.#gates.holding(now, admission);
    const delay = gate?.delay(now, gate.queue.before(admission) + 1) ?? 0;
    return Math.max(delay, this.#window.delay(now, this.#queue.before(admission) + 1));
  }

  /** Puts a call where it waits next: at a gate that holds it, or for the window. */
  #move(now: number, call: WaitingCall): void {
    call.list?.remove(call);
    const gate = this.#gates.holding(now, call.admission, call);
    (gate?.queue ?? this.#queue).push(call);
    if (gate !== undefined) this.#tend(now, gate);
  }

  /** Lets the calls through that a gate allows, and sets its timer for the next one. */
  #tend(now: number, gate: Gate): void {
    while (gate.readyAt <= now) {
      const call = gate.next;
      if (call === undefined) break;
      // A narrower gate may have closed since it came to this one.
      if (this.#gates.holding(now, call.admission, call) === gate) gate.passed = call;
      if (gate.scope === 'resource') call.isProbe = gate.failures > 0;
      this.#move(now, call);
    }
    gate.alarm ??= new Alarm(this.#timing, () => {
      this.#tend(this.#timing.now(), gate);
      this.dispatch();
    });
    gate.alarm.set(gate.queue.length === 0 ? Infinity : gate.readyAt);
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
    const now = this.#timing.now();
    this.#leave(call);
    for (const gate of this.#gates.of(now, call.admission)) {
      if (gate.passed === call) gate.passed = undefined;
      this.#tend(now, gate);
    }
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
    this.#alarm.set(this.#waiting === 0 ? Infinity : Math.min(next, updateAt));
  }

  /** The call to send now, or when there may be one. */
  #next(now: number): WaitingCall | number {
    const isBackgroundNext = this.#reserve.isBackgroundDue && this.#queue.background > 0;
    let wakeAt = Infinity;
    for (const background of [isBackgroundNext, !isBackgroundNext]) {
      for (let call = this.#queue.first(background); call !== undefined; call = this.#queue.first(background)) {
        const readyAt = this.#readyAt(now, background);
        if (readyAt > now) {
          wakeAt = Math.min(wakeAt, readyAt);
          break;
        }
        if (this.#gates.holding(now, call.admission, call) === undefined) return call;
        this.#move(now, call); // To a gate that has closed since.
      }
    }
    return wakeAt;
  }

  #updateShare(now: number): number {
    const { normal, background } = this.#queue;
    return this.#share?.update(now, { normal, background }) ?? Infinity;
  }
}
