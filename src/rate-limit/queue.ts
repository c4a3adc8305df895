import { RateLimitWaitError } from '../errors/index.ts';
import { Heap } from './heap.ts';
import type { Admission, Permit } from './limiter.ts';

/** A call that waits. It holds the links of its queue itself, so that queueing it allocates nothing. */
export class WaitingCall {
  readonly admission: Admission;
  readonly since: number;
  readonly resolve: (permit: Permit | Promise<never>) => void;
  queue: CallQueue | undefined;
  list: List | undefined;
  previous: WaitingCall | undefined;
  next: WaitingCall | undefined;
  /** Its place among the calls that may not wait forever. */
  index = -1;
  /** Whether its resource was refused. It yields to normal calls then, because it may be refused again. */
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
    const { maxWait, deadline = Infinity } = this.admission;
    const isTooLong = now >= this.expiresAt || now + delay > this.expiresAt;
    // A call whose delay is not known times out like any other.
    if (!isTooLong && (delay === 0 || now + delay < deadline)) return undefined;
    const seconds = Math.max(1, Math.ceil(delay / 1000));
    const left = Math.max(0, Math.round(deadline - now));
    const limit = isTooLong ? `maxWait is ${maxWait} ms` : `totalTimeout leaves ${left} ms`;
    const message = `Not sent: the rate limit allows this call in about ${seconds} s, and ${limit}.`;
    return new RateLimitWaitError(message, this.admission, seconds);
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

  /** @param previous The call after which it is put; `undefined` for the first place. */
  insert(call: WaitingCall, previous: WaitingCall | undefined): void {
    const next = previous === undefined ? this.first : previous.next;
    Object.assign(call, { list: this, previous, next });
    if (previous === undefined) this.first = call;
    else previous.next = call;
    if (next === undefined) this.last = call;
    else next.previous = call;
    this.length += 1;
  }

  remove(call: WaitingCall): void {
    const { previous, next } = call;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    call.list = call.previous = call.next = undefined;
    this.length -= 1;
  }
}

/** The calls that wait for one thing. No operation takes longer if more of them wait, unless they have a `maxWait` or a deadline. */
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

  /** When a call has waited too long. */
  get expiresAt(): number {
    return this.#limited.first?.latest ?? Infinity;
  }

  /** How many calls would be sent before one that arrived now. */
  before(admission: Admission): number {
    const isRetry = admission.isRetry === true;
    if (!isBackground(admission)) return isRetry ? this.#lists[0].length : this.normal;
    return this.normal + (isRetry ? this.#lists[2].length : this.background);
  }

  /** The next call of a priority: a retry, or else the one that has waited longest. */
  first(background: boolean): WaitingCall | undefined {
    return this.#lists[background ? 2 : 0].first ?? this.#lists[background ? 3 : 1].first;
  }

  /** The newest call of a priority that was not refused, or else a retry. */
  newest(background: boolean): WaitingCall | undefined {
    return this.#lists[background ? 3 : 1].last ?? this.#lists[background ? 2 : 0].first;
  }

  /** @param isNext Whether it goes ahead of those that wait. */
  push(call: WaitingCall, isNext = false): void {
    const isRetry = call.admission.isRetry === true;
    const list = call.isBackground ? this.#lists[isRetry ? 2 : 3] : this.#lists[isRetry ? 0 : 1];
    list.insert(call, isNext ? undefined : list.last);
    call.queue = this;
    if (call.latest < Infinity) this.#limited.push(call);
  }

  remove(call: WaitingCall): void {
    call.list?.remove(call);
    call.queue = undefined;
    this.#limited.remove(call);
  }

  /** A call that may be sent until then at the latest, if there is one: of several, the first to expire. */
  expiring(time: number): WaitingCall | undefined {
    return this.expiresAt <= time ? this.#limited.first : undefined;
  }
}
