import { Redactor, secretsOf } from '../auth/redaction.ts';
import {
  ExampleError,
  RateLimitWaitError,
  TimeoutError,
  type RequestTarget,
  type ValidationIssue,
} from '../errors/index.ts';
import type { Permit, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { CallTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { anySignal, Deadline, isNative, sleep, untilAborted, type Cancellation } from '../utils/abort.ts';
import { now } from '../utils/clock.ts';
import { described, readOptions } from '../utils/arguments.ts';
import { APIPromise, type Exchange } from './api-promise.ts';
import { send, type Attempt, type Result } from './attempt.ts';
import { resolveCall, type Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import { Pacing, type Refusal } from './pacing.ts';
import {
  requestOptionNames,
  type EndpointOptions,
  type HttpMethod,
  type InternalOptions,
  type Requester,
} from './request-options.ts';
import { about, decode } from './response.ts';
import type { RetryBudget, RetryBudgets } from './retry-budget.ts';
import { planRetry, type Failure } from './retry.ts';

/** What a client shares with those that `withOptions` makes from it. */
export interface SharedState {
  readonly telemetry: Telemetry;
  readonly retryBudgets: RetryBudgets;
}

/** How far a call has come. */
interface Progress {
  retries: number;
  /** That of the last attempt. */
  error?: ExampleError;
  /** What pays for the attempt under way, if it is a retry that counts. */
  budget?: RetryBudget | undefined;
}

/** What is known when an attempt has failed. */
interface Failed {
  readonly call: Call;
  readonly failure: Failure;
  readonly error: ExampleError;
  readonly permit: Permit | undefined;
  /** 1 for the first attempt. */
  readonly number: number;
  readonly signal: Cancellation | undefined;
  readonly endsAt: number;
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
        const given = readOptions('options', options, names);
        const isSchemaOfCaller = given.schema !== undefined;
        call = resolveCall(method, route, { ...given, isSchemaOfCaller, ...endpoint }, this.#options);
      } catch (error) {
        const given: unknown = route; // Callers without types may pass anything.
        const path = typeof given === 'string' ? given : typeof given;
        const telemetry = this.#telemetryOf({ method, path, route: path });
        return telemetry.run(() => {
          telemetry.end(error, false);
          return Promise.reject(error);
        });
      }
      const telemetry = this.#telemetryOf(call);
      return telemetry.run(() => this.#run(call, promise, telemetry));
    });
  }

  onListUnverified(event: ListUnverifiedEvent): void {
    this.#telemetry.events.emit('listUnverified', event);
    const { method, path, reason } = event;
    const line = `${method} ${path}: it can't be verified that each item was yielded once (${reason}).`;
    this.#options.logger.warn?.(line, event);
  }

  #telemetryOf(target: RequestTarget): CallTelemetry {
    return new CallTelemetry(this.#telemetry, this.#options.logger, this.#pacing.shown(target));
  }

  /** The life of a call. */
  async #run<T>(call: Call, promise: APIPromise<T>, telemetry: CallTelemetry): Promise<Exchange<T>> {
    const { signals, totalTimeout } = call;
    let attempt: Attempt | undefined;
    const isManaged = totalTimeout < Infinity || signals.length > 1 || !signals.every(isNative);
    const deadline = isManaged
      ? new Deadline(signals, totalTimeout, () => {
          const message = `The call took longer than its totalTimeout of ${totalTimeout} ms.`;
          return new TimeoutError(message, attempt ? about(attempt) : telemetry.target);
        })
      : undefined;
    const signal = deadline ?? signals[0];
    const endsAt = deadline?.endsAt ?? Infinity;
    const progress: Progress = { retries: 0 };
    let refusal: Refusal | undefined;
    try {
      for (let number = 1; ; number++) {
        const isRetry = number > 1;
        const { account, permit } = await this.#pacing.admit(
          call,
          signal,
          deadline?.endsAt,
          isRetry,
          telemetry,
          refusal,
        );
        const budget = account.retryBudget.of(`${call.method} ${call.route}`);
        const raw = promise.isRaw;
        const current: Attempt = (attempt = {
          ...{ call, account, permit, raw, target: telemetry.target, response: undefined },
          redactor: new Redactor(account.credential, () => secretsOf(call)),
          // A body that the caller reads outlives the call, and with it the timeout: the caller's own signal goes along.
          signal:
            raw && deadline && signals.length > 0
              ? anySignal([deadline.signal, ...signals])
              : (deadline?.signal ?? signals[0]),
        });
        let result: Result;
        try {
          if (signal?.aborted) throw signal.reason;
          result = await telemetry.attempt(current, (headers) => send(current, headers));
        } finally {
          current.permit?.release(); // Nothing was sent.
        }
        const isWorking = works(result) || permit?.isLimited === true;
        if (progress.budget) progress.budget.end(isWorking);
        else budget.record(isWorking, result.kind === 'success');
        progress.budget = undefined;

        if (result.kind === 'success') {
          const { response, text } = result;
          const onIssues = (issues: readonly ValidationIssue[]) => telemetry.validationIssues(issues);
          const isRead = text !== undefined;
          const value = isRead && (await untilAborted(signal, decode(current, response, text, onIssues)));
          telemetry.end(undefined, false);
          // The type that the caller expects. If the body differs from it, the issues say so.
          return isRead ? { response, value: value as T } : { response };
        }
        progress.error = result.error;
        await this.#beforeRetry(progress, budget, { ...result, call, permit, number, signal, endsAt }, telemetry);
        const { failure } = result;
        const isRefusal = failure.kind === 'status' && failure.status === 429;
        const wait = isRefusal ? (failure.retryAfter ?? 1000 * 2 ** progress.retries) : 0;
        refusal = isRefusal ? { limiter: account.limiter, wait } : undefined;
      }
    } catch (reason) {
      // The error of the last attempt says more than that the next one would wait too long.
      const error = reason instanceof RateLimitWaitError ? (progress.error ?? reason) : reason;
      telemetry.end(error, error === signal?.reason && signals.some(({ aborted }) => aborted));
      throw error;
    } finally {
      deadline?.dispose();
      // It was aborted, which says nothing about the API.
      progress.budget?.abort();
    }
  }

  /** Waits for the time of the next attempt, which is announced once it is certain. @throws the error of the last one. */
  async #beforeRetry(progress: Progress, budget: RetryBudget, failed: Failed, telemetry: CallTelemetry): Promise<void> {
    const { call, error, number, permit, signal } = failed;
    for (let { failure } = failed; ;) {
      const retry = planRetry(failure, call, progress.retries, permit, Math.random());
      if (!retry || now() + retry.delay >= failed.endsAt) throw error;
      const veto = call.shouldRetry?.(error, { ...telemetry.target, attempt: number, delay: retry.delay });
      if (veto !== undefined && typeof veto !== 'boolean') {
        const problem = `What shouldRetry returns must be true or false; got ${described(veto)}.`;
        throw new ExampleError(problem, { cause: error });
      }
      if (veto === false || (!retry.free && budget.isEmpty)) throw error;
      if (!retry.free) progress.retries++;
      let { delay } = retry;
      if (!retry.free && !budget.begin()) {
        // Others may show in the meantime that the API works.
        await sleep(delay, signal);
        delay = 0;
        if (!budget.begin()) {
          if (failure.kind === 'status') failure = { ...failure, retryAfter: undefined };
          continue;
        }
      }
      progress.budget = retry.free ? undefined : budget;
      telemetry.retry(delay, error);
      if (delay > 0) await sleep(delay, signal);
      return;
    }
  }
}

/** Whether an attempt shows that the API works, even if it rejects the call. */
function works(result: Result): boolean {
  if (result.kind === 'success' || result.failure.kind === 'final') return true;
  return result.failure.kind === 'status' && result.failure.status < 500;
}
