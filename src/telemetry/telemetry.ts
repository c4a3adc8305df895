import { redactorOf, shownResponse, shownUrl, type Redactable } from '../utils/redaction.ts';
import type { ExampleError, RequestTarget, ValidationIssue } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import type { LimiterObserver } from '../rate-limit/observers.ts';
import type { LimitedCall } from '../rate-limit/limited-call.ts';
import { mergeHeaders } from '../utils/headers.ts';
import { locationOf } from '../utils/standard-schema.ts';
import { messageOf, parseJson } from '../utils/values.ts';
import { ClientEventEmitter, type CallEndEvent, type CallEvent } from './events.ts';
import type { ListUnverifiedEvent, RequestEvent, Tracer } from './events.ts';
import { addIfNew, type LeveledLogger } from './logger.ts';

/** The events, traces and logs of a client, and of the clients that `withOptions` makes from it. */
export class Telemetry {
  readonly events: ClientEventEmitter;
  /** The tracer that was added first. */
  tracer: Tracer | undefined;
  /** Shared by all of these clients, so that an outage of the store is reported once. */
  readonly limiterObserver: LimiterObserver;
  /** Where responses have differed from the API reference. Each location is logged once. */
  readonly loggedIssues = new Set<string>();

  constructor(logger: LeveledLogger) {
    this.events = new ClientEventEmitter(logger);
    this.limiterObserver = limiterObserver(this.events, logger);
  }

  /** Observes a call; `undefined` if nobody listens, traces or logs. */
  observe(logger: LeveledLogger, target: RequestTarget): CallTelemetry | undefined {
    const isObserved = logger.error !== undefined || this.tracer !== undefined || this.events.isObserved;
    return isObserved ? new CallTelemetry(this, logger, target) : undefined;
  }

  onListUnverified(logger: LeveledLogger, event: ListUnverifiedEvent): void {
    this.events.emit('listUnverified', event);
    const { method, path, reason } = event;
    logger.warn?.(`${method} ${path}: it can't be verified that each item was yielded once (${reason}).`, event);
  }
}

/** Emits and logs what happens to a token's rate limit, as opposed to a single call. */
function limiterObserver(events: ClientEventEmitter, logger: LeveledLogger): LimiterObserver {
  return {
    warnedAt: -Infinity,
    onStoreChange({ available, error }) {
      const reason = available ? undefined : messageOf(error);
      const event = { available, reason };
      events.emit('rateLimitStore', event);
      const problem = `The rate-limit store is unavailable (${reason}). This process paces its calls on its own.`;
      if (available) logger.info?.('The rate limit is shared with other processes again.', event);
      else logger.warn?.(problem, event);
    },
    onStall(stall) {
      const { cause, seconds, waiting } = stall;
      const reason = cause === 'failures' ? 'the API fails' : 'the API refuses requests that its rate limit allows';
      logger.warn?.(`Calls wait because ${reason}, by now for ${seconds} s. Calls waiting: ${waiting}.`, stall);
    },
  };
}

/** What is observed of a call that is sent. */
interface ObservedCall extends RequestTarget, Redactable {
  /** The attempt that was sent last. */
  readonly attempt: number;
  readonly response: Response | undefined;
  readonly options: { readonly baseUrl: string };
}

/** How an attempt ended: the text of the body, if it was read, and the error, if it failed. */
type ObservedResult = { readonly text?: string; readonly error?: ExampleError | undefined };

type RequestHeaders = Redactable['headers'];

/** Numbers the observed calls. The other module format has a count of its own. */
let observedCalls = 0;

/** Emits, traces and logs what happens to a call. Builds payloads only if somebody receives them. */
export class CallTelemetry {
  readonly #shared: Telemetry;
  readonly #logger: LeveledLogger;
  readonly #start = performance.now();
  /** The call, once it is validated. */
  #target: RequestTarget & Partial<ObservedCall>;
  #id: string | undefined;
  /** Milliseconds spent in attempts. */
  #attempting = 0;
  #response: Response | undefined;
  /** The event that the tracer received. The outcome is added when the call ends. */
  #traced: CallEvent | undefined;

  constructor(shared: Telemetry, logger: LeveledLogger, target: RequestTarget) {
    this.#shared = shared;
    this.#logger = logger;
    this.#target = target;
  }

  /** Runs the call within a trace. The call must call {@link onEnd}. */
  run<T>(call: () => Promise<T>): Promise<T> {
    const { tracer } = this.#shared;
    if (!tracer) return call();
    const event = (this.#traced = this.#callEvent());
    return runTraced(call, (run) => tracer.call(event, run));
  }

  /** What the limiter of a call reports to. */
  hooksFor(call: RequestTarget & ObservedCall): Pick<LimitedCall, 'observer' | 'onWait'> {
    this.#target = call;
    return {
      observer: this.#shared.limiterObserver,
      onWait: (delay: number, waiting: number) => this.#onWait(delay, waiting),
    };
  }

  /** Reports the end of the call. `error` is what it rejects with. */
  onEnd(
    outcome: CallEndEvent['outcome'],
    call: { readonly mayHaveTakenEffect: boolean } | undefined,
    error?: unknown,
  ): void {
    const { events } = this.#shared;
    if (!this.#traced && !events.has('callEnd')) return;
    const duration = performance.now() - this.#start;
    const about = this.#callEvent();
    const waited = Math.round(duration - this.#attempting);
    const shown = shownResponse(this.#target, this.#response);
    const end = {
      ...about,
      outcome,
      ...shown,
      attempts: about.attempt,
      waited,
      duration: Math.round(duration),
      mayHaveTakenEffect: call?.mayHaveTakenEffect === true,
      error,
    };
    if (this.#traced) Object.assign(this.#traced, end);
    events.emit('callEnd', end);
  }

  /** Makes an attempt. Listeners and tracers may add headers to it. */
  async attempt<R extends ObservedResult>(
    call: ObservedCall,
    send: (headers: RequestHeaders) => Promise<R>,
  ): Promise<R> {
    const { events, tracer } = this.#shared;
    const start = performance.now();
    // Listeners add headers. The event is frozen, so that no listener can replace the headers of the others.
    const event: RequestEvent | undefined =
      tracer || events.has('request')
        ? Object.freeze({ ...this.#callEvent(), url: shownUrl(call), headers: {} })
        : undefined;
    const trace = event && { ...event, baseUrl: call.options.baseUrl };
    const run = async () => {
      if (event) events.emit('request', event);
      const headers = event ? this.#addHeaders(call.headers, event.headers) : call.headers;
      this.#logRequest(call, headers);
      const result = await send(headers);
      const end = this.#onAttemptEnd(call, result, Math.round(performance.now() - start));
      if (trace) Object.assign(trace, end);
      return result;
    };
    try {
      return await (tracer && trace ? runTraced(run, (once) => tracer.attempt(trace, once)) : run());
    } finally {
      this.#attempting += performance.now() - start;
      if (call.response) this.#response = call.response;
    }
  }

  #logRequest(call: ObservedCall, headers: RequestHeaders): void {
    if (!this.#logger.debug) return;
    const about = this.#callEvent();
    const redactor = redactorOf(call);
    this.#logger.debug(`${about.method} ${about.path} is sent.`, {
      ...about,
      query: redactor.redact(call.query),
      headers: redactor.redactJson({ ...headers, authorization: '[redacted]' }, true),
      body: call.body && redactor.redactJson(parseJson(call.body), true),
    });
  }

  /** Reports that a failed attempt is retried after `delay` milliseconds. */
  onRetry(delay: number, error: ExampleError & { readonly status?: number | undefined }): void {
    const { events } = this.#shared;
    const { info } = this.#logger;
    if (!events.has('retry') && !info) return;
    const event = { ...this.#callEvent(), delay, status: error.status, reason: error.message };
    events.emit('retry', event);
    // A retry without a delay waits for the rate limit or for an outage.
    info?.(`${error.name}: ${error.message} Retrying${delay > 0 ? ` in ${delay} ms` : ''}.`, event);
  }

  /** Reports that the call has to wait for the rate limit. */
  #onWait(delay: number, waiting: number): void {
    const { events } = this.#shared;
    const { info } = this.#logger;
    if (!info && !events.has('rateLimitWait')) return;
    const about = this.#callEvent();
    const event = { ...about, attempt: about.attempt + 1, delay, waiting };
    events.emit('rateLimitWait', event);
    const wait = `waits about ${Math.round(delay / 1000)} s for the rate limit`;
    info?.(`${event.method} ${event.path} ${wait}. Calls waiting: ${waiting}.`, event);
  }

  onIssues(issues: readonly ValidationIssue[]): void {
    const about = this.#callEvent();
    for (const issue of issues) {
      // By route, so that a difference is logged once for all ids.
      const location = `${about.method} ${about.route}, body${locationOf(issue)}`;
      if (!this.#logger.warn || !addIfNew(this.#shared.loggedIssues, location)) continue;
      const problem = `A response differs from the documentation at ${location}: ${issue.message}.`;
      this.#logger.warn(problem, { ...about, issue });
    }
    this.#shared.events.emit('validationIssue', { ...about, issues });
  }

  /** Reports the end of an attempt. Returns what the trace needs. */
  #onAttemptEnd(call: ObservedCall, { text, error }: ObservedResult, duration: number): object | undefined {
    const { events, tracer } = this.#shared;
    const { response } = call;
    if (!tracer && !this.#logger.debug && !events.has('response')) return undefined;
    const about = this.#callEvent();
    const redactor = redactorOf(call);
    const shown = shownResponse(call, response);
    const outcome = response ? `answered ${response.status}` : 'no answer';
    this.#logger.debug?.(`${about.method} ${about.path}: ${outcome} after ${duration} ms.`, {
      ...about,
      ...shown,
      duration,
      headers: response && redactor.redactJson(Object.fromEntries(response.headers), true),
      body: text && redactor.redactJson(parseJson(text) ?? text, true),
    });
    const rateLimit = response && parseRateLimit(response.headers);
    if (response) events.emit('response', { ...about, ...shown, status: response.status, duration, rateLimit });
    return { ...shown, duration, rateLimit, error };
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
    const { method, path, route, attempt = 0 } = this.#target;
    return { callId: this.#id, method, path, route, attempt };
  }
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
