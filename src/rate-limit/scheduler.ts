import { AbortWatcher } from './abort-watcher.ts';
import { Alarm } from './alarm.ts';
import type { Budget } from './budget.ts';
import { readAnswer, type ReportedBudget } from './headers.ts';
import type { Admission, LimitOptions, Permit, RateLimiter, RateLimitSnapshot } from './limiter.ts';
import { expiryOf, waitError } from './overdue.ts';
import { isBackground, QueuedCall } from './queued-call.ts';
import { Refusals } from './refusals.ts';
import { BackgroundShare } from './reserve.ts';
import { rankOf, type Route } from './route.ts';
import { Routes } from './routes.ts';
import { type PermittedRequest, type RequestEnd, ScheduledPermit } from './scheduled-permit.ts';
import type { RateLimitStore } from './store.ts';
import type { ConnectStore, StoreConnection } from './store-connection.ts';
import { realTiming, type Timing } from './timing.ts';
import { explainsRefusal } from './window.ts';

/** Milliseconds between two searches of the queue for overdue calls, at least. */
const searchInterval = 20;

/** Queues calls, and sends the next one as soon as the budget and what was learned from refusals allow. */
export class Scheduler implements RateLimiter, RequestEnd {
  readonly #routes = new Routes();
  readonly #refusals = new Refusals();
  readonly #background = new BackgroundShare();
  readonly #timing: Timing;
  readonly #key: string;
  #store: RateLimitStore | undefined;
  /** How the budget is shared with other processes, if it is. */
  #connection: StoreConnection | undefined;
  readonly #aborts: AbortWatcher<QueuedCall<Route>>;
  #waiting = 0;
  #admitted = 0;
  /** Fires when something may have changed. An empty queue sets none, so that it keeps no process alive. */
  readonly #alarm: Alarm;
  /** When more calls can be sent if nothing else happens. */
  #wakeAt = Infinity;
  /** Whether delays have changed since the last search for overdue calls. */
  #isChanged = false;
  /** When the next waiting call reaches its longest wait. */
  #expiresAt = Infinity;

  /** @param key Base URL and token. A store only sees a hash of it. */
  constructor(key: string, timing = realTiming) {
    this.#timing = timing;
    this.#alarm = new Alarm(timing, () => this.dispatch());
    this.#key = key;
    this.#aborts = new AbortWatcher((call) => {
      this.#reject(call, call.admission.signal?.reason);
      if (this.#waiting === 0) this.#alarm.set(Infinity);
    });
  }

  configure({ limit, window, store = this.#store }: LimitOptions): void {
    this.#budget.assume(limit, window);
    if (store !== this.#store) {
      this.#store = store;
      // `createRateLimitStore` has set it.
      const connect = store?.connect as ConnectStore | undefined;
      this.#connection = connect?.(this.#key, this.#timing, this);
    }
    this.#connection?.share(this.#budget);
  }

  get snapshot(): RateLimitSnapshot {
    const now = this.#timing.now();
    return { ...this.#budget.snapshot(now), waiting: this.#waiting };
  }

  get idle(): boolean {
    return this.#waiting === 0 && this.#routes.isIdle && this.#budget.isFresh(this.#timing.now());
  }

  acquire(admission: Admission): Permit | Promise<Permit> {
    const now = this.#timing.now();
    this.#connection?.notify(admission);
    const route = this.#routes.of(admission);
    const isFirst = route.holdOf(admission.path) === undefined && route.queue.isEmptyFor(admission);
    if (!isBackground(admission) && admission.isRetry !== true) route.budget.reserve.count(now, route.budget.period);
    if (isFirst && admission.signal?.aborted !== true && this.#isReady(route, now, isBackground(admission), 1)) {
      const permit = this.#permit(now, admission, route, this.#admitted);
      this.#syncStore(now);
      return permit;
    }
    return new Promise((resolve) => this.#enqueue(now, new QueuedCall(admission, route, now, this.#admitted, resolve)));
  }

  get #budget(): Budget {
    return this.#routes.budget;
  }

  /** Whether a call of the route may be sent now. If not, notes when it may. */
  #isReady({ limits, budget }: Route, now: number, isBackground: boolean, waiting: number): boolean {
    const lease = this.#connection?.leaseOf(budget);
    // A store keeps a reserve for all processes.
    const isReserved = isBackground && lease === undefined && !this.#background.isDue;
    const reservedUntil = isReserved ? budget.reserve.readyAt(now, budget) : now;
    const readyAt = Math.max(limits.readyAt(now), this.#refusals.limits.readyAt(now), reservedUntil);
    if (readyAt > now) return this.#notUntil(readyAt);
    if (budget.isExpired(now) && lease?.isProbe === false) lease.expire();
    return budget.available(now, waiting, lease?.available) > 0 || this.#notUntil(budget.wakeAt);
  }

  #notUntil(time: number): false {
    this.#wakeAt = Math.min(this.#wakeAt, time);
    return false;
  }

  #permit(now: number, admission: Admission, route: Route, admitted: number, waited = false): Permit {
    const { path } = admission;
    const { budget } = route;
    this.#background.sent(isBackground(admission), this.#routes.hasBackground);
    const lease = this.#connection?.leaseOf(budget);
    const sent = lease === undefined ? budget.send(now) : budget.send(now, lease.isProbe);
    const generation = lease?.take(!isBackground(admission)) ?? 0;
    const hold = route.holdOf(path);
    if (hold !== undefined) hold.isProbing = true;
    route.wasSent = true;
    const ofRoute = route.limits.send(now);
    const ofToken = this.#refusals.limits.send(now);
    const request = { route, path, ofRoute, ofToken, budget, sent, hold, admitted, generation };
    return new ScheduledPermit(request, waited, this);
  }

  #enqueue(now: number, call: QueuedCall<Route>): void {
    const { admission, route } = call;
    const { signal } = admission;
    const delay = this.#delay(now, call, this.#routes.before(call) + 1);
    const error: unknown = signal?.aborted ? signal.reason : waitError(admission, now, now, delay);
    if (signal?.aborted || error !== undefined) {
      call.reject(error);
      return;
    }
    this.#waiting += 1;
    route.queue.push(call);
    admission.priority?.onRaise(() => {
      route.queue.raise(call);
      this.dispatch(); // What is reserved for normal calls is its own now.
    });
    this.#aborts.add(call);
    this.#expiresAt = Math.min(this.#expiresAt, expiryOf(admission, now));
    if (delay > 0) admission.onWait?.(Math.ceil(delay), this.#waiting);
    this.dispatch();
  }

  #reject(call: QueuedCall<Route>, reason: unknown): void {
    call.route.queue.remove(call);
    this.#left(call);
    call.reject(reason);
  }

  /** A call has left the queue. */
  #left(call: QueuedCall<Route>): void {
    this.#waiting -= 1;
    this.#aborts.remove(call);
    call.admission.priority?.onRaise(undefined);
  }

  /** Predicts the milliseconds until the call at a position among those that wait for the same budget is sent. */
  #delay(now: number, { admission, route }: QueuedCall<Route>, position: number): number {
    return Math.max(route.delay(now, admission.path, position), this.#refusals.limits.delay(now, position));
  }

  /** Sends the calls that may be sent, and sets the timer for the rest. */
  dispatch(): void {
    const now = this.#timing.now();
    for (let call = this.#next(now); call !== undefined; call = this.#next(now)) {
      const { admission, route, admitted } = call;
      route.queue.remove(call);
      this.#left(call);
      call.resolve(this.#permit(now, admission, route, admitted, true));
    }
    const syncAt = this.#syncStore(now);
    if (now >= this.#expiresAt || this.#isChanged) this.#rejectOverdue(now);
    this.#alarm.set(this.#waiting === 0 ? Infinity : Math.min(this.#wakeAt, syncAt, this.#expiresAt));
  }

  #syncStore(now: number): number {
    return this.#connection?.sync(now, this.#routes.waitingFor(this.#budget)) ?? Infinity;
  }

  /** The call to send now: of all routes that are ready, the one that has waited longest. */
  #next(now: number): QueuedCall<Route> | undefined {
    this.#wakeAt = Infinity;
    const background = this.#background.isDue ? this.#nextOf(now, true) : undefined;
    return background ?? this.#nextOf(now, false) ?? this.#nextOf(now, true);
  }

  #nextOf(now: number, isBackground: boolean): QueuedCall<Route> | undefined {
    const waiting = isBackground ? this.#waiting : this.#routes.normal;
    let next: QueuedCall<Route> | undefined;
    let since = Infinity;
    for (const route of this.#routes) {
      const call = route.first(now, isBackground);
      this.#notUntil(route.heldUntil);
      if (call === undefined || rankOf(call) >= since || !this.#isReady(route, now, isBackground, waiting)) continue;
      next = call;
      since = rankOf(call);
    }
    return next;
  }

  /** The calls that wait. */
  *[Symbol.iterator](): Generator<QueuedCall<Route>> {
    for (const route of this.#routes) yield* route;
  }

  /** Rejects the calls that would wait too long, now that the delay is known better. */
  #rejectOverdue(now: number): void {
    this.#isChanged = false;
    this.#expiresAt = Infinity;
    const positions = new Map<Budget, number>();
    for (const call of [...this]) {
      const { admission, route, since } = call;
      const position = (positions.get(route.budget) ?? 0) + 1;
      const error = waitError(admission, since, now, this.#delay(now, call, position));
      if (error !== undefined) {
        this.#reject(call, error);
        continue;
      }
      positions.set(route.budget, position);
      // Not at once, so that the queue is not searched for each of many calls that arrived in a row.
      const expiresAt = Math.max(expiryOf(admission, since), now + searchInterval);
      this.#expiresAt = Math.min(this.#expiresAt, expiresAt);
    }
  }

  recordAnswer(request: PermittedRequest, status: number, headers: Headers): boolean {
    const now = this.#timing.now();
    this.#settle(request, now);
    const answer = readAnswer(status, headers, now, now + request.budget.boundary.offset);
    const { refused, report, wait } = answer;
    const { budget, sent } = this.#reassign(request, now, report);
    const { revision } = budget;
    if (answer.isCached) budget.unsent(sent);
    else budget.answered(sent, answer);
    const isExplained = explainsRefusal(sent, report);
    if (budget.revision !== revision || (refused && !isExplained)) this.#isChanged = true;

    let isContended = refused && this.#admitted > request.admitted;
    if (refused && isExplained) this.#connection?.expire(budget);
    if (!refused) {
      this.#admitted += 1;
      this.#refusals.admitted(request);
    } else if (!isExplained) {
      const silence = budget.isUnannounced === undefined ? budget.period : undefined;
      const mayHelp = this.#refusals.refused(request, now, wait, silence);
      isContended = this.#admitted > 0 && mayHelp;
    }
    this.#settled();
    return isContended || (refused && report !== undefined && budget.isContended(sent, now, report));
  }

  /** Moves a request to the budget that its route turns out to use. */
  #reassign(request: PermittedRequest, now: number, report: ReportedBudget | undefined): PermittedRequest {
    const { route, budget, sent, generation } = request;
    if (report !== undefined) this.#routes.report(route, report.limit);
    if (route.budget === budget) return request;
    budget.unsent(sent);
    this.#connection?.restore(generation);
    this.#connection?.share(this.#budget);
    return { ...request, budget: route.budget, sent: { ...route.budget.send(now, false), sentAt: sent.sentAt } };
  }

  release(request: PermittedRequest): void {
    this.#settle(request, this.#timing.now());
    request.budget.unsent(request.sent);
    this.#connection?.restore(request.generation);
    this.#settled();
  }

  recordLoss(request: PermittedRequest): void {
    const now = this.#timing.now();
    this.#settle(request, now);
    request.budget.lost(request.sent, now);
    this.#settled();
  }

  #settle({ route, hold }: PermittedRequest, now: number): void {
    route.limits.settled(now);
    this.#refusals.limits.settled(now);
    if (hold !== undefined) hold.isProbing = false;
  }

  #settled(): void {
    if (this.#waiting > 0 || this.#connection !== undefined) this.dispatch();
  }
}
