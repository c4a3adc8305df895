import { RateLimitWaitError } from '../errors/index.ts';
import { Heap } from './heap.ts';
import type { Admission, Permit } from './limiter.ts';

/** A call that waits. It holds the links of its queue itself, so that queueing it allocates nothing. */
export class WaitingCall {
  readonly admission: Admission;
  readonly since: number;
  readonly resolve: (permit: Permit | Promise<never>) => void;
  list: List | undefined;
  queue: CallQueue | undefined;
  previous: WaitingCall | undefined;
  next: WaitingCall | undefined;
  /** Where it is among the calls that may not wait forever; -1 if it may. */
  index = -1;
  /** Whether it was held because its resource was refused. It yields to normal calls then, because it may be refused again. */
  isProbe = false;

  constructor(admission: Admission, since: number, resolve: WaitingCall['resolve']) {
    this.admission = admission;
    this.since = since;
    this.resolve = resolve;
  }

  get isBackground(): boolean {
    return this.isProbe || isBackground(this.admission);
  }

  /** When it has waited as long as it may. */
  get expiresAt(): number {
    return this.since + (this.admission.maxWait ?? Infinity);
  }

  /** The latest time at which it may be sent. */
  get latest(): number {
    return Math.min(this.expiresAt, this.admission.deadline ?? Infinity);
  }

  /** Resolves with a promise that is rejected: a function that rejects one would take memory for each call that waits. */
  reject(reason: unknown): void {
    this.resolve(Promise.reject(reason));
  }

  /** The error if it is sent in `delay` milliseconds at the earliest; `undefined` if it may go on waiting. */
  errorAt(now: number, delay: number): RateLimitWaitError | undefined {
    const { maxWait = Infinity, deadline = Infinity } = this.admission;
    const isTooLong = now >= this.expiresAt || now + delay > this.expiresAt;
    // A call whose delay is not known times out like any other.
    if (!isTooLong && (delay === 0 || now + delay < deadline)) return undefined;
    const retryAfter = Math.max(1, Math.ceil(delay / 1000));
    const limit = isTooLong
      ? `maxWait is ${maxWait} ms`
      : `totalTimeout leaves ${Math.max(0, Math.round(deadline - now))} ms`;
    const message = `Not sent: the rate limit allows this call in about ${retryAfter} s, and ${limit}.`;
    return new RateLimitWaitError(message, this.admission, retryAfter);
  }
}

export function isBackground({ priority }: Admission): boolean {
  return priority?.level === 'background';
}

/** First in, first out. */
class List {
  first: WaitingCall | undefined;
  last: WaitingCall | undefined;
  length = 0;

  push(call: WaitingCall): void {
    call.list = this;
    call.previous = this.last;
    if (this.last === undefined) this.first = call;
    else this.last.next = call;
    this.last = call;
    this.length += 1;
  }

  unshift(call: WaitingCall): void {
    call.list = this;
    call.next = this.first;
    if (this.first === undefined) this.last = call;
    else this.first.previous = call;
    this.first = call;
    this.length += 1;
  }

  remove(call: WaitingCall): void {
    if (call.previous === undefined) this.first = call.next;
    else call.previous.next = call.next;
    if (call.next === undefined) this.last = call.previous;
    else call.next.previous = call.previous;
    call.list = call.previous = call.next = undefined;
    this.length -= 1;
  }
}

/** The calls that wait for one thing. Every operation takes constant time, or logarithmic with a `maxWait` or a deadline. */
export class CallQueue {
  /** Retries of normal calls, the other normal ones, and the same of background calls. */
  readonly #lists = [new List(), new List(), new List(), new List()] as const;
  readonly #limited = new Heap<WaitingCall>((call) => call.latest);

  get length(): number {
    return this.normal + this.background;
  }

  get normal(): number {
    return this.#lists[0].length + this.#lists[1].length;
  }

  get background(): number {
    return this.#lists[2].length + this.#lists[3].length;
  }

  /** The earliest time at which a call has waited too long. */
  get expiresAt(): number {
    return this.#limited.first?.latest ?? Infinity;
  }

  /** How many calls would be sent before one that arrived now. */
  before(admission: Admission): number {
    if (!isBackground(admission)) return admission.isRetry === true ? this.#lists[0].length : this.normal;
    return this.normal + (admission.isRetry === true ? this.#lists[2].length : this.background);
  }

  /** The next call of a priority: a retry, or else the one that has waited longest. */
  first(background: boolean): WaitingCall | undefined {
    return this.#lists[background ? 2 : 0].first ?? this.#lists[background ? 3 : 1].first;
  }

  /** The newest call that was not refused: it can show that a gate is wrong. */
  newest(background: boolean): WaitingCall | undefined {
    return this.#lists[background ? 3 : 1].last ?? this.#lists[background ? 2 : 0].first;
  }

  push(call: WaitingCall, isNext = false): void {
    const list = this.#lists[((call.isBackground ? 2 : 0) + (call.admission.isRetry === true ? 0 : 1)) as 0];
    if (isNext) list.unshift(call);
    else list.push(call);
    call.queue = this;
    if (call.latest < Infinity) this.#limited.push(call);
  }

  remove(call: WaitingCall): void {
    call.list?.remove(call);
    call.queue = undefined;
    this.#limited.remove(call);
  }

  /** The call that expires first, if that is before a time. */
  expiring(time: number): WaitingCall | undefined {
    return this.expiresAt <= time ? this.#limited.first : undefined;
  }
}
