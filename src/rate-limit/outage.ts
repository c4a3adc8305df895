import { ExampleError, type CallError } from '../errors/index.ts';
import { backoff } from '../utils/timing.ts';
import type { LimitedCall } from './limited-call.ts';
import type { Verdict } from './permit.ts';
import { ProbeSlot, probeTimeout } from './probe-slot.ts';
import type { WindowRequest } from './window.ts';

/** A request that is under way. */
export interface SentRequest extends WindowRequest {
  readonly call: LimitedCall;
  /** True if it finds out if a failing API works again. */
  readonly isOutageProbe: boolean;
  /** Set when it ends. */
  verdict: Verdict | undefined;
}

/** Milliseconds between two probes. Doubles each time. */
const pauses = { first: 100, max: probeTimeout };

/**
 * After so many retries of a route that failed in a row, one is left in so many milliseconds. Routes may contain ids,
 * so no more than `max` are remembered.
 */
const routeRetries = { failures: 10, interval: 10_000, max: 1000 };

/**
 * Knows if an API fails, for all tokens and clients of its base URL and `fetch`: since two calls in a row have failed,
 * until another response comes, or until no call is left (docs/internals/rate-limits.md, limits 17 to 23).
 *
 * Two users load a page each while the API is down. The first call fails and rests for a second, as a call does that
 * is alone. When the second one fails, the outage begins: after 0.1, 0.2, 0.4 … 2 s, one of the two probes. If
 * the API is back after 3 s, the next probe shows it, and the other call follows at once. If not, both reject after 10 s.
 */
export class Outage {
  readonly #probeSlot = new ProbeSlot();
  /** Routes that failed and have not worked since: how many retries failed in a row, and when the last one was made. */
  readonly #routes = new Map<string, { failures: number; retriedAt: number }>();
  /** Each dispatches the calls that wait in one limiter. */
  readonly #wakes = new Set<() => void>();
  #calls = 0;
  /** The first call that has failed since a response came. */
  #failedCall: LimitedCall | undefined;
  #failures = 0;
  #pausedUntil = -Infinity;
  #failedSentAt = -Infinity;
  #answeredSentAt = -Infinity;
  /** What {@link heldFor} was at `#heldAt`, the last probe or its failure. */
  #held = 0;
  #heldAt = -Infinity;
  #lastError: CallError | undefined;
  /** Outages so far. */
  generation = 0;
  /** When this one began; `Infinity` while the API works. */
  since = Infinity;

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** A copy of the last failure, without what it says about its call; `undefined` while the API works. */
  get lastError(): CopiedError | undefined {
    return this.isFailing ? this.#lastError && copyForOtherCalls(this.#lastError) : undefined;
  }

  /** True while calls are in progress. */
  get isInUse(): boolean {
    return this.#calls > 0;
  }

  /** A call begins. */
  enter(): void {
    this.#calls += 1;
  }

  /** A call has ended. Without calls, nothing is known about the API any more, so that no test reaches the next one. */
  leave(): void {
    this.#calls -= 1;
    if (this.#calls > 0) return;
    this.#end();
    this.#routes.clear();
  }

  /** @param isNew True for a call that arrives, or of an unfailed route: it waits for a probe in flight only. */
  readyAt(isNew: boolean): number {
    return this.isFailing ? Math.max(this.#probeSlot.readyAt, isNew ? -Infinity : this.#pausedUntil) : -Infinity;
  }

  /** True if no request of the route has failed since one worked, so that it's the better one to probe with. */
  isUnfailedRoute(call: LimitedCall): boolean {
    return !this.#routes.has(routeOf(call));
  }

  /** Returns true if the request is a probe. The next one is another limiter's turn. */
  recordSent(now: number, wake: () => void): boolean {
    if (!this.isFailing) return false;
    this.#addHeldTime(now);
    this.#probeSlot.recordSent(now);
    this.#wakes.delete(wake);
    return true;
  }

  /**
   * A request has failed.
   *
   * @param requestedDelay Milliseconds that its response asks to wait.
   * @returns True if the retry counts: there is no outage, or the call last failed in another one.
   */
  recordFailure(
    now: number,
    { sentAt, isOutageProbe, call }: SentRequest,
    error: CallError,
    requestedDelay = 0,
  ): boolean {
    const route = this.#routes.get(routeOf(call)) ?? { failures: 0, retriedAt: -Infinity };
    if (this.#routes.size < routeRetries.max) this.#routes.set(routeOf(call), route);
    if (call.lastError) route.failures += 1;
    this.#lastError = error;
    this.#failedSentAt = Math.max(this.#failedSentAt, sentAt);
    this.#failedCall ??= call;
    // Limits 17: the second call in a row that fails. One that was sent before the last response came shows nothing.
    const begins = !this.isFailing && this.#failedCall !== call && sentAt >= this.#answeredSentAt;
    if (begins) {
      this.generation += 1;
      this.since = this.#heldAt = now;
      this.#held = 0;
    }
    if (begins || (isOutageProbe && this.isFailing)) {
      this.#addHeldTime(now);
      this.#pausedUntil = Math.max(this.#pausedUntil, now + backoff(pauses, this.#failures++));
    }
    this.#pausedUntil = Math.max(this.#pausedUntil, now + requestedDelay);
    if (!this.isFailing) return true;
    const countsAsRetry = (call.failedInOutage ?? this.generation) !== this.generation; // Limits 20.
    call.failedInOutage = this.generation;
    return countsAsRetry;
  }

  /** A response came that is no failure. */
  recordResponse({ sentAt, call }: SentRequest, isAdmitted: boolean): void {
    if (isAdmitted && this.#routes.size > 0) this.#routes.delete(routeOf(call));
    this.#answeredSentAt = Math.max(this.#answeredSentAt, sentAt);
    if (sentAt >= this.#failedSentAt) this.#end();
  }

  /** A request has ended, after what it shows was recorded. */
  recordEnd({ sentAt, isOutageProbe }: SentRequest): void {
    if (isOutageProbe) this.#probeSlot.recordEnd(sentAt);
    for (const wake of [...this.#wakes]) wake();
  }

  /** Calls back when something changes, while calls wait. */
  setWaiting(wake: () => void, isWaiting: boolean): void {
    if (isWaiting && this.isFailing) this.#wakes.add(wake);
    else this.#wakes.delete(wake);
  }

  /** True if so many retries of the route failed in a row that the next one of a call is its last. */
  isRouteFailing(call: LimitedCall): boolean {
    return (this.#routes.get(routeOf(call))?.failures ?? 0) >= routeRetries.failures;
  }

  /** True if a retry that counts may be sent: a route that always fails gets one every ten seconds (limits 22). */
  claimRetry(now: number, call: LimitedCall): boolean {
    const route = this.#routes.get(routeOf(call));
    if (!route || route.failures < routeRetries.failures) return true;
    if (now < route.retriedAt + routeRetries.interval) return false;
    route.retriedAt = now;
    return true;
  }

  /**
   * Limits 21: milliseconds for which this outage alone has held the calls that have waited since it began. Unless
   * something else holds them, or a failure asked for a longer pause, another probe would follow within the longest
   * pause. So time after that doesn't count.
   */
  heldFor(now: number): number {
    return this.#held + Math.max(0, Math.min(now - this.#heldAt, pauses.max));
  }

  #end(): void {
    this.#failures = 0;
    this.#failedCall = undefined;
    this.#pausedUntil = -Infinity;
    this.since = Infinity;
  }

  #addHeldTime(now: number): void {
    this.#held = this.heldFor(now);
    this.#heldAt = now;
  }
}

function routeOf({ method, route }: LimitedCall): string {
  return `${method} ${route}`;
}

type CopiedError = ExampleError & { readonly problem: string };

/** A copy of a call's error for other calls. It keeps class, status, code, problem and request id, not path or body. */
function copyForOtherCalls(error: CopiedError): CopiedError {
  const { status, code, requestId, problem } = error as Record<string, unknown> & CopiedError; // Most have them.
  // The `as` holds because its prototype is that of the error, and `problem` is set next.
  const copy = Object.setPrototypeOf(new ExampleError(problem), Object.getPrototypeOf(error) as object) as CopiedError;
  Object.defineProperty(copy, 'problem', { value: problem });
  return Object.assign(copy, { status, code, requestId, stack: `${copy.name}: ${problem}` });
}
