import type { Redactor } from '../auth/redaction.ts';
import { APIError, type ExampleError, type RequestTarget, type ValidationIssue } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import { mergeHeaders } from '../utils/arguments.ts';
import { messageOf } from '../utils/foreign.ts';
import { parseJson } from '../utils/json.ts';
import { locationOf } from '../utils/validation.ts';
import type { CallEndEvent, CallEvent } from './events.ts';
import type { Telemetry } from './telemetry.ts';
import type { TracedOperations } from './tracing.ts';

/** What telemetry shows of a call. */
export interface ObservedCall extends RequestTarget {
  readonly query?: string;
  readonly body?: unknown;
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
}

/** What an attempt is about to send. */
export interface AttemptRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  /** Whether another call has sent the request, which this call shares. */
  readonly isSent: boolean;
}

/** How an attempt has ended. */
export interface AttemptResult {
  readonly response: Response | undefined;
  /** The text of the body, if it was read. */
  readonly text?: string | undefined;
  /** Set if the attempt failed. */
  readonly error?: unknown;
}

/** The last attempt of a call that has ended. */
interface LastAttempt {
  readonly response: Response | undefined;
  readonly redactor: Redactor;
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds that all attempts took. */
  readonly attempting: number;
}

/** Numbers the calls of this process. */
let calls = 0;

/** Emits, traces and logs what happens to one call, from its start to its end. */
export class CallTelemetry {
  readonly #telemetry: Telemetry;
  readonly #call: ObservedCall;
  readonly #number = ++calls;
  readonly #start: number;
  #attempts = 0;
  #last: LastAttempt | undefined;
  /** The events of operations that are traced. */
  #traced: Partial<TracedOperations> | undefined;

  /** @param start When the call was made, in milliseconds of `performance.now()`. */
  constructor(telemetry: Telemetry, call: ObservedCall, start: number) {
    this.#telemetry = telemetry;
    this.#call = call;
    this.#start = start;
  }

  /** Runs the call, which tells its end to {@link CallTelemetry.ended} or {@link CallTelemetry.failed}. */
  run<T>(call: () => Promise<T>): Promise<T> {
    const { tracing } = this.#telemetry;
    if (!tracing.isUsed('call')) return call();
    const event = this.#about();
    this.#traced = { call: event };
    return tracing.run('call', event, call);
  }

  /** The call has succeeded, or failed with an error. */
  ended(error?: unknown): void {
    if (!this.#traced?.call && !this.#telemetry.observesCalls) return;
    const { signal } = this.#call;
    const isAborted = signal?.aborted === true && error === signal.reason;
    const duration = performance.now() - this.#start;
    const event = Object.assign(this.#traced?.call ?? {}, this.#about(), {
      outcome: error === undefined ? ('success' as const) : isAborted ? ('aborted' as const) : ('failure' as const),
      ...answerOf(this.#last),
      attempts: this.#attempts,
      waited: Math.round(duration - (this.#last?.attempting ?? 0)),
      duration: Math.round(duration),
      error,
    });
    this.#telemetry.events.emit('callEnd', event);
  }

  /** The call has failed, and rejects. */
  failed(error: unknown): Promise<never> {
    this.ended(error);
    // As it is: a call that was aborted rejects with the caller's reason.
    return Promise.reject(error);
  }

  /** Makes an attempt. `send` gets the headers with those that listeners and tracers have added. */
  attempt<Result extends AttemptResult>(
    { url, headers, redactor, isSent }: AttemptRequest,
    send: (headers: AttemptRequest['headers']) => Promise<Result>,
  ): Promise<Result> {
    const { events, tracing, logger } = this.#telemetry;
    this.#attempts++;
    // Whoever sends it reports it.
    if (isSent) return this.#timed(() => send(headers), redactor);
    const isUsed = events.has('request') || tracing.isUsed('attempt');
    const event = { ...this.#about(), url: isUsed ? redactor.redact(url) : url, headers: {} };
    return tracing.run('attempt', event, async () => {
      // A copy, because the traced event gets what is known at the end.
      if (events.has('request')) events.emit('request', { ...event });
      const sent = this.#withAdded(headers, event.headers);
      logger.debug?.(`${event.method} ${event.path} is sent.`, {
        ...this.#about(),
        query: this.#call.query,
        headers: redactor.redactFields(sent),
        body: redactor.redactFields(this.#call.body),
      });
      const result = await this.#timed(() => send(sent), redactor);
      this.#attempted(event, result);
      return result;
    });
  }

  /** The attempt has failed, and there will be another after a delay in milliseconds. */
  retry(delay: number, error: ExampleError): void {
    const status = error instanceof APIError ? error.status : undefined;
    const event = { ...this.#about(), delay, status, reason: error.message };
    this.#telemetry.events.emit('retry', event);
    this.#telemetry.logger.info?.(`${error.name}: ${error.message} Retrying in ${delay} ms.`, event);
  }

  /** The call has to wait for the rate limit. */
  rateLimitWait(delay: number, waiting: number): void {
    const { events, tracing } = this.#telemetry;
    const event = { ...this.#about(), attempt: this.#attempts + 1, delay, waiting };
    if (tracing.isUsed('wait')) this.#traced = { ...this.#traced, wait: event };
    events.emit('rateLimitWait', event);
    this.#telemetry.logWait(event);
  }

  /** Waits for the permit of an attempt. */
  waitFor<Permit>(permit: Promise<Permit>): Promise<Permit> {
    const { tracing } = this.#telemetry;
    const { attempt } = this.#about();
    const event = this.#traced?.wait ?? { ...this.#about(), attempt: attempt + 1, delay: 0, waiting: 0 };
    return tracing.run('wait', event, () => permit);
  }

  validationIssues(issues: readonly ValidationIssue[]): void {
    const { loggedIssues, events, logger } = this.#telemetry;
    const { method, route } = this.#call;
    for (const issue of issues) {
      // By route, so that a difference is logged once for all ids.
      const location = `${method} ${route}, body${locationOf(issue)}`;
      if (loggedIssues.has(location)) continue;
      loggedIssues.add(location);
      const fields = { ...this.#about(), issue };
      logger.warn?.(`A response differs from the documentation at ${location}: ${issue.message}.`, fields);
    }
    events.emit('validationIssue', { ...this.#about(), issues });
  }

  async #timed<Result extends AttemptResult>(send: () => Promise<Result>, redactor: Redactor): Promise<Result> {
    const start = performance.now();
    let response: Response | undefined;
    try {
      const result = await send();
      response = result.response;
      return result;
    } finally {
      const duration = performance.now() - start;
      this.#last = { response, redactor, duration, attempting: (this.#last?.attempting ?? 0) + duration };
    }
  }

  #attempted(event: TracedOperations['attempt'], { response, text, error }: AttemptResult): void {
    const { events, tracing, logger } = this.#telemetry;
    const duration = Math.round(this.#last?.duration ?? 0);
    if (logger.debug) {
      const outcome = response ? `answered ${response.status}` : 'no answer';
      const redactor = this.#last?.redactor;
      logger.debug(`${event.method} ${event.path}: ${outcome} after ${duration} ms.`, {
        ...this.#about(),
        ...answerOf(this.#last),
        duration,
        headers: response && redactor?.redactFields(Object.fromEntries(redactor.redactHeaders(response.headers))),
        body: text && redactor?.redactFields(parseJson(text) ?? text),
      });
    }
    if (!events.has('response') && !tracing.isUsed('attempt')) return;
    const rateLimit = response && parseRateLimit(response.headers);
    Object.assign(event, answerOf(this.#last), { duration, rateLimit, error });
    if (!response) return;
    const { status } = response;
    events.emit('response', { ...this.#about(), ...answerOf(this.#last), status, duration, rateLimit });
  }

  /** What can't be sent is logged and left out. */
  #withAdded(headers: AttemptRequest['headers'], added: Record<string, string>): AttemptRequest['headers'] {
    try {
      return Object.keys(added).length > 0 ? mergeHeaders(headers, 'event.headers', added) : headers;
    } catch (error) {
      const problem = `An event listener failed (${messageOf(error)}). The call continues.`;
      this.#telemetry.logger.error?.(problem, this.#about());
      return headers;
    }
  }

  #about(): CallEvent {
    const { method, path, route } = this.#call;
    return { callId: `call_${this.#number}`, method, path, route, attempt: this.#attempts };
  }
}

function answerOf(last: LastAttempt | undefined): Pick<CallEndEvent, 'status' | 'requestId'> {
  const requestId = last?.response?.headers.get('x-request-id') ?? undefined;
  return { status: last?.response?.status, requestId: requestId && last?.redactor.redact(requestId) };
}
