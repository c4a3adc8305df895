import { Redactor } from '../auth/redaction.ts';
import { RateLimitWaitError, type ExampleError } from '../errors/index.ts';
import type { Permit, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import type { ListDriftEvent } from '../telemetry/events.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { sleep } from '../utils/abort.ts';
import { readOptions } from '../utils/options.ts';
import { AdmissionControl, CallAdmission } from './admission.ts';
import { APIPromise, type Exchange } from './api-promise.ts';
import { send } from './attempt.ts';
import { openCall, type Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import { decode } from './decode.ts';
import { followRedirect } from './redirect.ts';
import {
  requestOptionNames,
  type EndpointOptions,
  type HttpMethod,
  type InternalOptions,
  type Requester,
} from './request-options.ts';
import { RetryBudget } from './retry-budget.ts';
import { RetryTracker } from './retry-tracker.ts';
import { sharedRequest } from './shared-request.ts';

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

  request<T>(
    method: HttpMethod,
    path: string,
    endpoint: InternalOptions<T>,
    options?: EndpointOptions<T>,
    names: readonly (keyof EndpointOptions)[] = requestOptionNames,
  ): APIPromise<T> {
    const open = () =>
      openCall(method, path, { ...readOptions('options', options, names), ...endpoint }, this.#options);
    return new APIPromise((promise) => this.#start(open, promise));
  }

  onListDrift(drift: ListDriftEvent): void {
    this.#telemetry.listDrift(drift);
  }

  #start<T>(open: () => Call, promise: APIPromise<T>): Promise<Exchange<T>> {
    try {
      // Parsed now, because the caller may change the parameters before the request is sent.
      return this.#enter(new CallAdmission(open(), promise, this.#admissionControl));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A call is not running yet while it waits for its first permit, so that it takes little memory. */
  #enter<T>(admission: CallAdmission): Promise<Exchange<T>> {
    const exchange = Promise.resolve(this.#admissionControl.enter(admission)).then((permit) =>
      this.#run<T>(admission, permit),
    );
    return admission.timeout ? exchange.finally(() => admission.timeout?.dispose()) : exchange;
  }

  async #run<T>(admission: CallAdmission, firstPermit: Permit | undefined): Promise<Exchange<T>> {
    const { call, signal, isRaw: raw, deadline: endsAt = Infinity } = admission;
    const retries = new RetryTracker(call, this.#retryBudget);
    const { auth, sendRequest, maxResponseSize } = this.#options;
    let permit = firstPermit;
    let redirectedTo: string | undefined;
    let redirects = 0;
    let lastError: ExampleError | undefined;
    try {
      for (let attempt = 1; ; attempt++) {
        if (attempt > 1) {
          permit = await Promise.resolve(this.#admissionControl.enter(admission)).catch(preferring(lastError));
        }
        const { credential } = admission;
        const authorization = auth.headers(credential);
        const redactor = new Redactor(credential, call.secrets);
        const shared = sharedRequest(permit);
        const isSender = shared?.isSent !== true;
        if (isSender) this.#telemetry.attemptStarted(call, attempt);
        const start = performance.now();
        // A body that the caller reads outlives the call, and with it the deadline: the caller's own signal goes along.
        const attemptSignal =
          raw && admission.timeout && call.signal ? AbortSignal.any([admission.timeout.signal, call.signal]) : signal;
        const how = {
          redirectedTo,
          authorization,
          redactor,
          permit,
          signal: attemptSignal,
          sendRequest,
          raw,
          maxResponseSize,
        };
        const result = await (shared ? shared.send(call, how) : send(call, how));
        if (isSender) this.#telemetry.attemptEnded(call, attempt, result.response, performance.now() - start, redactor);
        retries.settle(result);
        admission.refused = result.response?.status === 429;

        if (result.kind === 'success') {
          const { response, text } = result;
          const { status } = response;
          // The documented type. If the body differs from it, the issues say so.
          return { response, text, decode: (body) => this.#decode(call, status, body, redactor) as Promise<T> };
        }
        if (result.kind === 'redirect') {
          redirectedTo = followRedirect(call, result.response, redirectedTo, redirects++);
          admission.isShareable = false;
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
    }
  }

  #decode(call: Call, status: number, text: string, redactor: Redactor): Promise<unknown> {
    const { method, path, route } = call;
    const received = { method, path, route, status, text, redactor };
    return decode(call, received, this.#options.responseValidation, (issues) =>
      this.#telemetry.validationIssues(received, issues),
    );
  }
}

/** The error of the last attempt says more than that the next one would wait too long. */
function preferring(lastError: ExampleError | undefined): (reason: unknown) => never {
  return (reason) => {
    throw lastError && reason instanceof RateLimitWaitError ? lastError : reason;
  };
}
