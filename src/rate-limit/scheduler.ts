import { AbortWatcher } from './abort-watcher.ts';
import type { Gate } from './gate.ts';
import { Gates } from './gates.ts';
import { readAnswer } from './headers.ts';
import type { Admission, LimitOptions, Permit, RateLimiter, RateLimitSnapshot } from './limiter.ts';
import { Observers } from './observers.ts';
import { CallQueue, isBackground, WaitingCall } from './queue.ts';
import { Reserve } from './reserve.ts';
import type { ConnectStore, Share, SharingStore } from './share.ts';
import { Alarm, realTiming, type Timing } from './timing.ts';
import { RateWindow, type WindowRequest } from './window.ts';

/** Milliseconds for which it is believed that others use up the window, and that waiting helps. */
const longestContention = 3_600_000;

/**
 * Sends the next call as soon as the window, the gates and the share allow. Each of them says when that is (`readyAt`), so that
 * one timer is enough for any number of calls.
 */
export class Scheduler implements RateLimiter {
  readonly #window = new RateWindow();
  readonly #gates: Gates;
  readonly #reserve = new Reserve();
  /** The calls that no gate of a resource or a route holds. */
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
  #inFlight = 0;
  /** When the first request was sent since one was last admitted. */
  #hopefulSince: number | undefined;

  /** @param key Base URL and token. A store only sees a hash of it. */
  constructor(key: string, timing = realTiming) {
    this.#key = key;
    this.#timing = timing;
    this.#alarm = new Alarm(timing, () => this.dispatch());
    this.#aborts = new AbortWatcher((call) => {
      this.#reject(call, call.admission.signal?.reason);
      this.dispatch();
    });
    this.#gates = new Gates((change, gate) => {
      if (change.isOpen) this.#empty(gate);
      this.#observers.onGateChange(change);
    });
  }

  configure({ limit, window, store = this.#store }: LimitOptions): void {
    this.#window.assume(limit, window);
    if (store === this.#store) return;
    this.#store = store;
    // `createRateLimitStore` has set it.
    const connect = store?.connect as ConnectStore | undefined;
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

  /** Whether nothing would be lost if it were forgotten. */
  get idle(): boolean {
    return this.#waiting + this.#inFlight === 0 && this.#gates.isEmpty && this.#window.isOver(this.#timing.now());
  }

  acquire(admission: Admission): Permit | Promise<Permit> {
    const now = this.#timing.now();
    this.#observers.add(admission.observer);
    this.#tendGates(now);
    const background = isBackground(admission);
    if (!background && admission.isRetry !== true) this.#reserve.count(this.#window);
    const isNext = this.#queue.before(admission) === 0 && this.#gates.holding(admission) === undefined;
    if (isNext && admission.signal?.aborted !== true && this.#readyAt(now, background) <= now) {
      const permit = this.#send(now, admission, background, false);
      this.#updateShare(now);
      return permit;
    }
    return new Promise((resolve) => this.#enqueue(now, new WaitingCall(admission, now, resolve)));
  }

  /** When a call may be sent that no gate of its resource or route holds. */
  #readyAt(now: number, background: boolean): number {
    // A store keeps a reserve for all processes.
    const isReserved = background && this.#share?.isAvailable !== true && !this.#reserve.isBackgroundDue;
    return Math.max(
      this.#window.readyAt(now),
      this.#gates.token?.readyAt ?? now,
      this.#share?.readyAt(now, background ? 'background' : 'normal') ?? now,
      isReserved ? this.#reserve.readyAt(now, this.#window) : now,
    );
  }

  #send(now: number, admission: Admission, background: boolean, waited: boolean): Permit {
    this.#reserve.sent(background, this.#queue.background > 0);
    const taken = this.#share?.take(now, background ? 'background' : 'normal');
    const request = this.#window.send(now);
    this.#gates.sent(now, admission, request.order);
    this.#hopefulSince ??= now;
    this.#inFlight += 1;
    const end = (record: () => void) => {
      this.#inFlight -= 1;
      this.#gates.ended(admission, request.order);
      record();
      this.#observers.remove(admission.observer);
      if (this.#waiting > 0) this.dispatch();
      else this.#updateShare(this.#timing.now());
    };
    const permit = {
      waited,
      isContended: false,
      recordAnswer: (status: number, headers: Headers) =>
        end(() => (permit.isContended = this.#recordAnswer(admission, request, status, headers))),
      recordLoss: () => end(() => this.#window.recordLoss(request)),
      release: () =>
        end(() => {
          this.#window.release(request);
          if (taken !== undefined) this.#share?.restore(taken);
        }),
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
    return now - (this.#hopefulSince ?? now) < longestContention;
  }

  #enqueue(now: number, call: WaitingCall): void {
    const { admission } = call;
    const { signal } = admission;
    const delay = this.#delay(now, admission);
    const error: unknown = signal?.aborted ? signal.reason : call.errorAt(now, delay);
    if (signal?.aborted || error !== undefined) {
      this.#observers.remove(admission.observer);
      call.reject(error);
      return;
    }
    this.#waiting += 1;
    this.#place(call);
    this.#aborts.add(call);
    admission.priority?.onRaise(() => {
      const { queue } = call;
      queue?.remove(call);
      queue?.push(call);
      this.dispatch(); // What is reserved for normal calls is its own now.
    });
    if (delay > 0) admission.onWait?.(Math.ceil(delay), this.#waiting);
    this.dispatch();
  }

  /** Predicts the milliseconds until a call that arrives now is sent. */
  #delay(now: number, admission: Admission): number {
    const gate = this.#gates.holding(admission);
    const calls = this.#queue.before(admission) + 1;
    const delays = [this.#window.delay(now, calls), this.#gates.token?.delay(now, calls) ?? 0];
    return Math.max(...delays, gate?.delay(now, gate.queue.before(admission) + 1) ?? 0);
  }

  /** Puts a call where it waits next: at a gate that holds it, or for the window. */
  #place(call: WaitingCall, isNext = false): void {
    const gate = this.#gates.holding(call.admission, call);
    (gate?.queue ?? this.#queue).push(call, isNext);
    if (gate !== undefined) this.#gates.update(gate);
  }

  /** A call stops waiting. */
  #leave(call: WaitingCall): void {
    call.queue?.remove(call);
    this.#waiting -= 1;
    this.#aborts.remove(call);
    call.admission.priority?.onRaise(undefined);
    for (const gate of this.#gates.of(call.admission)) {
      if (gate.passed === call) gate.passed = undefined;
      this.#gates.update(gate);
    }
  }

  #reject(call: WaitingCall, reason: unknown): void {
    this.#leave(call);
    this.#observers.remove(call.admission.observer);
    call.reject(reason);
  }

  /** Sends the calls that may be sent, rejects those that would wait too long, and sets the timer for the rest. */
  dispatch(): void {
    const now = this.#timing.now();
    let next = this.#next(now);
    for (; typeof next !== 'number'; next = this.#next(now)) {
      this.#leave(next);
      next.resolve(this.#send(now, next.admission, next.isBackground, true));
    }
    const delay = Math.max(this.#window.delay(now, 1), this.#gates.token?.delay(now, 1) ?? 0);
    this.#rejectOverdue(this.#queue, now, delay);
    const updateAt = this.#updateShare(now);
    const { expiresAt } = this.#queue;
    const wakeAt = Math.min(next, this.#gates.wakeAt, updateAt, expiresAt > now ? expiresAt : Infinity);
    this.#alarm.set(this.#waiting === 0 ? Infinity : wakeAt);
  }

  /** The call to send now, or when there may be one. */
  #next(now: number): WaitingCall | number {
    this.#tendGates(now);
    const isBackgroundDue = this.#reserve.isBackgroundDue && this.#queue.background > 0;
    let wakeAt = Infinity;
    for (const background of isBackgroundDue ? [true, false] : [false, true]) {
      for (;;) {
        // At a closed gate, a call goes first that was not refused: it can show that the gate is wrong.
        const isOpen = this.#gates.token === undefined;
        const call = isOpen ? this.#queue.first(background) : this.#queue.newest(background);
        if (call === undefined) break;
        const readyAt = this.#readyAt(now, background);
        if (readyAt > now) {
          wakeAt = Math.min(wakeAt, readyAt);
          break;
        }
        const gate = this.#gates.holding(call.admission, call);
        if (gate === undefined) return call;
        // It has closed since.
        this.#queue.remove(call);
        const error = call.errorAt(now, gate.delay(now, 1));
        if (error === undefined) this.#place(call);
        else this.#reject(call, error);
      }
    }
    return wakeAt;
  }

  /** Lets a call pass each gate that is due, and opens the gates that hold none and are forgotten. */
  #tendGates(now: number): void {
    for (let gate = this.#gates.due(now); gate !== undefined; gate = this.#gates.due(now)) {
      const { queue, readyAt, scope } = gate;
      this.#rejectOverdue(queue, now, gate.delay(now, 1));
      if (queue.length === 0 && now >= gate.forgottenAt) {
        this.#gates.open(gate, 'nothing was refused lately');
        continue;
      }
      const take = (background: boolean) => (scope === 'route' ? queue.newest(background) : queue.first(background));
      const call = readyAt <= now ? (take(false) ?? take(true)) : undefined;
      if (call !== undefined) {
        queue.remove(call);
        // The gate of its resource may have closed since it came to that of the route.
        if (this.#gates.holding(call.admission, call) === gate) gate.pass(now, call);
        if (scope === 'resource') call.isProbe = gate.failures > 0;
        this.#place(call, scope === 'route');
      }
      this.#gates.update(gate);
      if (call === undefined && gate.wakeAt <= now) break; // A call is about to time out by itself.
    }
  }

  /** A gate has opened: its calls wait for the window now, or at another gate. */
  #empty({ queue }: Gate): void {
    for (const background of [false, true]) {
      for (let call = queue.first(background); call !== undefined; call = queue.first(background)) {
        queue.remove(call);
        this.#place(call);
      }
    }
  }

  /** Rejects the calls that would wait too long if they are sent in `delay` milliseconds at the earliest. */
  #rejectOverdue(queue: CallQueue, now: number, delay: number): void {
    for (let call = queue.expiring(now + delay); call !== undefined; call = queue.expiring(now + delay)) {
      const error = call.errorAt(now, delay);
      if (error === undefined) return;
      this.#reject(call, error);
    }
  }

  #updateShare(now: number): number {
    const { normal, background } = this.#queue;
    return this.#share?.update(now, { normal, background }) ?? Infinity;
  }
}
