import { Redactor } from '../auth/redaction.ts';
import {
  InvalidRequestError,
  RateLimitWaitError,
  type ExampleError,
  type RequestTarget,
  type ValidationIssue,
} from '../errors/index.ts';
import type { Permit, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { CallTelemetry } from '../telemetry/call-telemetry.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { sleep } from '../utils/abort.ts';
import { readOptions } from '../utils/options.ts';
import { isBrowser } from '../utils/runtime.ts';
import { AdmissionControl, CallAdmission } from './admission.ts';
import { APIPromise, type Decoded, type Exchange } from './api-promise.ts';
import { send, sendShared, type Attempt } from './attempt.ts';
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

  get baseUrl(): string {
    return this.#options.baseUrl;
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
    return new APIPromise((promise) => this.#start({ method, path, route: path }, open, promise));
  }

  onListUnverified(event: ListUnverifiedEvent): void {
    this.#telemetry.listUnverified(event);
  }

  #start<T>(target: RequestTarget, open: () => Call, promise: APIPromise<T>): Promise<Exchange<T>> {
    let admission: CallAdmission;
    try {
      // Parsed now, because the caller may change the parameters before the request is sent.
      admission = new CallAdmission(open(), promise, this.#admissionControl);
    } catch (error) {
      const telemetry = new CallTelemetry(this.#telemetry, target, performance.now());
      return telemetry.run(() => telemetry.failed(error));
    }
    if (!this.#telemetry.observesCalls) return this.#enter(admission);
    return admission.telemetry.run(() => this.#enter(admission));
  }

  /** A call is not running yet while it waits for its first permit, so that it takes little memory. */
  #enter<T>(admission: CallAdmission): Promise<Exchange<T>> {
    const { timeout } = admission;
    const exchange = attempted(() => this.#admissionControl.enter(admission)).then(
      (permit) => this.#run<T>(admission, permit),
      this.#telemetry.observesCalls ? (error: unknown) => admission.telemetry.failed(error) : undefined,
    );
    return timeout ? exchange.finally(() => timeout.dispose()) : exchange;
  }

  async #run<T>(admission: CallAdmission, firstPermit: Permit | undefined): Promise<Exchange<T>> {
    const { call, telemetry, signal, isRaw: raw, deadline: endsAt = Infinity } = admission;
    const retries = new RetryTracker(call, this.#retryBudget);
    const { auth, sendRequest, maxResponseSize } = this.#options;
    let permit = firstPermit;
    let { url } = call;
    let redirects = 0;
    let lastError: ExampleError | undefined;
    try {
      for (let attempt = 1; ; attempt++) {
        if (attempt > 1) {
          permit = await Promise.resolve(this.#admissionControl.enter(admission)).catch(preferring(lastError));
        }
        const { credential } = admission;
        const redactor = new Redactor(credential, call.secrets);
        // A body that the caller reads outlives the call, and with it the deadline: the caller's own signal goes along.
        const attemptSignal =
          raw && admission.timeout && call.signal ? AbortSignal.any([admission.timeout.signal, call.signal]) : signal;
        const sent = {
          url,
          headers: withRetryCount(call.headers, attempt - 1 - redirects),
          authorization: auth.headers(credential),
          redactor,
          permit,
          signal: attemptSignal,
          sendRequest,
          raw,
          maxResponseSize,
        };
        const result = await telemetry.attempt(sent, (attempt) => send(call, attempt));
        telemetry.attempted(result.response);
        retries.settle(result);
        admission.isRetry = true;

        if (result.kind === 'success') {
          const { response, text } = result;
          if (text === undefined) {
            telemetry.ended();
            return { response, decode: () => this.#read(admission, response, sent) };
          }
          const decoded = await this.#decode<T>(admission, response.status, text, redactor);
          telemetry.ended(decoded.error);
          return { response, text, decode: () => decoded };
        }
        if (result.kind === 'redirect') {
          url = followRedirect(call, result.response, url, redirects++);
          continue;
        }
        const { failure, error } = result;
        lastError = error;
        const retry = retries.plan(failure, permit);
        if (!retry || performance.now() + retry.delay >= endsAt) throw error;

        telemetry.retry(retry.delay, error);
        if (retry.delay > 0) await sleep(retry.delay, signal);
        // After the delay, because by then the retries of other calls have shown whether the API is back.
        if (!(await retries.pay(retry, signal))) throw error;
      }
    } catch (error) {
      return await telemetry.failed(error);
    } finally {
      retries.end();
    }
  }

  #decode<T>(
    { call, telemetry }: CallAdmission,
    status: number,
    text: string,
    redactor: Redactor,
  ): Promise<Decoded<T>> {
    const { method, path, route } = call;
    const received = { method, path, route, status, text, redactor };
    const onIssues = (issues: readonly ValidationIssue[]) => telemetry.validationIssues(issues);
    // The type that the caller expects. If the body differs from it, the issues say so.
    return decode(call, received, this.#options.responseValidation, onIssues) as Promise<Decoded<T>>;
  }

  /** The value of a call whose response the caller has got. It is limited as an attempt is. */
  async #read<T>(admission: CallAdmission, response: Response, attempt: Attempt): Promise<Decoded<T>> {
    const { call } = admission;
    const copy = copyOf(response);
    const exchange = Object.assign(Promise.resolve(copy), { text: () => copy.text() });
    const result = await sendShared(call, { ...attempt, permit: undefined, signal: call.signal }, () => exchange);
    if (result.kind === 'failure') throw result.error;
    return this.#decode(admission, response.status, result.text ?? '', attempt.redactor);
  }
}

/** Tells the API which retry of a call a request is. A page would need a preflight request for it. */
function withRetryCount(headers: Call['headers'], retries: number): Call['headers'] {
  return retries > 0 && !isBrowser() ? { ...headers, 'x-retry-count': String(retries) } : headers;
}

function copyOf(response: Response): Response {
  // A custom fetch may return less than a Response.
  if (!response.bodyUsed && 'clone' in response) return response.clone();
  throw new InvalidRequestError(
    'The body was already read through asResponse(), or the response has no clone(). To get both, await the call first.',
  );
}

/** The error of the last attempt says more than that the next one would wait too long. */
function preferring(lastError: ExampleError | undefined): (reason: unknown) => never {
  return (reason) => {
    throw lastError && reason instanceof RateLimitWaitError ? lastError : reason;
  };
}

/** The promise of what the work returns; rejected with what it throws. */
function attempted<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error);
  }
}
