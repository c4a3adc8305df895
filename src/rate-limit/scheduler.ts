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

/** Milliseconds for which it is believed that others use up the limit, and that waiting helps. */
const longestContention = 3_600_000;

/**
 * Sends the next call as soon as the window, the gates and the share allow. Each of them says when (`readyAt`), so that one
 * timer is enough for any number of calls.
 */
export class Scheduler implements RateLimiter {
  readonly #window = new RateWindow();
  readonly #gates: Gates;
  readonly #reserve = new Reserve();
  /** The calls that wait for the window, or for the gate of the token. */
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
  /** When a request was last admitted, or the first was sent since. */
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
    const isKnown = reset !== undefined && !this.#window.isOver(now);
    const remaining = this.#window.remaining(now);
    return { limit, remaining, reset: isKnown ? reset : undefined, waiting: this.#waiting };
  }

  /** Whether nothing would be lost if it were forgotten. */
  get idle(): boolean {
    const now = this.#timing.now();
    return this.#waiting === 0 && this.#inFlight === 0 && this.#gates.isEmpty && this.#window.isOver(now);
  }

  acquire(admission: Admission): Permit | Promise<Permit> {
    const now = this.#timing.now();
    this.#observers.add(admission.observer);
    this.#tendGates(now);
    const background = isBackground(admission);
    const isFirst = this.#queue.before(admission) === 0 && this.#gates.holding(admission) === undefined;
    if (isFirst && admission.signal?.aborted !== true && this.#readyAt(now, background) <= now) {
      const permit = this.#permit(now, admission, background, false);
      this.#updateShare(now);
      return permit;
    }
    return new Promise((resolve) => this.#enqueue(now, new WaitingCall(admission, now, resolve)));
  }

  /** When the next call may be sent that no gate of its route or resource holds. */
  #readyAt(now: number, background: boolean): number {
    const share = this.#share;
    const isShared = share?.isAvailable === true;
    return Math.max(
      this.#window.readyAt(now),
      this.#gates.token?.readyAt ?? now,
      share?.readyAt(now, background ? 'background' : 'normal') ?? now,
      // A store keeps a reserve for all processes.
      background && !isShared && !this.#reserve.isBackgroundDue ? this.#reserve.readyAt(now, this.#window) : now,
    );
  }

  #permit(now: number, admission: Admission, background: boolean, waited: boolean): Permit {
    this.#reserve.sent(background, this.#queue.background > 0, this.#window);
    const taken = this.#share?.take(now, background ? 'background' : 'normal');
    const request = this.#window.send(now);
    this.#gates.sent(admission, now, request.order);
    this.#hopefulSince ??= now;
    this.#inFlight += 1;
    return new SentRequest(admission, request, taken, waited, this);
  }

  #enqueue(now: number, call: WaitingCall): void {
    const { admission } = call;
    const { signal } = admission;
    const delay = Math.max(0, this.#delay(now, admission));
    const error: unknown = signal?.aborted ? signal.reason : call.errorAt(now, delay);
    if (signal?.aborted || error !== undefined) {
      this.#observers.remove(admission.observer);
      call.reject(error);
      return;
    }
    this.#waiting += 1;
    this.#place(call);
    admission.priority?.onRaise(() => {
      const { queue } = call;
      queue?.remove(call);
      queue?.push(call);
      this.dispatch(); // What is reserved for normal calls is its own now.
    });
    this.#aborts.add(call);
    if (delay > 0) admission.onWait?.(Math.ceil(delay), this.#waiting);
    this.dispatch();
  }

  /** Predicts the milliseconds until a call that arrives now is sent. */
  #delay(now: number, admission: Admission): number {
    const gate = this.#gates.holding(admission);
    const calls = this.#queue.before(admission) + 1;
    return Math.max(
      gate?.delay(now, gate.queue.before(admission) + 1) ?? 0,
      this.#gates.token?.delay(now, calls) ?? 0,
      this.#window.delay(now, calls),
    );
  }

  /** Puts a call where it waits next: at a gate that holds it, or for the window. */
  #place(call: WaitingCall, isNext = false): void {
    const gate = this.#gates.holding(call.admission, call);
    (gate?.queue ?? this.#queue).push(call, isNext);
    if (gate !== undefined) this.#gates.update(gate);
  }

  #reject(call: WaitingCall, reason: unknown): void {
    this.#leave(call);
    this.#observers.remove(call.admission.observer);
    call.reject(reason);
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

  /** Sends the calls that may be sent, rejects those that would wait too long, and sets the timer for the rest. */
  dispatch(): void {
    const now = this.#timing.now();
    let wakeAt = Infinity;
    for (;;) {
      this.#tendGates(now);
      const call = this.#next(now);
      if (call === undefined) break;
      if (typeof call === 'number') {
        wakeAt = call;
        break;
      }
      this.#leave(call);
      call.resolve(this.#permit(now, call.admission, call.isBackground, true));
    }
    this.#rejectOverdue(this.#queue, now, Math.max(now, wakeAt));
    const updateAt = this.#updateShare(now);
    const { expiresAt } = this.#queue;
    wakeAt = Math.min(wakeAt, this.#gates.wakeAt, expiresAt > now ? expiresAt : Infinity, updateAt);
    this.#alarm.set(this.#waiting === 0 ? Infinity : wakeAt);
  }

  /** The call to send now; if there is none, when there may be one. */
  #next(now: number): WaitingCall | number | undefined {
    const isBackgroundDue = this.#reserve.isBackgroundDue && this.#queue.background > 0;
    let wakeAt: number | undefined;
    for (const background of isBackgroundDue ? [true, false] : [false, true]) {
      for (;;) {
        const isOpen = this.#gates.token === undefined;
        const call = isOpen ? this.#queue.first(background) : this.#queue.newest(background);
        if (call === undefined) break;
        const readyAt = this.#readyAt(now, background);
        if (readyAt > now) {
          wakeAt = Math.min(wakeAt ?? Infinity, readyAt);
          break;
        }
        const gate = this.#gates.holding(call.admission, call);
        if (gate === undefined) return call;
        this.#hold(call, gate, now);
      }
    }
    return wakeAt;
  }

  /** A gate has closed since the call began to wait for the window. */
  #hold(call: WaitingCall, gate: Gate, now: number): void {
    this.#queue.remove(call);
    const error = call.errorAt(now, gate.delay(now, 1));
    if (error !== undefined) this.#reject(call, error);
    else this.#place(call);
  }

  /** Lets a call pass each gate that is due, and forgets the gates that hold none. */
  #tendGates(now: number): void {
    for (let gate = this.#gates.due(now); gate !== undefined; gate = this.#gates.due(now)) {
      const { queue, readyAt } = gate;
      this.#rejectOverdue(queue, now, Math.max(now, readyAt));
      if (queue.length === 0 && now >= gate.forgottenAt) {
        this.#gates.open(gate, 'nothing was refused for some time');
        continue;
      }
      if (readyAt <= now) {
        const isRoute = gate.scope === 'route';
        const call = isRoute ? (queue.newest(false) ?? queue.newest(true)) : (queue.first(false) ?? queue.first(true));
        if (call !== undefined) {
          queue.remove(call);
          gate.pass(now, call);
          call.isProbe = gate.scope === 'resource' && gate.failures > 0;
          this.#place(call, gate.scope === 'route');
        }
      }
      this.#gates.update(gate);
      if (gate.wakeAt <= now) break; // It waits for a call that times out by itself.
    }
    const { token } = this.#gates;
    if (token !== undefined && now >= token.forgottenAt) this.#gates.open(token, 'nothing was refused for some time');
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

  /** Rejects the calls that would wait too long if they are sent at `time` at the earliest. */
  #rejectOverdue(queue: CallQueue, now: number, time: number): void {
    for (let call = queue.expiring(time); call !== undefined; call = queue.expiring(time)) {
      const error = call.errorAt(now, time === Infinity ? 0 : time - now);
      if (error === undefined) return;
      this.#reject(call, error);
    }
  }

  #updateShare(now: number): number {
    const { normal, background } = this.#queue;
    return this.#share?.update(now, { normal, background }) ?? Infinity;
  }

  /** Returns whether a refusal is nobody's fault. */
  recordAnswer(sent: SentRequest, status: number, headers: Headers): boolean {
    const now = this.#timing.now();
    const { admission, request } = sent;
    const { order } = request;
    const answer = readAnswer(status, headers);
    this.#end(sent);
    const isExplained = this.#window.recordAnswer(now, request, answer);
    let isContended = false;
    if (!answer.isRefusal) {
      this.#hopefulSince = undefined;
      this.#gates.admitted(now, admission, order, admission.isRetry === true);
    } else if (isExplained) {
      this.#share?.expire();
      isContended = now - (this.#hopefulSince ?? now) < longestContention;
    } else {
      const { method, path, route } = admission;
      isContended = this.#gates.refused(now, { method, path, route, order, wait: answer.wait }, this.#window.lastOrder);
    }
    this.#ended();
    return isContended;
  }

  release(sent: SentRequest): void {
    this.#end(sent);
    this.#window.release(sent.request);
    if (sent.taken !== undefined) this.#share?.restore(sent.taken);
    this.#ended();
  }

  recordLoss(sent: SentRequest): void {
    this.#end(sent);
    this.#window.recordLoss();
    this.#ended();
  }

  #end({ admission, request }: SentRequest): void {
    this.#inFlight -= 1;
    this.#observers.remove(admission.observer);
    this.#gates.settled(admission, request.order);
  }

  #ended(): void {
    if (this.#waiting > 0) this.dispatch();
    else this.#updateShare(this.#timing.now());
  }
}

class SentRequest implements Permit {
  isContended = false;
  readonly waited: boolean;
  readonly admission: Admission;
  readonly request: WindowRequest;
  /** What it took of the share. */
  readonly taken: number | undefined;
  readonly #scheduler: Scheduler;

  constructor(
    admission: Admission,
    request: WindowRequest,
    taken: number | undefined,
    waited: boolean,
    scheduler: Scheduler,
  ) {
    this.admission = admission;
    this.request = request;
    this.taken = taken;
    this.waited = waited;
    this.#scheduler = scheduler;
  }

  recordAnswer(status: number, headers: Headers): void {
    this.isContended = this.#scheduler.recordAnswer(this, status, headers);
  }

  release(): void {
    this.#scheduler.release(this);
  }

  recordLoss(): void {
    this.#scheduler.recordLoss(this);
  }
}
