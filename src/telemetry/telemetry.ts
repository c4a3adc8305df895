import type { Redactor } from '../auth/redaction.ts';
import type { ExampleError, RequestTarget, ValidationIssue } from '../errors/index.ts';
import { parseRateLimit } from '../rate-limit/headers.ts';
import type { LimiterObserver } from '../rate-limit/limiter.ts';
import { mergeHeaders } from '../utils/arguments.ts';
import { parseJson } from '../utils/json.ts';
import { messageOf } from '../utils/user-code.ts';
import { locationOf } from '../utils/validation.ts';
import { ClientEventEmitter, type CallEndEvent, type CallEvent } from './events.ts';
import type { LeveledLogger } from './logger.ts';
import type { Tracer } from './tracing.ts';

/** After so many locations, those that were logged are forgotten. */
const maxLoggedIssues = 1000;

/** Milliseconds. A longer wait for the rate limit may be a surprise, and is logged. */
const maxSilentWait = 10_000;

/** What a client shares with those that `withOptions` makes from it. */
export class Telemetry {
  readonly events: ClientEventEmitter;
  /** The first one that was added. */
  tracer: Tracer | undefined;
  /** One object for all clients: an outage of the store is reported once. */
  readonly limiterObserver: LimiterObserver;
  /** Locations at which a response differed from the API reference. Each is logged once. */
  readonly loggedIssues = new Set<string>();
  /** When a wait may be logged again, on the clock of `performance.now()`: one line for all calls that wait for the same reason. */
  quietUntil = 0;

  constructor(logger: LeveledLogger) {
    const events = (this.events = new ClientEventEmitter(logger));
    this.limiterObserver = {
      onStoreChange: ({ available, error }) => {
        const reason = available ? undefined : messageOf(error);
        const event = { available, reason };
        events.emit('rateLimitStore', event);
        const problem = `The rate-limit store is unavailable (${reason}). This process paces its calls on its own.`;
        if (available) logger.info?.('The rate limit is shared with other processes again.', event);
        else logger.warn?.(problem, event);
      },
      onGateChange: (change) => {
        const { isOpen, target = 'All calls of the token', reason } = change;
        logger.info?.(`${target}: ${isOpen ? 'sent again' : 'held'} (${reason}).`, change);
      },
    };
  }
}

/** What an attempt is about to send, and later the response whose headers have arrived. */
interface Attempt {
  readonly call: {
    readonly url: string;
    readonly query: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
  };
  /** The headers of the credential, which nothing else can set. */
  readonly account: { readonly authorization: Readonly<Record<string, string>> };
  readonly redactor: Redactor;
  readonly response: Response | undefined;
}

type Headers = Attempt['call']['headers'];

/** How an attempt has ended: the text of the body, if it was read, and the error, if the attempt failed. */
interface AttemptResult {
  readonly text?: string | undefined;
  readonly error?: unknown;
}

/** Numbers the calls of this process that were observed. */
let calls = 0;

/** Emits, traces and logs what happens to one call. What nobody observes is not even built. */
export class CallTelemetry {
  readonly shared: Telemetry;
  readonly #logger: LeveledLogger;
  readonly #signal: AbortSignal | undefined;
  readonly #start = performance.now();
  /** What is shown of the call. It changes with a token that is redacted in it. */
  target: RequestTarget;
  #id: string | undefined;
  #attempts = 0;
  /** Milliseconds that all attempts took. */
  #attempting = 0;
  /** The last one. */
  #attempt: Attempt | undefined;
  /** Receives what is known at the end of the call. */
  #traced: CallEvent | undefined;

  /** @param signal The caller's. */
  constructor(shared: Telemetry, logger: LeveledLogger, target: RequestTarget, signal?: AbortSignal) {
    this.shared = shared;
    this.#logger = logger;
    this.target = target;
    this.#signal = signal;
  }

  /** Runs the call, which then {@link end}s. */
  run<T>(call: () => Promise<T>): Promise<T> {
    const { tracer } = this.shared;
    return tracer ? tracer.call((this.#traced = this.#about()), call) : call();
  }

  /** The call has ended. `error` is what it rejects with. */
  end(error: unknown): void {
    const { events } = this.shared;
    if (!this.#traced && !events.has('callEnd')) return;
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
    if (this.#traced) Object.assign(this.#traced, event);
    events.emit('callEnd', event);
  }

  /** Makes an attempt. Listeners and tracers may add headers to it. */
  async attempt<Result extends AttemptResult>(
    attempt: Attempt,
    send: (headers: Headers) => Promise<Result>,
  ): Promise<Result> {
    const { events, tracer } = this.shared;
    this.#attempts++;
    this.#attempt = attempt;
    const start = performance.now();
    const isAnnounced = tracer !== undefined || events.has('request');
    const event = isAnnounced && { ...this.#about(), url: attempt.redactor.redact(attempt.call.url), headers: {} };
    const run = async () => {
      // A copy, because the traced event gets what is known at the end.
      if (event) events.emit('request', { ...event });
      const headers = event ? this.#withAdded(attempt.call.headers, event.headers) : attempt.call.headers;
      this.#logRequest(attempt, headers);
      const result = await send(headers);
      const report = this.#report(result, attempt, Math.round(performance.now() - start));
      if (event) Object.assign(event, report);
      return result;
    };
    try {
      return await (tracer && event ? tracer.attempt(event, run) : run());
    } finally {
      this.#attempting += performance.now() - start;
    }
  }

  #logRequest({ call, account, redactor }: Attempt, headers: Headers): void {
    if (!this.#logger.debug) return;
    const about = this.#about();
    this.#logger.debug(`${about.method} ${about.path} is sent.`, {
      ...about,
      query: redactor.redact(call.query),
      headers: redactor.redactFields({ ...headers, ...account.authorization }),
      body: call.body && redactor.redactFields(parseJson(call.body)),
    });
  }

  /** The attempt has failed, and there will be another after a delay in milliseconds. */
  retry(delay: number, error: ExampleError & { readonly status?: number | undefined }): void {
    const { events } = this.shared;
    if (!events.has('retry') && !this.#logger.info) return;
    const event = { ...this.#about(), delay, status: error.status, reason: error.message };
    events.emit('retry', event);
    this.#logger.info?.(`${error.name}: ${error.message} Retrying in ${delay} ms.`, event);
  }

  /** The call has to wait for the rate limit. */
  wait(delay: number, waiting: number): void {
    const { events, quietUntil } = this.shared;
    const now = performance.now();
    const warn = delay > maxSilentWait && now >= quietUntil ? this.#logger.warn : undefined;
    if (!warn && !events.has('rateLimitWait')) return;
    const event = { ...this.#about(), attempt: this.#attempts + 1, delay, waiting };
    events.emit('rateLimitWait', event);
    if (!warn) return;
    this.shared.quietUntil = now + delay;
    const wait = `waits about ${Math.round(delay / 1000)} s for the rate limit`;
    const advice = 'In tests, use a new apiToken for each.';
    warn(`${event.method} ${event.path} ${wait}. Calls waiting: ${waiting}. ${advice}`, event);
  }

  validationIssues(issues: readonly ValidationIssue[]): void {
    const { events, loggedIssues } = this.shared;
    const about = this.#about();
    for (const issue of issues) {
      // By route: a difference is logged once for all ids.
      const location = `${about.method} ${about.route}, body${locationOf(issue)}`;
      if (loggedIssues.has(location)) continue;
      // A path of your own in `client.request` may have an id in it, and there is no end of ids.
      if (loggedIssues.size >= maxLoggedIssues) loggedIssues.clear();
      loggedIssues.add(location);
      const problem = `A response differs from the documentation at ${location}: ${issue.message}.`;
      this.#logger.warn?.(problem, { ...about, issue });
    }
    events.emit('validationIssue', { ...about, issues });
  }

  /** Returns what a trace says of the end of an attempt. */
  #report({ text, error }: AttemptResult, { response, redactor }: Attempt, duration: number): object | undefined {
    const { events, tracer } = this.shared;
    if (!tracer && !this.#logger.debug && !events.has('response')) return undefined;
    const about = this.#about();
    const answer = this.#answer();
    const outcome = response ? `answered ${response.status}` : 'no answer';
    this.#logger.debug?.(`${about.method} ${about.path}: ${outcome} after ${duration} ms.`, {
      ...about,
      ...answer,
      duration,
      headers: response && redactor.redactFields(Object.fromEntries(redactor.redactHeaders(response.headers))),
      body: text && redactor.redactFields(parseJson(text) ?? text),
    });
    const rateLimit = response && parseRateLimit(response.headers);
    if (response) events.emit('response', { ...about, ...answer, status: response.status, duration, rateLimit });
    return { ...answer, duration, rateLimit, error };
  }

  /** What can't be sent is logged and left out. */
  #withAdded(headers: Headers, added: Record<string, string>): Headers {
    let merged = headers;
    for (const name of Object.keys(added)) {
      try {
        merged = mergeHeaders(merged, 'event.headers', { [name]: added[name] });
      } catch (error) {
        const problem = `An event listener failed (${messageOf(error)}). The call continues without this header.`;
        this.#logger.error?.(problem, this.#about());
      }
    }
    return merged;
  }

  #about(): CallEvent {
    this.#id ??= `call_${++calls}`;
    return { callId: this.#id, ...this.target, attempt: this.#attempts };
  }

  /** What the last attempt was answered. */
  #answer(): Pick<CallEndEvent, 'status' | 'requestId'> {
    const { response, redactor } = this.#attempt ?? {};
    const requestId = response?.headers.get('x-request-id') ?? undefined;
    return { status: response?.status, requestId: requestId && redactor?.redact(requestId) };
  }
}
