import { Redactor } from '../auth/redaction.ts';
import { RateLimitWaitError, TimeoutError, type ExampleError } from '../errors/index.ts';
import type { RateLimitSnapshot } from '../rate-limit/limiter.ts';
import type { ListDriftEvent } from '../telemetry/events.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { sleep } from '../utils/abort.ts';
import { AdmissionControl } from './admission.ts';
import { APIPromise, type Exchange } from './api-promise.ts';
import { send } from './attempt.ts';
import { CallDeadline } from './call-deadline.ts';
import { openCall, type Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import { decode } from './decode.ts';
import { followRedirect } from './redirect.ts';
import type { HttpMethod, InternalOptions, Requester } from './request-options.ts';
import { RetryBudget } from './retry-budget.ts';
import { RetryTracker } from './retry-tracker.ts';

/** What a client shares with those that `withOptions` makes from it. */
export class SharedState {
  readonly telemetry: Telemetry;
  readonly retryBudget = new RetryBudget();

  constructor({ logger }: ResolvedOptions) {
    this.telemetry = new Telemetry(logger);
  }
}

/** Takes a call from its specification to its value: waiting for the rate limit, attempts, retries, validation. */
export class HttpClient implements Requester {
  readonly #options: ResolvedOptions;
  readonly #telemetry: Telemetry;
  readonly #retryBudget: RetryBudget;
  readonly #admissionControl: AdmissionControl;

  constructor(options: ResolvedOptions, shared: SharedState) {
    this.#options = options;
    this.#telemetry = shared.telemetry.withLogger(options.logger);
    this.#retryBudget = shared.retryBudget;
    this.#admissionControl = new AdmissionControl(options, this.#telemetry);
  }

  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#admissionControl.rateLimit;
  }

  request<T>(method: HttpMethod, path: string, options?: InternalOptions<T> | null): APIPromise<T> {
    const given = { ...options };
    // Parsed now, because the caller may change the parameters before the request is sent.
    const call = deferErrors(() => openCall(method, path, given, this.#options));
    return new APIPromise((raw) => this.#run(call(), given, raw));
  }

  onListDrift(drift: ListDriftEvent): void {
    this.#telemetry.listDrift(drift);
  }

  async #run<T>(call: Call, options: InternalOptions<T>, raw: boolean): Promise<Exchange<T>> {
    const { totalTimeout } = call;
    const { signal: callerSignal } = options;
    const endsAt = performance.now() + totalTimeout;
    const deadline =
      totalTimeout === Infinity
        ? undefined
        : new CallDeadline(callerSignal, totalTimeout, () => totalTimeoutError(call));
    const signal = deadline?.signal ?? callerSignal;
    const retries = new RetryTracker(call, this.#retryBudget);
    const { auth, sendRequest } = this.#options;
    let redirectedTo: string | undefined;
    let redirects = 0;
    let lastError: ExampleError | undefined;
    try {
      signal?.throwIfAborted();
      for (let attempt = 1; ; attempt++) {
        const entering = this.#admissionControl.enter(call, endsAt, signal, retries.isRefused);
        const { credential, permit } = await entering.catch(preferring(lastError));
        const authorization = auth.headers(credential);
        const redactor = new Redactor(credential, call.secrets);
        this.#telemetry.attemptStarted(call, attempt);
        const start = performance.now();
        // A body that the caller reads outlives the call, and with it the deadline: the caller's own signal goes along.
        const attemptSignal =
          raw && deadline && callerSignal ? AbortSignal.any([deadline.signal, callerSignal]) : signal;
        const how = { redirectedTo, authorization, redactor, permit, signal: attemptSignal, sendRequest, raw };
        const result = await send(call, how);
        this.#telemetry.attemptEnded(call, attempt, result.response, performance.now() - start, redactor);
        retries.settle(result);

        if (result.kind === 'success') {
          const { response, text } = result;
          return { response, text, decode: (body) => this.#decode(options, call, response.status, body, redactor) };
        }
        if (result.kind === 'redirect') {
          redirectedTo = followRedirect(call, result.response, redirectedTo, redirects++);
          continue;
        }
        const { failure, error } = result;
        lastError = error;
        const retry = retries.plan(failure, permit);
        if (!retry || performance.now() + retry.delay >= endsAt) throw error;

        this.#telemetry.retry(call, attempt, retry.delay, error);
        if (retry.delay > 0) await sleep(retry.delay, signal);
        // After the delay, because by then the retries of other calls have shown whether the API is back.
        if (!(await retries.pay(retry, signal))) throw error;
      }
    } finally {
      retries.end();
      deadline?.dispose();
    }
  }

  #decode<T>(
    options: InternalOptions<T>,
    { method, path, route }: Call,
    status: number,
    text: string,
    redactor: Redactor,
  ): Promise<T> {
    const received = { method, path, route, status, text, redactor };
    return decode(options, received, this.#options.responseValidation, (issues) =>
      this.#telemetry.validationIssues(received, issues),
    );
  }
}

/** Does the work now. If it fails, the error is thrown when the result is requested. */
function deferErrors<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The error of the last attempt says more than that the next one would wait too long. */
function preferring(lastError: ExampleError | undefined): (reason: unknown) => never {
  return (reason) => {
    throw lastError && reason instanceof RateLimitWaitError ? lastError : reason;
  };
}

function totalTimeoutError(call: Call): TimeoutError {
  return new TimeoutError(`The call took longer than its totalTimeout of ${call.totalTimeout} ms.`, call);
}
