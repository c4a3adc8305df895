import { Redactor } from '../auth/redaction.ts';
import {
  RateLimitWaitError,
  TimeoutError,
  type ExampleError,
  type RequestTarget,
  type ValidationIssue,
} from '../errors/index.ts';
import type { Permit, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { CallTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { sleep, startDeadline, untilAborted } from '../utils/abort.ts';
import { boolean } from '../utils/arguments.ts';
import { readOptions } from '../utils/options.ts';
import { APIPromise, type Exchange } from './api-promise.ts';
import { send, type Attempt, type Result } from './attempt.ts';
import { resolveCall, secretsOf, type Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import { Pacing } from './pacing.ts';
import {
  requestOptionNames,
  type EndpointOptions,
  type HttpMethod,
  type InternalOptions,
  type Requester,
} from './request-options.ts';
import { about, decode } from './response.ts';
import type { RetryBudget, RetryBudgets } from './retry-budget.ts';
import { planRetry, type Failure, type Retry } from './retry.ts';

/** What a client shares with those that `withOptions` makes from it. */
export interface SharedState {
  readonly telemetry: Telemetry;
  readonly retryBudgets: RetryBudgets;
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

  constructor(options: ResolvedOptions, { telemetry, retryBudgets }: SharedState) {
    this.#options = options;
    this.#telemetry = telemetry;
    this.#pacing = new Pacing(options, retryBudgets);
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
        const given: unknown = route; // Callers without types may pass anything.
        const path = typeof given === 'string' ? given : typeof given;
        const telemetry = this.#telemetryOf({ method, path, route: path });
        return telemetry.run(() => {
          telemetry.end(error);
          return Promise.reject(error);
        });
      }
      const telemetry = this.#telemetryOf(call, call.signal);
      return telemetry.run(() => this.#run(call, promise, telemetry));
    });
  }

  onListUnverified(event: ListUnverifiedEvent): void {
    this.#telemetry.events.emit('listUnverified', event);
    const { method, path, reason } = event;
    const line = `${method} ${path}: it can't be verified that each item was yielded once (${reason}).`;
    this.#options.logger.warn?.(line, event);
  }

  #telemetryOf(target: RequestTarget, signal?: AbortSignal): CallTelemetry {
    return new CallTelemetry(this.#telemetry, this.#options.logger, this.#pacing.shown(target), signal);
  }

  /** The life of a call. */
  async #run<T>(call: Call, promise: APIPromise<T>, telemetry: CallTelemetry): Promise<Exchange<T>> {
    const { totalTimeout, shouldRetry } = call;
    let attempt: Attempt | undefined;
    const deadline =
      totalTimeout < Infinity
        ? startDeadline(call.signal, totalTimeout, () => {
            const message = `The call took longer than its totalTimeout of ${totalTimeout} ms.`;
            return new TimeoutError(message, attempt ? about(attempt) : telemetry.target);
          })
        : undefined;
    const signal = deadline?.signal ?? call.signal;
    let attempts = 0;
    let retries = 0;
    /** The attempt that is to be retried. */
    let pending: (Failed & { readonly retry: Retry }) | undefined;
    /** That of the attempt under way, if it is a retry that counts. */
    let budget: RetryBudget | undefined;
    try {
      for (;;) {
        const { account, permit } = await this.#pacing.admit(call, signal, deadline?.endsAt, attempts > 0, telemetry);
        let failed: Failed;
        if (pending?.retry.free === false && !account.retryBudget.begin()) {
          // The API has failed too often. The retry counts as one that has failed.
          permit?.release();
          failed = pending;
        } else {
          budget = pending?.retry.free === false ? account.retryBudget : undefined;
          const raw = promise.isRaw;
          const current: Attempt = (attempt = {
            ...{ call, account, permit, raw, target: telemetry.target, response: undefined },
            redactor: new Redactor(account.credential, () => secretsOf(call)),
            // A body that the caller reads outlives the call, and with it the timeout: the caller's own signal goes along.
            signal: raw && deadline && call.signal ? AbortSignal.any([deadline.signal, call.signal]) : signal,
          });
          attempts++;
          const result = await telemetry.attempt(current, (headers) => send(current, headers));
          if (budget) budget.end(works(result));
          else account.retryBudget.record(works(result), result.kind === 'success');
          budget = pending = undefined;

          if (result.kind === 'success') {
            const { response, text } = result;
            const onIssues = (issues: readonly ValidationIssue[]) => telemetry.validationIssues(issues);
            const isRead = text !== undefined;
            const value = isRead && (await untilAborted(signal, decode(current, response, text, onIssues)));
            telemetry.end(undefined);
            // The type that the caller expects. If the body differs from it, the issues say so.
            return isRead ? { response, value: value as T } : { response };
          }
          failed = { failure: result.failure, error: result.error, permit };
        }

        const { error } = failed;
        const retry = planRetry(failed.failure, call, retries, failed.permit, Math.random());
        if (!retry || performance.now() + retry.delay >= (deadline?.endsAt ?? Infinity)) throw error;
        const context = { ...telemetry.target, attempt: attempts, delay: retry.delay };
        if (shouldRetry && !boolean('What shouldRetry returns', shouldRetry(error, context))) throw error;
        telemetry.retry(retry.delay, error);
        if (retry.delay > 0) await sleep(retry.delay, signal);
        if (!retry.free) retries++;
        pending = { ...failed, retry };
      }
    } catch (reason) {
      // The error of the last attempt says more than that the next one would wait too long.
      const error = pending && reason instanceof RateLimitWaitError ? pending.error : reason;
      telemetry.end(error);
      throw error;
    } finally {
      deadline?.dispose();
      // It was aborted, which says nothing about the API.
      budget?.abort();
    }
  }
}

/** Whether an attempt shows that the API works, even if it rejects the call. */
function works(result: Result): boolean {
  return result.kind !== 'failure' || (result.failure.kind === 'status' && result.failure.status < 500);
}
