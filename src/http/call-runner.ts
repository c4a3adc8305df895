import { currentToken, replacementOf } from '../auth/api-token.ts';
import { describeEffect } from '../errors/example-error.ts';
import { AuthenticationError, ExampleError, RateLimitWaitError, TimeoutError } from '../errors/index.ts';
import type { Limiter, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import type { Permit } from '../rate-limit/permit.ts';
import { rateLimiterFor } from '../rate-limit/registry.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { redactorOf } from '../utils/redaction.ts';
import type { CallTelemetry, Telemetry } from '../telemetry/telemetry.ts';
import { Deadline, untilAborted } from '../utils/abort.ts';
import { describeValue } from '../utils/arguments.ts';
import { now } from '../utils/timing.ts';
import { APIPromise, type Exchange } from './api-promise.ts';
import { sendAttempt } from './attempt.ts';
import { hideToken, resolveCall, useToken, type Call, type InternalOptions, type Requester } from './call.ts';
import type { EndpointOptions, HttpMethod, ResolvedOptions } from './options.ts';
import { decode, errorInit } from './response.ts';
import { planRetry, type FailedAttempt } from './retry.ts';

/** Makes calls: each is one run of the loop in `#run` (docs/internals/retries.md). */
export class CallRunner implements Requester {
  readonly #options: ResolvedOptions;
  readonly #telemetry: Telemetry;
  /** The token that was used last, and its limiter. There can be several only if `apiToken` is a function. */
  #token: string | undefined;
  #limiter: Limiter | undefined;

  constructor(options: ResolvedOptions, telemetry: Telemetry) {
    this.#options = options;
    this.#telemetry = telemetry;
    if (typeof options.apiToken === 'string') this.#limiterOf(options.apiToken);
  }

  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#options.rateLimit ? this.#limiter?.snapshot : undefined;
  }

  /** @param isGeneric True for `client.request`, whose options include the parameters. */
  request<T>(
    method: HttpMethod,
    route: string,
    endpoint: InternalOptions<T>,
    options?: EndpointOptions<T>,
    isGeneric = false,
  ): APIPromise<T> {
    return new APIPromise<T>((promise) => {
      // Without types, callers may pass anything as a path.
      const path = typeof route === 'string' ? route : typeof route;
      const target = hideToken({ method, path, route: path }, this.#token);
      const telemetry = this.#telemetry.observe(this.#options.logger, target);
      const resolve = () => resolveCall(method, route, endpoint, this.#options, options, isGeneric);
      return telemetry ? telemetry.run(() => this.#run(resolve, promise, telemetry)) : this.#run(resolve, promise);
    });
  }

  onListUnverified({ reason, ...target }: ListUnverifiedEvent): void {
    this.#telemetry.onListUnverified(this.#options.logger, { ...hideToken(target, this.#token), reason });
  }

  /** The life of a call: it waits for a permit, is sent, and ends or is sent again. */
  async #run<T>(
    resolve: () => Call,
    promise: Pick<APIPromise<T>, 'claimBody'>,
    telemetry?: CallTelemetry,
  ): Promise<Exchange<T>> {
    let call: Call | undefined;
    let deadline: Deadline | undefined;
    let permit: Permit | undefined;
    try {
      // At once, because the caller may change the parameters before the request is sent.
      const current = (call = resolve());
      useToken(call, this.#token);
      deadline = deadlineOf(call);
      Object.assign(call, { cancellation: deadline, endsAt: deadline?.endsAt }, telemetry?.hooksFor(call));
      for (let retries = 0; ;) {
        const granted = (permit = await this.#permitFor(call, deadline));
        call.attempt += 1;
        call.response = undefined;
        const isResponseOnly = promise.claimBody() === 'caller';
        const result = await (telemetry
          ? telemetry.attempt(call, (headers) => sendAttempt(current, headers, granted, isResponseOnly))
          : sendAttempt(call, call.headers, granted, isResponseOnly));
        if (!result.error) {
          const exchange = await untilAborted(deadline, decode<T>(call, result, telemetry));
          telemetry?.onEnd('success', call);
          return exchange;
        }
        call.lastError = result.error;
        const hasNewToken = await replaceToken(call, deadline, result);
        const retry = hasNewToken ? { delay: 0, retries } : planRetry(result, call, retries, Math.random(), now());
        if (!retry) throw result.error;
        const isTooLate = call.limiter?.rest(call, retry.delay, retry.retries > retries) ?? false;
        if (isTooLate || isVetoed(call, result.error, retry.delay)) throw result.error;
        telemetry?.onRetry(retry.delay, result.error);
        ({ retries } = retry);
      }
    } catch (reason) {
      // A call that has already failed rejects with that error, not with the wait that ended it.
      const error: unknown = reason instanceof RateLimitWaitError ? (call?.lastError ?? reason) : reason;
      if (call && error instanceof ExampleError) error.mayHaveTakenEffect = call.mayHaveTakenEffect;
      telemetry?.onEnd(deadline?.isAbortedBy(error) ? 'aborted' : 'failure', call, error);
      throw error;
    } finally {
      permit?.release(); // Does nothing, unless something of our own has failed before the request was sent.
      call?.outage?.leave();
      deadline?.stop();
    }
  }

  /**
   * Waits for permission to make the next attempt, with the token that is valid then. A retry waits in the limiter of
   * the attempt before.
   *
   * @throws {RateLimitWaitError} when the call would wait longer than `maxWait` or until after its deadline.
   * @throws {UnavailableError} when an outage has held it for too long.
   * @throws the signal's reason when it aborts first.
   */
  async #permitFor(call: Call, deadline: Deadline | undefined): Promise<Permit> {
    let isRetry = call.limiter !== undefined;
    let limiter = call.limiter ?? (await this.#currentLimiter(call, deadline));
    call.waitingSince = Math.max(call.waitingSince ?? 0, now());
    if (!call.outage) (call.outage = limiter.outage).enter();
    for (;;) {
      // Without `await` if there is a permit at once: that costs no promise.
      const acquired = limiter.acquire(call);
      const permit = acquired instanceof Promise ? await acquired : acquired;
      try {
        deadline?.throwIfOver();
        // The token may have been rotated since.
        const current = permit.waited || isRetry ? await this.#currentLimiter(call, deadline) : limiter;
        if (current === limiter) return permit;
        limiter = current;
        isRetry = false;
      } catch (error) {
        permit.release();
        throw error;
      }
      permit.release();
    }
  }

  /** Gives the call the token that is valid now. Returns the token's limiter. */
  async #currentLimiter(call: Call, deadline: Deadline | undefined): Promise<Limiter> {
    const { apiToken } = call.options;
    const token =
      typeof apiToken === 'string'
        ? apiToken
        : await withinTimeout(call, deadline, (cancellation) => currentToken(apiToken, cancellation, redactorOf(call)));
    useToken(call, token);
    return (call.limiter = this.#limiterOf(token));
  }

  #limiterOf(token: string): Limiter {
    if (token === this.#token && this.#limiter) return this.#limiter;
    const { baseUrl, rateLimit, fetch = globalThis.fetch } = this.#options;
    this.#token = token;
    return (this.#limiter = rateLimiterFor({ baseUrl, token, fetch, rateLimit }));
  }
}

/**
 * Asks the token function for another token after a 401, once in a call. Returns true if it has one: the call then goes
 * on as if it had not failed, with the limiter of that token.
 */
async function replaceToken(call: Call, deadline: Deadline | undefined, { error }: FailedAttempt): Promise<boolean> {
  const { token = '', options } = call;
  const { apiToken } = options;
  if (typeof apiToken === 'string' || !(error instanceof AuthenticationError) || call.hasAskedForToken) return false;
  call.hasAskedForToken = true;
  const replacement = () => replacementOf(apiToken, token, error, redactorOf(call), options.timeout);
  const next = await withinTimeout(call, deadline, (cancellation) => untilAborted(cancellation, replacement()));
  if (next === token) return false;
  call.lastError = call.limiter = undefined;
  return true;
}

/**
 * Gives a token function as much time as an attempt.
 *
 * @throws {TimeoutError} when it takes longer.
 * @throws the signal's reason when the call's deadline aborts first.
 */
async function withinTimeout<T>(
  call: Call,
  callDeadline: Deadline | undefined,
  work: (cancellation: Deadline) => Promise<T>,
): Promise<T> {
  const { timeout } = call.options;
  const problem = `The apiToken function did not return within ${timeout} ms (timeout).`;
  const sources = callDeadline ? [callDeadline] : [];
  const deadline = new Deadline(sources, timeout, () => new TimeoutError(problem, errorInit(call)));
  try {
    return await work(deadline);
  } finally {
    deadline.stop();
  }
}

/** Ends a call when a signal aborts or `totalTimeout` is over. Most calls have neither. */
function deadlineOf(call: Call): Deadline | undefined {
  const { totalTimeout } = call.options;
  if (call.signals.length === 0 && totalTimeout === Infinity) return undefined;
  return new Deadline(call.signals, totalTimeout, () => {
    const cause = call.lastError ?? call.outage?.lastError;
    const last = cause ? ` The last failure: ${cause.problem}` : '';
    const problem = `The call took longer than its totalTimeout of ${totalTimeout} ms: it was waiting ${waitOf(call)}.`;
    return new TimeoutError(`${problem} ${describeEffect(call)}${last}`, errorInit(call), cause && { cause });
  });
}

function waitOf(call: Call): string {
  const { sentAt, endsAt = 0, options } = call;
  if (sentAt !== undefined)
    return `for the response to a request that was sent after ${Math.round(sentAt - endsAt + options.totalTimeout)} ms`;
  if (call.response?.ok) return 'for the schema';
  if (call.outage?.isFailing) return 'for the API to recover';
  return 'for the rate limit or the token';
}

/** True if `shouldRetry` returns `false`. */
function isVetoed(call: Call, error: ExampleError, delay: number): boolean {
  const { method, path, route, attempt } = call;
  const { shouldRetry } = call.options;
  let verdict: unknown = true;
  try {
    if (shouldRetry) verdict = shouldRetry(error, { method, path, route, attempt, delay });
  } catch (thrown) {
    throw new ExampleError('shouldRetry failed; see the cause.', { cause: redactorOf(call).redactError(thrown) });
  }
  if (typeof verdict === 'boolean') return !verdict;
  if (verdict instanceof Promise) verdict.catch(() => undefined);
  throw new ExampleError(`shouldRetry must return true or false; got ${describeValue(verdict)}.`, { cause: error });
}
