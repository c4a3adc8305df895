import { redactedUrl, redactorOf, type Redactable, type SecretFields } from '../auth/redaction.ts';
import type { ExampleError, RequestTarget, ValidationIssue } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import type { LimiterObserver } from '../rate-limit/observers.ts';
import { mergeHeaders } from '../utils/headers.ts';
import { parseJson } from '../utils/json.ts';
import { messageOf } from '../utils/user-code.ts';
import { locationOf } from '../utils/standard-schema.ts';
import { deprecationOf } from './deprecation.ts';
import { ClientEventEmitter, type CallEndEvent, type CallEvent, type Tracer } from './events.ts';
import { limiterObserver } from './limiter-observer.ts';
import { addIfNew, type LeveledLogger } from './logger.ts';

/** Milliseconds. Longer waits, for the rate limit or before a retry, are logged as warnings. */
const maxSilentWait = 10_000;

/** The events, traces and logs of a client, and of the clients that `withOptions` makes from it. */
export class Telemetry {
  readonly events: ClientEventEmitter;
  /** The tracer that was added first. */
  tracer: Tracer | undefined;
  /** Shared by all of these clients, so that an outage of the store is reported once. */
  readonly limiterObserver: LimiterObserver;
  /** Where responses have differed from the API reference. Each location is logged once. */
  readonly loggedIssues = new Set<string>();
  /** When a wait may be logged again, on the clock of `performance.now()`. Calls that wait together share one line. */
  quietUntil = 0;

  constructor(logger: LeveledLogger) {
    this.events = new ClientEventEmitter(logger);
    this.limiterObserver = limiterObserver(this.events, logger);
  }

  /** Observes a call; `undefined` if nobody listens, traces or logs. */
  observe(logger: LeveledLogger, target: RequestTarget): CallTelemetry | undefined {
    const isObserved = logger.error !== undefined || this.tracer !== undefined || this.events.isObserved;
    return isObserved ? new CallTelemetry(this, logger, target) : undefined;
  }
}

/** What is observed of an attempt. */
interface ObservedAttempt extends Redactable {
  readonly account: { readonly authorization: RequestHeaders };
  readonly response?: Response | undefined;
}

type RequestHeaders = SecretFields['headers'];

/** How an attempt ended. */
interface ObservedResult {
  /** The text of the body, if it was read. */
  readonly text?: string | undefined;
  /** Set if the attempt failed. */
  readonly error?: unknown;
}

/** Numbers the observed calls. The other module format has a count of its own. */
let observedCalls = 0;

/** The base URLs and routes whose deprecation a client has logged. */
const loggedDeprecations = new Set<string>();

/** Emits, traces and logs what happens to a call. Builds payloads only if somebody receives them. */
export class CallTelemetry {
  readonly shared: Telemetry;
  readonly #logger: LeveledLogger;
  readonly #start = performance.now();
  /** The target, redacted with the current token. */
  target: RequestTarget;
  #id: string | undefined;
  #attempts = 0;
  /** Milliseconds spent in attempts. */
  #attempting = 0;
  /** The last attempt that got a response. */
  #answered: ObservedAttempt | undefined;
  /** Announces the next retry, unless it was already announced. */
  #announceRetry: (() => void) | undefined;
  /** The event that the tracer received. The outcome is added when the call ends. */
  #traced: CallEvent | undefined;

  constructor(shared: Telemetry, logger: LeveledLogger, target: RequestTarget) {
    this.shared = shared;
    this.#logger = logger;
    this.target = target;
  }

  /** Runs the call within a trace. The call must call {@link onEnd}. */
  run<T>(call: () => Promise<T>): Promise<T> {
    const { tracer } = this.shared;
    if (!tracer) return call();
    const event = (this.#traced = this.#callEvent());
    return runTraced(call, (run) => tracer.call(event, run));
  }

  /** Reports the end of the call. `error` is what it rejects with. */
  onEnd(outcome: CallEndEvent['outcome'], error: unknown): void {
    const { events } = this.shared;
    if (!this.#traced && !events.has('callEnd')) return;
    const duration = performance.now() - this.#start;
    const event = {
      ...this.#callEvent(),
      outcome,
      ...responseInfo(this.#answered),
      attempts: this.#attempts,
      waited: Math.round(duration - this.#attempting),
      duration: Math.round(duration),
      error,
    };
    if (this.#traced) Object.assign(this.#traced, event);
    events.emit('callEnd', event);
  }

  /** Makes an attempt. Listeners and tracers may add headers to it. */
  async attempt<Result extends ObservedResult>(
    attempt: ObservedAttempt,
    send: (headers: RequestHeaders) => Promise<Result>,
  ): Promise<Result> {
    const { events, tracer } = this.shared;
    this.#announceRetry?.();
    this.#attempts++;
    const start = performance.now();
    const isAnnounced = tracer !== undefined || events.has('request');
    const url = isAnnounced && redactedUrl(attempt);
    // Listeners add headers. The event is frozen, so that no listener can replace the headers of the others.
    const event = url && Object.freeze({ ...this.#callEvent(), url, headers: {} });
    const trace = event && { ...event, baseUrl: attempt.call.options.baseUrl };
    const run = async () => {
      if (event) events.emit('request', event);
      const headers = event ? this.#addHeaders(attempt.call.headers, event.headers) : attempt.call.headers;
      this.#logRequest(attempt, headers);
      const result = await send(headers);
      const report = this.#reportAttempt(result, attempt, Math.round(performance.now() - start));
      if (trace) Object.assign(trace, report);
      return result;
    };
    try {
      return await (tracer && trace ? runTraced(run, (once) => tracer.attempt(trace, once)) : run());
    } finally {
      this.#attempting += performance.now() - start;
      if (attempt.response) this.#answered = attempt;
    }
  }

  #logRequest(attempt: ObservedAttempt, headers: RequestHeaders): void {
    if (!this.#logger.debug) return;
    const about = this.#callEvent();
    const redactor = redactorOf(attempt);
    const { call, account } = attempt;
    this.#logger.debug(`${about.method} ${about.path} is sent.`, {
      ...about,
      query: redactor.redactQuery(call.query),
      headers: redactor.redactJson({ ...headers, ...account.authorization }, true),
      body: call.body && redactor.redactJson(parseJson(call.body), true),
    });
  }

  /**
   * Reports that a failed attempt is retried after `delay` milliseconds. If that is 0, the rate limit may still refuse
   * the call, so the retry is announced only once the call waits or is sent.
   */
  onRetry(delay: number, error: ExampleError & { readonly status?: number | undefined }): void {
    const { events } = this.shared;
    const log = this.#claimWaitWarning(delay) ?? this.#logger.info;
    if (!events.has('retry') && !log) return;
    this.#announceRetry = () => {
      this.#announceRetry = undefined;
      const event = { ...this.#callEvent(), delay, status: error.status, reason: error.message };
      events.emit('retry', event);
      log?.(`${error.name}: ${error.message} Retrying in ${delay} ms.`, event);
    };
    if (delay > 0) this.#announceRetry();
  }

  /** Reports that the call has to wait for the rate limit. */
  onWait(delay: number, waiting: number): void {
    this.#announceRetry?.();
    const { events } = this.shared;
    const warn = this.#claimWaitWarning(delay);
    if (!warn && !events.has('rateLimitWait')) return;
    const event = { ...this.#callEvent(), attempt: this.#attempts + 1, delay, waiting };
    events.emit('rateLimitWait', event);
    const wait = `waits about ${Math.round(delay / 1000)} s for the rate limit`;
    warn?.(`${event.method} ${event.path} ${wait}. Calls waiting: ${waiting}.`, event);
  }

  /** Returns the method that logs a long wait, and keeps others silent until it is over; `undefined` if none is due. */
  #claimWaitWarning(delay: number): LeveledLogger['warn'] {
    const now = performance.now();
    const { warn } = this.#logger;
    // A client that logs no warnings keeps no other from it.
    if (!warn || delay <= maxSilentWait || now < this.shared.quietUntil) return undefined;
    this.shared.quietUntil = now + delay;
    return warn;
  }

  onIssues(issues: readonly ValidationIssue[]): void {
    const { events, loggedIssues } = this.shared;
    const about = this.#callEvent();
    for (const issue of issues) {
      // By route, so that a difference is logged once for all ids.
      const location = `${about.method} ${about.route}, body${locationOf(issue)}`;
      if (!this.#logger.warn || !addIfNew(loggedIssues, location)) continue;
      const problem = `A response differs from the documentation at ${location}: ${issue.message}.`;
      this.#logger.warn(problem, { ...about, issue });
    }
    events.emit('validationIssue', { ...about, issues });
  }

  /** Reports the end of an attempt. Returns what the trace needs. */
  #reportAttempt({ text, error }: ObservedResult, attempt: ObservedAttempt, duration: number): object | undefined {
    const { events, tracer } = this.shared;
    const { response } = attempt;
    if (response) this.#warnOfDeprecation(response, attempt);
    if (!tracer && !this.#logger.debug && !events.has('response')) return undefined;
    const about = this.#callEvent();
    const redactor = redactorOf(attempt);
    const answer = responseInfo(attempt);
    const outcome = response ? `answered ${response.status}` : 'no answer';
    this.#logger.debug?.(`${about.method} ${about.path}: ${outcome} after ${duration} ms.`, {
      ...about,
      ...answer,
      duration,
      headers: response && redactor.redactJson(Object.fromEntries(response.headers), true),
      body: text && redactor.redactJson(parseJson(text) ?? text, true),
    });
    const rateLimit = response && parseRateLimit(response.headers);
    if (response) events.emit('response', { ...about, ...answer, status: response.status, duration, rateLimit });
    return { ...answer, duration, rateLimit, error };
  }

  #warnOfDeprecation({ headers }: Response, attempt: ObservedAttempt): void {
    const route = `${this.target.method} ${this.target.route}`;
    const problem = deprecationOf(route, headers);
    const subject = `${attempt.call.options.baseUrl} ${route}`;
    if (problem === undefined || !this.#logger.warn || !addIfNew(loggedDeprecations, subject)) return;
    this.#logger.warn(redactorOf(attempt).redact(problem), this.#callEvent());
  }

  /** Adds the headers of listeners and tracers. Logs and leaves out a header that can't be sent. */
  #addHeaders(headers: RequestHeaders, added: Record<string, string>): RequestHeaders {
    let merged = headers;
    for (const name of Object.keys(added)) {
      try {
        merged = mergeHeaders(merged, 'event.headers', { [name]: added[name] });
      } catch (error) {
        const problem = `An event listener failed (${messageOf(error)}). The call continues without this header.`;
        this.#logger.error?.(problem, this.#callEvent());
      }
    }
    return merged;
  }

  #callEvent(): CallEvent {
    this.#id ??= `call_${++observedCalls}`;
    return { callId: this.#id, ...this.target, attempt: this.#attempts };
  }
}

export function responseInfo(
  attempt: (Redactable & Pick<ObservedAttempt, 'response'>) | undefined,
): Pick<CallEndEvent, 'status' | 'requestId'> {
  const { status, headers } = attempt?.response ?? {};
  const requestId = headers?.get('x-request-id') ?? undefined;
  return { status, requestId: attempt && requestId && redactorOf(attempt).redact(requestId) };
}

/** Runs work within a trace. The trace can't change the outcome, even if it throws. */
async function runTraced<T>(work: () => Promise<T>, trace: (run: () => Promise<T>) => Promise<T>): Promise<T> {
  let outcome: Promise<T> | undefined;
  const run = () => (outcome ??= work());
  try {
    await trace(run);
  } catch {
    // Either the work failed, and `run` returns its error again, or the trace did, which is ignored.
  }
  return run();
}
