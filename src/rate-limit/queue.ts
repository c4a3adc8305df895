import type { ExampleError, RequestTarget } from '../errors/index.ts';
import type { Cancellation } from '../utils/abort.ts';
import { isCloudflareWorker } from '../utils/runtime.ts';
import { Alarm, type Timing } from '../utils/timing.ts';
import type { WindowRequest } from './window.ts';

/** Which of the waiting calls are sent first: `'background'` calls yield to `'normal'` ones. */
export type Priority = 'normal' | 'background';

/** The priority of one call. It can rise while the call waits, such as when a prefetched page is awaited. */
export class CallPriority {
  #level: Priority;
  /** What the queue that holds the call does when the priority rises. */
  onRaise: (() => void) | undefined;

  constructor(level: Priority) {
    this.#level = level;
  }

  get level(): Priority {
    return this.#level;
  }

  /** Makes a background call a normal one. */
  raise(): void {
    if (this.#level === 'normal') return;
    this.#level = 'normal';
    this.onRaise?.();
  }
}

/** A call, which asks for a permit for each of its attempts. Times are on the clock of the limiter's timing. */
export interface PermitRequest extends RequestTarget {
  /** Removes the call from the queue when it aborts; `acquire` then rejects with its reason. */
  readonly signal?: Cancellation | undefined;
  /** When the call times out (`totalTimeout`). A call that would wait longer rejects. */
  readonly deadline?: number | undefined;
  /** Longest wait for the rate limit in milliseconds. A call that would wait longer rejects with a `RateLimitWaitError`. */
  readonly maxWait?: number | undefined;
  /** Since when that wait counts: a call may have waited with another token. Default: now. */
  readonly waitingSince?: number | undefined;
  /** Longest time in milliseconds for which an outage may hold the call. Default: by priority. */
  readonly outageWait?: number | undefined;
  /** Default: normal. */
  readonly priority?: CallPriority | undefined;
  /** Before a retry: until when it rests. */
  readonly restUntil?: number | undefined;
  /** The error of its last attempt. */
  readonly lastError?: ExampleError | undefined;
  /** True if an attempt was sent, and if one may have taken effect. */
  readonly wasSent?: boolean;
  readonly mayHaveTakenEffect?: boolean;
  /** Called when the call has to wait: the expected delay in whole milliseconds, and how many calls wait with it. */
  readonly onWait?: ((delay: number, waiting: number) => void) | undefined;
  /** The same object for all calls of a client. */
  readonly observer?: LimiterObserver | undefined;

  // What the limiter remembers of the call between two attempts.
  /** After a refusal that the window explains, it goes first; after any other refusal or a failure, last. */
  position?: 'first' | 'last' | undefined;
  /** Refusals in a row that the window doesn't explain. */
  refusals?: number | undefined;
  /** The outage in which it failed last. */
  failedIn?: number | undefined;
  /** The outage that holds it, and for how long that one had held others before. */
  heldIn?: number | undefined;
  heldFrom?: number | undefined;
}

/** What a limiter tells the clients whose calls are in progress. */
export interface LimiterObserver {
  /** The store became unavailable, or available again. Called once per outage and observer. */
  onStoreChange(change: { readonly available: boolean; readonly error?: unknown }): void;
  /** The API has failed, or has refused calls that its window allows, for long. Called once a minute at most. */
  onStall(stall: Stall): void;
}

/** Why calls wait, for how many seconds that has lasted, and how many wait. */
interface Stall {
  readonly cause: 'failures' | 'refusals';
  readonly seconds: number;
  readonly waiting: number;
}

/** Permission to send one request. Call one of its three methods as soon as the outcome is known. */
export interface Permit {
  /** True if the call had to wait for it. */
  readonly waited: boolean;
  /** @param failure The error of a 5xx. */
  recordResponse(status: number, headers: Headers, failure?: ExampleError): Verdict;
  /** Nothing reached the API, as far as known, so the request doesn't count. `failure` if it was tried. Later, it does nothing. */
  release(failure?: ExampleError): Verdict;
  /** No response came, but the API has probably counted the request. `failure` unless the caller gave it up. */
  recordLoss(failure?: ExampleError): Verdict;
}

/** What an outcome means for the retry. */
export interface Verdict {
  /** True if the retry doesn't count, because the call only waits its turn. */
  readonly isUncounted: boolean;
  /** Milliseconds for which the call rests before an uncounted retry. The limiter decides about the rest of the wait. */
  readonly rest: number;
  /** True if the route has failed so often that the call gets only its last retry. */
  readonly isLastRetry: boolean;
}

/** A request that is under way. */
export interface SentRequest extends WindowRequest {
  readonly request: PermitRequest;
  /** True if it finds out about a window. */
  readonly isProbe: boolean;
  /** True if it tries an API that fails. */
  readonly isTry: boolean;
  /** Set when it ends. */
  verdict: Verdict | undefined;
}

/** Milliseconds between two checks of a waiting call, in Cloudflare Workers. */
const workerHeartbeat = 500;

/** A call that waits. It is a node of its queue's linked list, so that queueing it allocates nothing. */
export class WaitingCall {
  readonly request: PermitRequest;
  readonly resolve: (permit: Permit | Promise<never>) => void;
  #alarm: Alarm | undefined;
  /** Stops listening to its signal. */
  stopListening: (() => void) | undefined;
  /** The list in which it waits; `undefined` when it no longer waits. */
  list: List | undefined;
  previous: WaitingCall | undefined;
  next: WaitingCall | undefined;

  constructor(request: PermitRequest, resolve: WaitingCall['resolve']) {
    this.request = request;
    this.resolve = resolve;
  }

  /**
   * Calls back at each of these times, and in Cloudflare Workers every half second, because the limiter's timer may
   * belong to another request and end with it. What the callback returns is another such time.
   */
  watch(timing: Timing, now: number, times: readonly number[], onTick: (now: number) => number): void {
    const next = (after: number) =>
      Math.min(...times.filter((time) => time > after), isCloudflareWorker() ? after + workerHeartbeat : Infinity);
    let at = next(now);
    if (at === Infinity) return;
    this.#alarm = new Alarm(timing, () => {
      const time = Math.max(at, timing.now()); // Timers may be slightly early.
      at = Math.min(onTick(time), next(time));
      if (this.list !== undefined) this.#alarm?.set(at);
    });
    this.#alarm.set(at);
  }

  /** Stops waiting. */
  leave(): void {
    this.list?.remove(this);
    this.#alarm?.set(Infinity);
    this.stopListening?.();
    if (this.request.priority) this.request.priority.onRaise = undefined;
  }
}

/** First in, first out. */
class List {
  first: WaitingCall | undefined;
  last: WaitingCall | undefined;
  length = 0;

  *[Symbol.iterator](): Generator<WaitingCall, void> {
    for (let call = this.first; call; call = call.next) yield call;
  }

  push(call: WaitingCall): void {
    call.list = this;
    call.previous = this.last;
    if (this.last === undefined) this.first = call;
    else this.last.next = call;
    this.last = call;
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

/** The calls of a token that wait, by priority and {@link PermitRequest.position}. */
export class CallQueue {
  /** For each priority: the calls that go first, new ones, and those that go last; then the ones that rest. */
  readonly #lists = Array.from({ length: 7 }, () => new List());
  size = 0;

  get normal(): number {
    return this.#count(0, 3);
  }

  get background(): number {
    return this.#count(3, 6);
  }

  /** How many calls would be sent before one that arrived now. */
  countBefore(request: PermitRequest): number {
    return this.#count(0, rankOf(request) + 1);
  }

  /** The first call of a priority that passes a test. */
  first(priority: Priority, passes: (request: PermitRequest) => boolean = () => true): WaitingCall | undefined {
    const from = priority === 'normal' ? 0 : 3;
    for (const list of this.#lists.slice(from, from + 3))
      for (const call of list) if (passes(call.request)) return call;
    return undefined;
  }

  /** Adds a call, or moves it to where it now belongs. Returns true if it no longer rests. */
  put(call: WaitingCall, now: number): boolean {
    const list = this.#lists[(call.request.restUntil ?? now) > now ? 6 : rankOf(call.request)];
    if (call.list === list) return false;
    const hasRested = call.list === this.#lists[6];
    if (call.list) call.list.remove(call);
    else this.size += 1;
    list?.push(call);
    return hasRested;
  }

  /** Removes a call, which no longer waits. */
  remove(call: WaitingCall): void {
    if (call.list) this.size -= 1;
    call.leave();
  }

  /** A copy of the queue in its order, which calls may leave meanwhile. Calls that rest are not in it. */
  toArray(): WaitingCall[] {
    return this.#lists.slice(0, 6).flatMap((list) => [...list]);
  }

  #count(from: number, to: number): number {
    let sum = 0;
    for (let rank = from; rank < to; rank += 1) sum += this.#lists[rank]?.length ?? 0;
    return sum;
  }
}

export function priorityOf({ priority }: PermitRequest): Priority {
  return priority?.level ?? 'normal';
}

function rankOf(request: PermitRequest): number {
  const rank = request.position === 'first' ? 0 : request.position === 'last' ? 2 : 1;
  return rank + (priorityOf(request) === 'background' ? 3 : 0);
}
