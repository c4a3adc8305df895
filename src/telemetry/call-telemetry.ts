import type { Redactor } from '../auth/redaction.ts';
import type { ExampleError, RequestTarget, ValidationIssue } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import type { LimiterObserver } from '../rate-limit/limiter.ts';
import { mergeHeaders } from '../utils/arguments.ts';
import { parseJson } from '../utils/json.ts';
import { messageOf } from '../utils/user-code.ts';
import { locationOf } from '../utils/validation.ts';
import type { CallEndEvent, CallEvent } from './events.ts';
import type { Telemetry } from './telemetry.ts';

/** What an attempt is about to send. */
export interface AttemptRequest {
  /** What is shown of the call. */
  readonly target: RequestTarget;
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

/** Receives what is known of a traced operation in the end. */
export type OnEnd = (end: object) => void;

/** Numbers the calls of this process that were observed. */
let calls = 0;

/** Emits, traces and logs what happens to one call. What nobody observes is not even built. */
export class CallTelemetry {
  readonly #telemetry: Telemetry;
  readonly #start = performance.now();
  #target: RequestTarget;
  /** The caller's. */
  readonly #signal: AbortSignal | undefined;
  #id: string | undefined;
  #attempts = 0;
  /** Milliseconds that all attempts took. */
  #attempting = 0;
  /** The headers that arrived last, and what redacts them. */
  #response: Response | undefined;
  #redactor: Redactor | undefined;

  constructor(telemetry: Telemetry, call: RequestTarget & { readonly signal?: AbortSignal | undefined }) {
    this.#telemetry = telemetry;
    this.#target = call;
    this.#signal = call.signal;
  }

  get limiterObserver(): LimiterObserver {
    return this.#telemetry.limiterObserver;
  }

  /** Runs the call, which then {@link end}s. */
  run<T>(call: (onEnd?: OnEnd) => Promise<T>): Promise<T> {
    const { tracing } = this.#telemetry;
    return tracing.isUsed('call') ? tracing.run('call', this.#about(), call) : call();
  }

  /** The call has ended. `error` is what it rejects with. */
  end(error: unknown, onEnd: OnEnd | undefined): void {
    const { events } = this.#telemetry;
    if (!onEnd && !events.has('callEnd')) return;
    const isAborted = this.#signal?.aborted === true && error === this.#signal.reason;
    const duration = performance.now() - this.#start;
    const event = {
      ...this.#about(),
      outcome: error === undefined ? ('success' as const) : isAborted ? ('aborted' as const) : ('failure' as const),
      ...this.#answer(),
      attempts: this.#attempts,
      waited: Math.round(duration - this.#attempting),
      duration: Math.round(duration),
      error,
    };
    onEnd?.(event);
    events.emit('callEnd', event);
  }

  /**
   * Makes an attempt. Listeners and tracers may add headers to it.
   *
   * @param call What the debug line shows of it.
   */
  async attempt<Attempt extends AttemptRequest, Result extends AttemptResult>(
    attempt: Attempt,
    call: { readonly query: string; readonly body: string | undefined },
    send: (attempt: Attempt) => Promise<Result>,
  ): Promise<Result> {
    this.#attempts++;
    this.#target = attempt.target;
    this.#redactor = attempt.redactor;
    this.#response = undefined;
    const start = performance.now();
    try {
      return await (this.#telemetry.observesAttempts ? this.#observed(attempt, call, send) : send(attempt));
    } finally {
      this.#attempting += performance.now() - start;
    }
  }

  #observed<Attempt extends AttemptRequest, Result extends AttemptResult>(
    attempt: Attempt,
    call: { readonly query: string; readonly body: string | undefined },
    send: (attempt: Attempt) => Promise<Result>,
  ): Promise<Result> {
    const { events, tracing, logger } = this.#telemetry;
    const { url, authorization, redactor } = attempt;
    const isAnnounced = events.has('request') || tracing.isUsed('attempt');
    const event = { ...this.#about(), url: isAnnounced ? redactor.redact(url) : '', headers: {} };
    return tracing.run('attempt', event, async (onEnd) => {
      // A copy, because the traced event gets what is known at the end.
      events.emit('request', { ...event });
      const headers = this.#withAdded(attempt.headers, event.headers);
      logger.debug?.(`${event.method} ${event.path} is sent.`, {
        ...this.#about(),
        query: redactor.redact(call.query),
        headers: redactor.redactFields({ ...headers, ...authorization }),
        body: call.body && redactor.redactFields(parseJson(call.body)),
      });
      const start = performance.now();
      const result = await send({ ...attempt, headers });
      const duration = Math.round(performance.now() - start);
      onEnd(this.#report(result, duration, redactor));
      return result;
    });
  }

  /** The headers of an attempt's response have arrived. */
  recordHeaders(response: Response): void {
    this.#response = response;
  }

  /** The attempt has failed, and there will be another after a delay in milliseconds. */
  retry(delay: number, error: ExampleError & { readonly status?: number | undefined }): void {
    const { events, logger } = this.#telemetry;
    if (!events.has('retry') && !logger.info) return;
    const event = { ...this.#about(), delay, status: error.status, reason: error.message };
    events.emit('retry', event);
    logger.info?.(`${error.name}: ${error.message} Retrying in ${delay} ms.`, event);
  }

  /** The call has to wait for the rate limit. */
  emitWait(wait: { readonly delay: number; readonly waiting: number }): void {
    const { events } = this.#telemetry;
    if (!events.has('rateLimitWait') && !this.#telemetry.logsWait(wait.delay)) return;
    const event = { ...this.#about(), attempt: this.#attempts + 1, ...wait };
    events.emit('rateLimitWait', event);
    this.#telemetry.logWait(event);
  }

  /** Waits for the permit of an attempt. */
  traceWait<Permit>(
    wait: { readonly delay: number; readonly waiting: number } | undefined,
    permit: Promise<Permit>,
  ): Promise<Permit> {
    const { tracing } = this.#telemetry;
    if (!tracing.isUsed('wait')) return permit;
    return tracing.run(
      'wait',
      { ...this.#about(), attempt: this.#attempts + 1, delay: 0, waiting: 0, ...wait },
      () => permit,
    );
  }

  validationIssues(issues: readonly ValidationIssue[]): void {
    const { events, logger } = this.#telemetry;
    const { method, route } = this.#target;
    for (const issue of issues) {
      // By route, so that a difference is logged once for all ids.
      const location = `${method} ${route}, body${locationOf(issue)}`;
      if (!this.#telemetry.isNewIssue(location)) continue;
      const fields = { ...this.#about(), issue };
      logger.warn?.(`A response differs from the documentation at ${location}: ${issue.message}.`, fields);
    }
    if (events.has('validationIssue')) events.emit('validationIssue', { ...this.#about(), issues });
  }

  /** Returns what the attempt's trace says of its end. */
  #report({ response, text, error }: AttemptResult, duration: number, redactor: Redactor): object {
    const { events, logger } = this.#telemetry;
    const answer = this.#answer();
    const { method, path } = this.#target;
    logger.debug?.(
      `${method} ${path}: ${response ? `answered ${response.status}` : 'no answer'} after ${duration} ms.`,
      {
        ...this.#about(),
        ...answer,
        duration,
        headers: response && redactor.redactFields(Object.fromEntries(redactor.redactHeaders(response.headers))),
        body: text && redactor.redactFields(parseJson(text) ?? redactor.redact(text)),
      },
    );
    const rateLimit = response && parseRateLimit(response.headers);
    if (response && events.has('response')) {
      events.emit('response', { ...this.#about(), ...answer, status: response.status, duration, rateLimit });
    }
    return { ...answer, duration, rateLimit, error };
  }

  /** What can't be sent is logged and left out. */
  #withAdded(headers: AttemptRequest['headers'], added: Record<string, string>): AttemptRequest['headers'] {
    let merged = headers;
    for (const name of Object.keys(added)) {
      try {
        merged = mergeHeaders(merged, 'event.headers', { [name]: added[name] });
      } catch (error) {
        const problem = `An event listener failed (${messageOf(error)}). The call continues without this header.`;
        this.#telemetry.logger.error?.(problem, this.#about());
      }
    }
    return merged;
  }

  #about(): CallEvent {
    const { method, path, route } = this.#target;
    this.#id ??= `call_${++calls}`;
    return { callId: this.#id, method, path, route, attempt: this.#attempts };
  }

  /** What the last attempt was answered. */
  #answer(): Pick<CallEndEvent, 'status' | 'requestId'> {
    const requestId = this.#response?.headers.get('x-request-id') ?? undefined;
    return { status: this.#response?.status, requestId: requestId && this.#redactor?.redact(requestId) };
  }
}
