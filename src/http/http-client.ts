import {
  ConnectionError,
  InvalidRequestError,
  RateLimitWaitError,
  throwToCaller,
  TimeoutError,
  type ExampleError,
} from '../errors/index.ts';
import type { Permit, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import { CallTelemetry, type OnEnd } from '../telemetry/call-telemetry.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { sleep, untilAborted } from '../utils/abort.ts';
import { boolean } from '../utils/arguments.ts';
import { readOptions } from '../utils/options.ts';
import { isBrowser } from '../utils/runtime.ts';
import { APIPromise, type Exchange } from './api-promise.ts';
import { about, readResponse, send, type Attempt } from './attempt.ts';
import { CallDeadline } from './call-deadline.ts';
import { resolveCall, secretsOf, type Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import { decode, type Decoded } from './decode.ts';
import { Pacing, type Pass } from './pacing.ts';
import { followRedirect } from './redirect.ts';
import {
  requestOptionNames,
  type EndpointOptions,
  type HttpMethod,
  type InternalOptions,
  type Requester,
} from './request-options.ts';
import { RetryBudgets, type RetryBudget } from './retry-budget.ts';
import { planRetry, type Failure, type Retry } from './retry.ts';

/** What a client shares with those that `withOptions` makes from it. */
export class SharedState {
  readonly telemetry: Telemetry;
  readonly retryBudgets = new RetryBudgets();

  constructor({ logger }: ResolvedOptions) {
    this.telemetry = new Telemetry(logger);
  }
}

/** An attempt that has failed. */
interface Failed {
  readonly failure: Failure;
  readonly error: ExampleError;
  readonly permit: Permit | undefined;
}

/** Takes a call from its specification to its value: waiting for the rate limit, attempts, retries, validation. */
export class HttpClient implements Requester {
  readonly #options: ResolvedOptions;
  readonly #telemetry: Telemetry;
  readonly #pacing: Pacing;

  constructor(options: ResolvedOptions, shared: SharedState) {
    this.#options = options;
    this.#telemetry = shared.telemetry.withLogger(options.logger);
    this.#pacing = new Pacing(options, shared.retryBudgets);
  }

  get baseUrl(): string {
    return this.#options.baseUrl;
  }

  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#pacing.rateLimit;
  }

  /** @param names The options that the caller may set. Default: {@link RequestOptions}. */
  request<T>(
    method: HttpMethod,
    route: string,
    endpoint: InternalOptions<T>,
    options?: EndpointOptions<T>,
    names: readonly (keyof EndpointOptions)[] = requestOptionNames,
  ): APIPromise<T> {
    return new APIPromise<T>((promise) => {
      let call: Call;
      try {
        // Resolved now, because the caller may change the parameters before the request is sent.
        call = resolveCall(method, route, { ...readOptions('options', options, names), ...endpoint }, this.#options);
      } catch (error) {
        const telemetry = new CallTelemetry(this.#telemetry, { method, path: route, route });
        return telemetry.run((onEnd) => {
          telemetry.end(error, onEnd);
          return Promise.reject(error);
        });
      }
      const telemetry = new CallTelemetry(this.#telemetry, call);
      return telemetry.run((onEnd) => this.#run(call, promise, telemetry, onEnd));
    });
  }

  onListUnverified(event: ListUnverifiedEvent): void {
    this.#telemetry.listUnverified(event);
  }

  /** The life of a call. */
  async #run<T>(
    call: Call,
    promise: APIPromise<T>,
    telemetry: CallTelemetry,
    onEnd: OnEnd | undefined,
  ): Promise<Exchange<T>> {
    let last: { readonly attempt: Attempt; readonly response?: Response } | undefined;
    const timeoutError = () =>
      new TimeoutError(
        `The call took longer than its totalTimeout of ${call.totalTimeout} ms.`,
        last ? about(last.attempt, last.response) : call,
      );
    const timeout =
      call.totalTimeout < Infinity ? new CallDeadline(call.signal, call.totalTimeout, timeoutError) : undefined;
    const signal = timeout?.signal ?? call.signal;
    let { url } = call;
    let attempts = 0;
    let redirects = 0;
    let retries = 0;
    /** The attempt that is to be retried. */
    let pending: (Failed & { readonly retry: Retry }) | undefined;
    /** That of the attempt under way, if it is a retry that counts. */
    let budget: RetryBudget | undefined;
    try {
      for (;;) {
        const { account, target, permit } = await this.#pacing.admit(
          call,
          signal,
          timeout?.endsAt,
          attempts > 0,
          telemetry,
        );
        let failed: Failed;
        if (pending?.retry.free === false && !account.retryBudget.begin()) {
          // The API has failed too often. The retry counts as one that has failed.
          permit?.release();
          failed = pending;
        } else {
          budget = pending?.retry.free === false ? account.retryBudget : undefined;
          const raw = promise.isRaw;
          const attempt: Attempt = {
            target,
            url,
            headers: withRetryCount(call.headers, attempts - redirects),
            authorization: account.authorization,
            redactor: account.redactor.with(() => secretsOf(call)),
            sendRequest: this.#options.fetch,
            // A body that the caller reads outlives the call, and with it the timeout: the caller's own signal goes along.
            signal: raw && timeout && call.signal ? AbortSignal.any([timeout.signal, call.signal]) : signal,
            raw,
            permit,
            maxResponseSize: this.#options.maxResponseSize,
          };
          attempts++;
          last = { attempt };
          const result = await telemetry.attempt(attempt, call, (changed) =>
            send(call, changed, (response) => {
              last = { attempt, response };
              telemetry.recordHeaders(response);
            }),
          );
          if (budget) budget.end(works(result));
          else account.retryBudget.record(works(result), result.kind === 'success');
          budget = pending = undefined;

          if (result.kind === 'success') {
            const { response, text } = result;
            if (text === undefined) {
              telemetry.end(undefined, onEnd);
              return { response, value: () => this.#readLater(call, response, attempt, telemetry) };
            }
            const decoded = await untilAborted(signal, this.#decode<T>(call, response, text, attempt, telemetry));
            telemetry.end(decoded.error, onEnd);
            return { response, text, value: () => valueOf(decoded) };
          }
          if (result.kind === 'redirect') {
            const problem = (why: string) => new ConnectionError(why, about(attempt, result.response));
            url = followRedirect(call.method, result.response, url, redirects++, problem);
            continue;
          }
          failed = { failure: result.failure, error: result.error, permit };
        }

        const retry = planNext(call, failed, retries);
        const isLate = retry && performance.now() + retry.delay >= (timeout?.endsAt ?? Infinity);
        if (!retry || isLate || !isWanted(call, failed.error, target, attempts, retry)) throw failed.error;
        telemetry.retry(retry.delay, failed.error);
        if (retry.delay > 0) await sleep(retry.delay, signal);
        if (!retry.free) retries++;
        pending = { ...failed, retry };
      }
    } catch (reason) {
      // The error of the last attempt says more than that the next one would wait too long.
      const error = pending && reason instanceof RateLimitWaitError ? pending.error : reason;
      telemetry.end(error, onEnd);
      throw error;
    } finally {
      timeout?.dispose();
      // It was aborted, which says nothing about the API.
      budget?.abort();
    }
  }

  #decode<T>(
    call: Call,
    response: Response,
    text: string,
    attempt: Attempt,
    telemetry: CallTelemetry,
  ): Promise<Decoded<T>> {
    const { redactor } = attempt;
    const received = { status: response.status, text, redactor, about: () => about(attempt, response) };
    // The type that the caller expects. If the body differs from it, the issues say so.
    return decode(call, received, this.#options.responseValidation, (issues) =>
      telemetry.validationIssues(issues),
    ) as Promise<Decoded<T>>;
  }

  /** The value of a call whose response the caller has got. It is limited as an attempt is. */
  async #readLater<T>(call: Call, response: Response, attempt: Attempt, telemetry: CallTelemetry): Promise<T> {
    const error = () =>
      new TimeoutError(`Reading the body took longer than ${call.timeout} ms.`, about(attempt, response));
    const timeout = new CallDeadline(call.signal, call.timeout, error);
    const { signal } = timeout;
    try {
      const copy = copyOf(response);
      const result = await readResponse(call, { ...attempt, signal }, copy, copy);
      if (result.kind === 'failure') throw result.error;
      const text = result.text ?? '';
      return valueOf(await untilAborted(signal, this.#decode<T>(call, response, text, attempt, telemetry)));
    } catch (error) {
      throwToCaller(error);
    } finally {
      timeout.dispose();
    }
  }
}

/** Tells the API which retry of a call a request is. A page would need a preflight request for it. */
function withRetryCount(headers: Call['headers'], retries: number): Call['headers'] {
  return retries > 0 && !isBrowser() ? { ...headers, 'x-retry-count': String(retries) } : headers;
}

/** Whether an attempt shows that the API works, even if it rejects the call. */
function works({
  kind,
  response,
  failure,
}: {
  kind: string;
  response?: Response | undefined;
  failure?: Failure;
}): boolean {
  return kind !== 'failure' || (failure?.kind === 'status' && response !== undefined && response.status < 500);
}

function planNext(call: Call, { failure, permit }: Failed, retries: number): Retry | undefined {
  const { repeatable, maxRetries } = call;
  const isContended = permit?.isContended === true;
  return planRetry(
    failure,
    { repeatable, maxRetries, retries, paced: permit !== undefined, contended: isContended },
    Math.random(),
  );
}

/** Whether the user's `shouldRetry` lets a retry pass. */
function isWanted(
  { shouldRetry }: Call,
  error: ExampleError,
  { method, path, route }: Pass['target'],
  attempt: number,
  { delay }: Retry,
): boolean {
  if (!shouldRetry) return true;
  return boolean('What shouldRetry returns', shouldRetry(error, { method, path, route, attempt, delay }));
}

function valueOf<T>(decoded: Decoded<T>): T {
  return decoded.error === undefined ? decoded.value : throwToCaller(decoded.error);
}

function copyOf(response: Response): Response {
  // A custom fetch may return less than a Response.
  if (!response.bodyUsed && 'clone' in response) return response.clone();
  throw new InvalidRequestError(
    'The body was already read through asResponse(), or the response has no clone(). To get both, await the call first.',
  );
}
