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
  /** The headers of the credential, which nothing else can set. */
  readonly authorization: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
}

/** How an attempt has ended. */
export interface AttemptResult {
  readonly response: Response | undefined;
  /** The text of the body, if it was read. */
  readonly text?: string | undefined;
  /** Set if the attempt failed. */
  readonly error?: unknown;
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
  /** When the attempt that is under way began. */
  #attemptStart: number | undefined;
  /** Milliseconds that all attempts took. */
  #attempting = 0;
  #redactor: Redactor | undefined;
  #response: Response | undefined;
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
    // An attempt that was aborted has not told its end.
    this.attempted(undefined);
    const { signal } = this.#call;
    const isAborted = signal?.aborted === true && error === signal.reason;
    const duration = performance.now() - this.#start;
    const event = Object.assign(this.#traced?.call ?? {}, this.#about(), {
      outcome: error === undefined ? ('success' as const) : isAborted ? ('aborted' as const) : ('failure' as const),
      ...this.#answer(),
      attempts: this.#attempts,
      waited: Math.round(duration - this.#attempting),
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

  /** Makes an attempt, which then has to be reported as {@link attempted}. Listeners and tracers may add headers to it. */
  attempt<Attempt extends AttemptRequest, Result extends AttemptResult>(
    attempt: Attempt,
    send: (attempt: Attempt) => Promise<Result>,
  ): Promise<Result> {
    this.#attempts++;
    this.#attemptStart = performance.now();
    this.#redactor = attempt.redactor;
    if (!this.#telemetry.observesAttempts) return send(attempt);

    const { events, tracing, logger } = this.#telemetry;
    const { url, authorization, redactor } = attempt;
    const event = { ...this.#about(), url: redactor.redact(url), headers: {} };
    return tracing.run('attempt', event, async () => {
      // A copy, because the traced event gets what is known at the end.
      events.emit('request', { ...event });
      const headers = this.#withAdded(attempt.headers, event.headers);
      logger.debug?.(`${event.method} ${event.path} is sent.`, {
        ...this.#about(),
        query: this.#call.query,
        headers: redactor.redactFields({ ...headers, ...authorization }),
        body: redactor.redactFields(this.#call.body),
      });
      const result = await send({ ...attempt, headers });
      this.#report(event, result, this.attempted(result.response));
      return result;
    });
  }

  /** The attempt has ended. Returns how many milliseconds it took. */
  attempted(response: Response | undefined): number {
    if (this.#attemptStart === undefined) return 0;
    const duration = performance.now() - this.#attemptStart;
    this.#attemptStart = undefined;
    this.#attempting += duration;
    this.#response = response;
    return Math.round(duration);
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
    const { events, logger } = this.#telemetry;
    const { method, route } = this.#call;
    for (const issue of issues) {
      // By route, so that a difference is logged once for all ids.
      const location = `${method} ${route}, body${locationOf(issue)}`;
      if (!this.#telemetry.isNewIssue(location)) continue;
      const fields = { ...this.#about(), issue };
      logger.warn?.(`A response differs from the documentation at ${location}: ${issue.message}.`, fields);
    }
    events.emit('validationIssue', { ...this.#about(), issues });
  }

  #report(event: TracedOperations['attempt'], { response, text, error }: AttemptResult, duration: number): void {
    const { events, logger } = this.#telemetry;
    const answer = this.#answer();
    const outcome = response ? `answered ${response.status}` : 'no answer';
    logger.debug?.(`${event.method} ${event.path}: ${outcome} after ${duration} ms.`, {
      ...this.#about(),
      ...answer,
      duration,
      headers:
        response && this.#redactor?.redactFields(Object.fromEntries(this.#redactor.redactHeaders(response.headers))),
      body: text && this.#redactor?.redactFields(parseJson(text) ?? text),
    });
    const rateLimit = response && parseRateLimit(response.headers);
    Object.assign(event, answer, { duration, rateLimit, error });
    if (!response) return;
    const { status } = response;
    events.emit('response', { ...this.#about(), ...answer, status, duration, rateLimit });
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

  /** What the last attempt was answered. */
  #answer(): Pick<CallEndEvent, 'status' | 'requestId'> {
    const requestId = this.#response?.headers.get('x-request-id') ?? undefined;
    return { status: this.#response?.status, requestId: requestId && this.#redactor?.redact(requestId) };
  }
}
