import { ExampleError, NotFoundError, RateLimitWaitError, TimeoutError, type RequestTarget } from '../errors/index.ts';
import type { Permit, RateLimiter, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { CallTelemetry, Telemetry } from '../telemetry/telemetry.ts';
import { anySignal, Deadline, isNative, sleep, untilAborted, type Cancellation } from '../utils/abort.ts';
import { described, parameters, readOptions } from '../utils/arguments.ts';
import { now } from '../utils/clock.ts';
import { Accounts, type Account } from './accounts.ts';
import { APIPromise, type Exchange } from './api-promise.ts';
import { send, type Attempt, type FailedAttempt, type Result } from './attempt.ts';
import { resolveCall, type Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import {
  requestOptionNames,
  type EndpointOptions,
  type HttpMethod,
  type InternalOptions,
  type Requester,
} from './request-options.ts';
import { about, decode } from './response.ts';
import type { RetryBudget } from './retry-budget.ts';
import { planRetry, type Failure } from './retry.ts';

/** What a client shares with those that `withOptions` makes from it. */
export interface ClientState {
  readonly telemetry: Telemetry;
  readonly retryBudget: RetryBudget;
}

/** A call, and how far it has come. */
interface CallState {
  readonly call: Call;
  /** Whether its caller reads the body. Known once the current synchronous code has run. */
  readonly promise: { readonly isRaw: boolean };
  readonly telemetry: CallTelemetry | undefined;
  /** What is shown of the call. It changes with a token that is redacted in it. */
  target: RequestTarget;
  /** The last one. */
  attempt?: Attempt;
  /** Those that count. */
  retries: number;
  /** That of the last attempt. */
  error?: ExampleError;
  /** Whether a failed attempt may have taken effect. */
  mayBeDone?: boolean;
  /** What pays for the next attempt, if it is a retry that counts. */
  budget?: RetryBudget | undefined;
  /** What has refused the last attempt, and how long to wait with another token. */
  refusal?: { readonly limiter: RateLimiter | undefined; readonly wait: number } | undefined;
  deadline?: Deadline;
  /** Ends the call early: its only signal, or its deadline. */
  signal: Cancellation | undefined;
}

/** Takes a call from its specification to its value: waiting for the rate limit, attempts, retries, validation. */
export class HttpClient implements Requester {
  readonly #options: ResolvedOptions;
  readonly #telemetry: Telemetry;
  readonly #accounts: Accounts;

  constructor(options: ResolvedOptions, { telemetry, retryBudget }: ClientState) {
    this.#options = options;
    this.#telemetry = telemetry;
    this.#accounts = new Accounts(options, retryBudget);
  }

  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#accounts.rateLimit;
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
        if ('body' in endpoint) parameters(endpoint.body, names);
        call = resolveCall(method, route, { ...given, isSchemaOfCaller, ...endpoint }, this.#options);
      } catch (error) {
        const given: unknown = route; // Callers without types may pass anything.
        const path = typeof given === 'string' ? given : typeof given;
        return this.#begin({ method, path, route: path }, (_, telemetry) => {
          telemetry?.end(error, false);
          return Promise.reject(error);
        });
      }
      return this.#begin(call, (target, telemetry) => this.#run(stateOf(call, promise, target, telemetry)));
    });
  }

  onListUnverified(event: ListUnverifiedEvent): void {
    this.#telemetry.events.emit('listUnverified', event);
    const { method, path, reason } = event;
    const line = `${method} ${path}: it can't be verified that each item was yielded once (${reason}).`;
    this.#options.logger.warn?.(line, event);
  }

  /** Begins a call, in its trace if there is one. */
  #begin<T>(
    target: RequestTarget,
    run: (shown: RequestTarget, telemetry: CallTelemetry | undefined) => Promise<T>,
  ): Promise<T> {
    const shown = this.#accounts.redactTarget(target);
    const telemetry = this.#telemetry.observe(this.#options.logger, shown);
    return telemetry ? telemetry.run(() => run(shown, telemetry)) : run(shown, undefined);
  }

  /** The life of a call: attempts, until one of them is its end. */
  async #run(state: CallState): Promise<Exchange<unknown>> {
    const { call, telemetry, signal } = state;
    try {
      let exchange: Exchange<unknown> | undefined;
      while (!exchange) exchange = await make(await this.#admit(state), state);
      telemetry?.end(undefined, false);
      return exchange;
    } catch (reason) {
      // The error of the last attempt says more than that the next one would wait too long.
      const error = reason instanceof RateLimitWaitError ? (state.error ?? reason) : reason;
      state.budget?.abort();
      telemetry?.end(error, error === signal?.reason && call.signals.some(({ aborted }) => aborted));
      throw error;
    } finally {
      state.deadline?.dispose();
    }
  }

  /**
   * Waits until the next attempt may be made, and returns it.
   *
   * @throws {RateLimitWaitError} when the call would wait longer than `maxWait` or until after its deadline.
   * @throws the signal's reason when it aborts first.
   */
  async #admit(state: CallState): Promise<Attempt> {
    const { call, signal, deadline, telemetry, refusal } = state;
    const { apiToken, rateLimit } = this.#options;
    let account = await this.#accounts.current(call, signal);
    // With another token, whose limiter does not know of the refusal, the call waits by itself.
    if (refusal && refusal.limiter !== account.limiter) await sleep(refusal.wait, signal);
    for (;;) {
      const { method, path, route } = (state.target = this.#accounts.redactTarget(state.target, account));
      if (telemetry) telemetry.target = state.target;
      const permit = await account.limiter?.acquire({
        method,
        path,
        route,
        signal,
        deadline: deadline?.endsAt,
        isRetry: state.attempt !== undefined,
        priority: call.priority,
        maxWait: rateLimit ? rateLimit.maxWait : undefined,
        observer: this.#telemetry.limiterObserver,
        onWait: telemetry && ((delay, waiting) => telemetry.wait(delay, waiting)),
      });
      if (permit?.waited !== true || typeof apiToken === 'string') return attemptOf(state, account, permit);

      // The token may have been rotated while the call waited, and a new one has a budget of its own.
      const current = await this.#accounts.current(call, signal).catch((error: unknown) => {
        permit.release();
        throw error;
      });
      if (current.credential === account.credential) return attemptOf(state, account, permit);
      permit.release();
      account = current;
    }
  }
}

/** Makes an attempt. Resolves to nothing if there is to be another one, whose time has come. */
async function make(attempt: Attempt, state: CallState): Promise<Exchange<unknown> | undefined> {
  const { call, telemetry, signal } = state;
  const { account, permit } = attempt;
  let result: Result;
  try {
    if (signal?.aborted) throw signal.reason;
    state.attempt = attempt;
    result = await (telemetry
      ? telemetry.attempt(attempt, (headers) => send(attempt, headers))
      : send(attempt, call.headers));
  } finally {
    attempt.permit?.release(); // Nothing was sent.
  }
  const budget = account.retryBudget.of(`${call.method} ${call.route}`);
  const isWorking = works(result) || permit?.isLimited === true;
  if (state.budget) state.budget.end(isWorking);
  else budget.record(isWorking, result.kind === 'success');
  state.budget = undefined;

  if (result.kind === 'failure') {
    if (attempt.response && hasDeleted(state, result)) return { response: attempt.response, value: undefined };
    await prepareRetry(state, result, permit, budget);
    state.refusal = refusalOf(result.failure, state.retries, account.limiter);
    return undefined;
  }
  const { response, text } = result;
  if (text === undefined) return { response };
  const value = decode(attempt, response, text, (issues) => telemetry?.validationIssues(issues));
  return { response, value: await untilAborted(signal, value) };
}

function stateOf(
  call: Call,
  promise: { readonly isRaw: boolean },
  target: RequestTarget,
  telemetry: CallTelemetry | undefined,
): CallState {
  const { signals, options } = call;
  const state: CallState = {
    call,
    promise,
    telemetry,
    target,
    retries: 0,
    signal: signals[0],
  };
  const { totalTimeout } = options;
  if (totalTimeout < Infinity || signals.length > 1 || !signals.every(isNative)) {
    state.signal = state.deadline = new Deadline(signals, totalTimeout, () => {
      const message = `The call took longer than its totalTimeout of ${totalTimeout} ms.`;
      return new TimeoutError(message, state.attempt ? about(state.attempt) : state.target);
    });
  }
  return state;
}

function attemptOf(state: CallState, account: Account, permit: Permit | undefined): Attempt {
  const { call, promise, target, deadline } = state;
  const [signal] = call.signals;
  const raw = promise.isRaw;
  return {
    call,
    target,
    account,
    permit,
    raw,
    number: (state.attempt?.number ?? 0) + 1,
    // A body that the caller reads outlives the call, and with it the timeout: the caller's own signal goes along.
    signal: !deadline ? signal : raw && signal ? anySignal([deadline.signal, ...call.signals]) : deadline.signal,
  };
}

/** Whether an attempt shows that the API works, even if it rejects the call. */
function works(result: Result): boolean {
  if (result.kind === 'success' || result.failure.kind === 'final') return true;
  return result.failure.kind === 'status' && result.failure.status < 500;
}

/** Whether a DELETE finds nothing because an attempt before it has deleted it, whose answer was lost. */
function hasDeleted({ call, attempt, mayBeDone }: CallState, { error }: FailedAttempt): boolean {
  if (!mayBeDone || call.method !== 'DELETE' || !(error instanceof NotFoundError)) return false;
  return !call.schema && attempt?.raw === false; // There is nothing to return but that it is gone.
}

/** Waits for the time of the next attempt, which is announced once it is certain. @throws the error of the last one if there is none. */
async function prepareRetry(
  state: CallState,
  { failure, error }: FailedAttempt,
  permit: Permit | undefined,
  budget: RetryBudget,
): Promise<void> {
  const { call, telemetry, signal } = state;
  state.error = error;
  state.mayBeDone ||= failure.kind === 'lost' || (failure.kind === 'status' && failure.status >= 500);
  const limits = { repeatable: call.repeatable, maxRetries: call.options.maxRetries };
  let reason = failure;
  for (;;) {
    const retry = planRetry(reason, limits, state.retries, permit, Math.random());
    if (!retry || isVetoed(state, error, retry.delay) || (!retry.free && budget.isEmpty)) throw error;
    if (!retry.free) state.retries += 1;
    let { delay } = retry;
    if (!retry.free && !budget.begin()) {
      // Others may show in the meantime that the API works.
      await sleep(delay, signal);
      if (!budget.begin()) {
        reason = failure.kind === 'status' ? { ...failure, retryAfter: undefined } : failure;
        continue;
      }
      delay = 0;
    }
    if (!retry.free) state.budget = budget;
    telemetry?.retry(delay, error);
    if (delay > 0) await sleep(delay, signal);
    return;
  }
}

/** Whether the call has no time for another attempt, or its caller does not want one. */
function isVetoed({ call, target, attempt, deadline }: CallState, error: ExampleError, delay: number): boolean {
  if (deadline && now() + delay >= deadline.endsAt) return true;
  const answer = call.options.shouldRetry?.(error, { ...target, attempt: attempt?.number ?? 0, delay }) ?? true;
  if (typeof answer === 'boolean') return !answer;
  const problem = `What shouldRetry returns must be true or false; got ${described(answer)}.`;
  throw new ExampleError(problem, { cause: error });
}

function refusalOf(failure: Failure, retries: number, limiter: RateLimiter | undefined): CallState['refusal'] {
  if (failure.kind !== 'status' || failure.status !== 429) return undefined;
  return { limiter, wait: failure.retryAfter ?? 1000 * 2 ** retries };
}
