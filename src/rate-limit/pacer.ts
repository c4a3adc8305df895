import { RateLimitError } from '../errors.ts';
import { Budget, type Sent } from './budget.ts';
import { Lane, Place } from './lane.ts';
import type { Admission, Permit, RateLimiter, RateLimitSnapshot } from './limiter.ts';
import type { RateLimitStore } from './store.ts';
import { realTiming, type Timing } from './timing.ts';

/** The documented limit: 100 requests in 60 seconds. */
const documented = { limit: 100, window: 60 };

/** How long a call that works ahead lets others go first, in windows: nobody waits for ever. */
const patience = 120_000;

/** The longest time that a timer of every platform can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** A fair queue in front of the API: calls go out as the {@link Budget} has room, in the order they came. */
export class Pacer implements RateLimiter {
  readonly #budget = new Budget(documented.limit, documented.window);
  readonly #timing: Timing;
  readonly #refused = new Lane<Waiter>();
  readonly #inTurn = new Lane<Waiter>();
  readonly #workingAhead = new Lane<Waiter>();
  #cancelTimer: (() => void) | undefined;

  constructor(_key: string, timing = realTiming) {
    this.#timing = timing;
  }

  configure(options: {
    limit?: number | undefined;
    window?: number | undefined;
    store?: RateLimitStore | undefined;
  }): void {
    this.#budget.assume(options.limit, options.window);
  }

  get admitted(): number {
    return this.#budget.admitted;
  }

  get snapshot(): RateLimitSnapshot {
    const now = this.#timing.now();
    return {
      limit: this.#budget.limit,
      remaining: this.#budget.left(now),
      reset: this.#budget.reset(now),
      waiting: this.#waiting,
    };
  }

  get idle(): boolean {
    return this.#waiting === 0 && this.#budget.isFresh(this.#timing.now());
  }

  acquire(admission: Admission): Permit | Promise<Permit> {
    const now = this.#timing.now();
    const isNext = admission.refused === true ? this.#refused.length === 0 : this.#waiting === 0;
    if (isNext && admission.signal?.aborted !== true && this.#budget.room(now, 1) > 0) return this.#permit(now, false);
    return new Promise((resolve, reject) => this.#wait(now, new Waiter(this, admission, now, resolve, reject)));
  }

  get #waiting(): number {
    return this.#refused.length + this.#inTurn.length + this.#workingAhead.length;
  }

  #permit(now: number, waited: boolean): Permit {
    return new Grant(this, this.#budget.send(now), waited);
  }

  #wait(now: number, waiter: Waiter): void {
    const { signal, refused, urgency, maxWait, onWait } = waiter.admission;
    if (signal?.aborted === true) {
      waiter.reject(signal.reason);
      return;
    }
    const lane = refused === true ? this.#refused : urgency?.ahead === true ? this.#workingAhead : this.#inTurn;
    const place = this.#waitingBefore(lane) + 1;
    const delay = this.#budget.delay(now, place);
    if (maxWait !== undefined && delay > maxWait) {
      waiter.reject(waitsTooLong(waiter.admission, delay, maxWait));
      return;
    }
    lane.join(waiter);
    signal?.addEventListener('abort', waiter);
    if (lane === this.#workingAhead) urgency?.onRaise(() => this.#raise(waiter));
    onWait?.(delay, this.#waiting);
    this.#serve();
  }

  #waitingBefore(lane: Lane<Waiter>): number {
    if (lane === this.#refused) return lane.length;
    return this.#refused.length + this.#inTurn.length + (lane === this.#workingAhead ? lane.length : 0);
  }

  #raise(waiter: Waiter): void {
    this.#workingAhead.leave(waiter);
    this.#inTurn.join(waiter);
  }

  /** Sends as many as there is room for, and sets the timer for the rest. */
  #serve(): void {
    const now = this.#timing.now();
    let next = this.#next(now);
    while (next !== undefined) {
      let room = this.#budget.room(now, this.#waiting);
      if (room === 0) break;
      for (; room > 0 && next !== undefined; room -= 1) {
        this.leave(next);
        next.resolve(this.#permit(now, true));
        next = this.#next(now);
      }
    }
    this.#setTimer(next === undefined ? Infinity : this.#budget.wakeAt, now);
  }

  #next(now: number): Waiter | undefined {
    const ahead = this.#workingAhead.front;
    if (ahead !== undefined && now - ahead.since > patience) return this.#refused.front ?? ahead;
    return this.#refused.front ?? this.#inTurn.front ?? ahead;
  }

  /** One timer for all that wait; none when nobody does, so that it keeps no process alive. */
  #setTimer(wakeAt: number, now: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (wakeAt === Infinity) return;
    this.#cancelTimer = this.#timing.after(Math.min(Math.ceil(Math.max(0, wakeAt - now)), longestTimer), () => {
      this.#cancelTimer = undefined;
      this.#serve();
    });
  }

  /** Takes a call out of the queue. */
  leave(waiter: Waiter): void {
    waiter.lane?.leave(waiter);
    waiter.admission.signal?.removeEventListener('abort', waiter);
    waiter.admission.urgency?.onRaise(undefined);
  }

  /** The caller has given up. */
  abandon(waiter: Waiter): void {
    this.leave(waiter);
    waiter.reject(waiter.admission.signal?.reason);
    if (this.#waiting === 0) this.#setTimer(Infinity, 0);
  }

  answered(sent: Sent, status: number, headers: Headers): void {
    this.#budget.answered(sent, this.#timing.now(), status, headers);
    if (this.#waiting > 0) this.#serve();
  }

  unsent(sent: Sent): void {
    this.#budget.unsent(sent);
    if (this.#waiting > 0) this.#serve();
  }

  lost(sent: Sent): void {
    this.#budget.lost(sent, this.#timing.now());
    if (this.#waiting > 0) this.#serve();
  }
}

/** A call in the queue. It is its own listener, so that waiting costs no closure. */
class Waiter extends Place {
  readonly pacer: Pacer;
  readonly admission: Admission;
  readonly since: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;

  constructor(
    pacer: Pacer,
    admission: Admission,
    since: number,
    resolve: (permit: Permit) => void,
    reject: (reason: unknown) => void,
  ) {
    super();
    this.pacer = pacer;
    this.admission = admission;
    this.since = since;
    this.resolve = resolve;
    this.reject = reject;
  }

  handleEvent(): void {
    this.pacer.abandon(this);
  }
}

class Grant implements Permit {
  readonly #pacer: Pacer;
  readonly #sent: Sent;
  readonly waited: boolean;

  constructor(pacer: Pacer, sent: Sent, waited: boolean) {
    this.#pacer = pacer;
    this.#sent = sent;
    this.waited = waited;
  }

  answered(status: number, headers: Headers): void {
    this.#pacer.answered(this.#sent, status, headers);
  }

  unsent(): void {
    this.#pacer.unsent(this.#sent);
  }

  lost(): void {
    this.#pacer.lost(this.#sent);
  }
}

function waitsTooLong({ method, path }: Admission, delay: number, maxWait: number): RateLimitError {
  const retryAfter = Math.ceil(delay / 1000);
  return new RateLimitError({
    status: 429,
    message: `Not sent: the rate limit allows this call in about ${retryAfter} s, and maxWait is ${maxWait} ms.`,
    headers: new Headers(),
    method,
    path,
    retryAfter,
  });
}
