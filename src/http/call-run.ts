import { ExampleError, NotFoundError, RateLimitWaitError, TimeoutError, type RequestTarget } from '../errors/index.ts';
import type { Admission, Permit, RateLimiter } from '../rate-limit/types.ts';
import { waitError } from '../rate-limit/wait-error.ts';
import type { CallTelemetry } from '../telemetry/telemetry.ts';
import { Deadline, isNative, sleep, untilAborted, type Cancellation } from '../utils/abort.ts';
import { describeValue } from '../utils/arguments.ts';
import { now } from '../utils/timing.ts';
import type { Account, Accounts } from './accounts.ts';
import { errorInit } from './api-error.ts';
import type { Exchange } from './api-promise.ts';
import { send, type Attempt, type FailedAttempt, type Result } from './attempt.ts';
import type { Call } from './call.ts';
import { decode } from './response.ts';
import type { RetryBudget } from './retry-budget.ts';
import { planRetry, refusalWait } from './retry.ts';

/** The life of a call. It is admitted and attempted, and then it ends or is retried. */
export class CallRun {
  readonly #call: Call;
  /** Whether the caller reads the body. Known once the current synchronous code has run. */
  readonly #promise: { readonly isResponseOnly: boolean };
  readonly #accounts: Accounts;
  readonly #telemetry: CallTelemetry | undefined;
  /** The call without the token, which may change. */
  #target: RequestTarget;
  readonly #deadline: Deadline | undefined;
  /** Ends the call early: its deadline, or its only signal. */
  readonly #signal: Cancellation | undefined;
  /** The last attempt. */
  #attempt: Attempt | undefined;
  /** Whether a failed attempt may have taken effect. */
  #mayHaveTakenEffect = false;
  /** Retries so far, without those that only waited their turn. */
  #retries = 0;
  /** The budget that pays for the retry under way. */
  #budget: RetryBudget | undefined;
  /** The limiter of the token whose last request was refused, and how long a call with another token waits. */
  #refusal: { readonly limiter: RateLimiter | undefined; readonly wait: number } | undefined;

  constructor(
    call: Call,
    promise: { readonly isResponseOnly: boolean },
    accounts: Accounts,
    target: RequestTarget,
    telemetry: CallTelemetry | undefined,
  ) {
    this.#call = call;
    this.#promise = promise;
    this.#accounts = accounts;
    this.#target = target;
    this.#telemetry = telemetry;
    const { signals, options } = call;
    const { totalTimeout } = options;
    if (totalTimeout < Infinity || signals.length > 1 || !signals.every(isNative)) {
      this.#deadline = new Deadline(signals, totalTimeout, () => {
        const message = `The call took longer than its totalTimeout of ${totalTimeout} ms.`;
        return new TimeoutError(message, this.#attempt ? errorInit(this.#attempt) : this.#target);
      });
    }
    this.#signal = this.#deadline ?? signals[0];
  }

  async run(): Promise<Exchange<unknown>> {
    try {
      let exchange: Exchange<unknown> | undefined;
      while (!exchange) exchange = await this.#makeAttempt(await this.#nextAttempt());
      this.#telemetry?.onEnd('success', undefined);
      return exchange;
    } catch (reason) {
      // The error of the last attempt says more than that the next one would wait too long.
      const error = reason instanceof RateLimitWaitError ? (this.#attempt?.error ?? reason) : reason;
      this.#budget?.endRetry(undefined);
      const isAborted = error === this.#signal?.reason && this.#call.signals.some(({ aborted }) => aborted);
      this.#telemetry?.onEnd(isAborted ? 'aborted' : 'failure', error);
      throw error;
    } finally {
      this.#deadline?.dispose();
    }
  }

  /**
   * Waits until the next attempt may be made, and returns it.
   *
   * @throws {RateLimitWaitError} when the call would wait longer than `maxWait` or until after its deadline.
   * @throws the signal's reason when it aborts first.
   */
  async #nextAttempt(): Promise<Attempt> {
    let account = await this.#currentAccount();
    const waitingSince = now();
    if (this.#refusal) account = await this.#accountAfterRefusal(account, waitingSince);
    for (;;) {
      this.#target = this.#accounts.redactTarget(this.#target, account);
      if (this.#telemetry) this.#telemetry.target = this.#target;
      // Thousands of calls may wait here: each function in between would take memory for each of them.
      const permit = await account.limiter?.acquire(this.#admission(waitingSince));
      if (permit?.waited !== true || typeof this.#call.options.apiToken === 'string')
        return this.#attemptOf(account, permit);
      // If the token was rotated meanwhile, the call waits for the limiter of the new one, which has its own budget.
      const current = await this.#accountAfterWait(permit);
      if (current.token === account.token) return this.#attemptOf(account, permit);
      permit.release();
      account = current;
    }
  }

  #attemptOf(account: Account, permit: Permit | undefined): Attempt {
    return {
      call: this.#call,
      target: this.#target,
      account,
      tokens: [...this.#tokens, account.token],
      permit,
      isResponseOnly: this.#promise.isResponseOnly,
      number: (this.#attempt?.number ?? 0) + 1,
      signal: this.#deadline?.signal ?? this.#call.signals[0],
    };
  }

  /** The tokens of the attempts so far. */
  get #tokens(): readonly string[] {
    return this.#attempt?.tokens ?? [];
  }

  #currentAccount(): Promise<Account> {
    return this.#accounts.current(this.#call, this.#tokens, this.#signal);
  }

  /** The limiter of another token does not know of the last refusal. With such a token, the call waits here. */
  async #accountAfterRefusal(account: Account, waitingSince: number): Promise<Account> {
    if (!this.#refusal || this.#refusal.limiter === account.limiter) return account;
    const { wait } = this.#refusal;
    const error = waitError(this.#admission(waitingSince), now(), wait);
    if (error) throw error;
    this.#telemetry?.onWait(wait, 1);
    await sleep(wait, this.#signal);
    return this.#currentAccount();
  }

  /** The account whose turn it is now. Without one, the permit goes to another call. */
  async #accountAfterWait(permit: Permit): Promise<Account> {
    try {
      return await this.#currentAccount();
    } catch (error) {
      // Calls that wait would fail as fast.
      permit.release(this.#signal?.aborted !== true);
      throw error;
    }
  }

  /** @param waitingSince When the attempt begins to wait, or began with a token that was rotated meanwhile. */
  #admission(waitingSince: number): Admission {
    const telemetry = this.#telemetry;
    const { rateLimit } = this.#call.options;
    return {
      ...this.#target,
      signal: this.#signal,
      deadline: this.#deadline?.endsAt,
      isRetry: this.#attempt !== undefined,
      priority: this.#call.priority,
      maxWait: rateLimit ? rateLimit.maxWait : undefined,
      waitingSince,
      observer: telemetry?.shared.limiterObserver,
      onWait: telemetry && ((delay, waiting) => telemetry.onWait(delay, waiting)),
    };
  }

  /** Makes an attempt. Resolves to `undefined` when it is time for another one. */
  async #makeAttempt(attempt: Attempt): Promise<Exchange<unknown> | undefined> {
    const telemetry = this.#telemetry;
    let result: Result;
    try {
      if (this.#signal?.aborted) throw this.#signal.reason;
      this.#attempt = attempt;
      result = await (telemetry
        ? telemetry.attempt(attempt, (headers) => send(attempt, headers))
        : send(attempt, this.#call.headers));
    } finally {
      attempt.permit?.release(); // Nothing was sent.
    }
    const budget = attempt.account.retryBudget.part(`${this.#call.method} ${this.#call.route}`);
    if (this.#budget) this.#budget.endRetry(result.isApiUp);
    else budget.recordFirst(result.isApiUp, result.kind === 'success');
    this.#budget = undefined;

    if (result.kind === 'failure') {
      if (attempt.response && this.#isDeletedBefore(result)) return { response: attempt.response, value: undefined };
      await this.#prepareRetry(result, attempt, budget);
      return undefined;
    }
    const { response, text } = result;
    if (text === undefined) {
      // The caller reads the body, which outlives the call and its timeout.
      if (response.body) this.#deadline?.keepFor(response.body);
      return { response };
    }
    const value = decode(attempt, response, text, telemetry);
    return { response, value: await untilAborted(this.#signal, value) };
  }

  /** Whether a DELETE found nothing because an earlier attempt, whose answer was lost, has deleted it. */
  #isDeletedBefore({ error }: FailedAttempt): boolean {
    const { method, schema } = this.#call;
    if (!this.#mayHaveTakenEffect || method !== 'DELETE' || !(error instanceof NotFoundError)) return false;
    return !schema && !this.#promise.isResponseOnly; // The caller expects no value.
  }

  /**
   * Waits until it is time for the next attempt.
   *
   * @throws the error of the last attempt if there is to be no other.
   */
  async #prepareRetry(
    { failure, error, verdict }: FailedAttempt,
    attempt: Attempt,
    budget: RetryBudget,
  ): Promise<void> {
    const { limiter } = attempt.account;
    attempt.error = error;
    this.#mayHaveTakenEffect ||= failure.kind === 'lost' || (failure.kind === 'status' && failure.status >= 500);
    const retry = planRetry(failure, this.#call, this.#retries, verdict, Math.random());
    if (!retry || this.#isVetoed(retry.delay, error)) throw error;
    const startedAt = now();
    // The budget keeps retries from multiplying an outage. A limiter that holds calls does so, too, and so does an API
    // that says when to retry.
    const isAsked = failure.kind === 'status' && (failure.retryAfter ?? 0) > 0;
    if (!retry.isFree && !isAsked && verdict?.isQueueHeld !== true) {
      if (!(await budget.beginRetry(this.#signal))) throw error;
      this.#budget = budget;
    }
    if (!retry.isFree) this.#retries += 1;
    const delay = Math.max(0, Math.round(retry.delay - (now() - startedAt)));
    if (delay > 0 && limiter?.isTooLate(this.#admission(now() + delay), delay)) throw error;
    this.#telemetry?.onRetry(delay, error);
    if (delay > 0) await sleep(delay, this.#signal);
    const isRefusal = failure.kind === 'status' && failure.status === 429;
    this.#refusal = isRefusal ? { limiter, wait: refusalWait(failure.retryAfter, this.#retries) } : undefined;
  }

  /** Whether the call has no time for another attempt, or its caller does not want one. */
  #isVetoed(delay: number, error: ExampleError): boolean {
    if (this.#deadline && now() + delay >= this.#deadline.endsAt) return true;
    const context = { ...this.#target, attempt: this.#attempt?.number ?? 0, delay };
    const { shouldRetry } = this.#call.options;
    const answer: unknown = shouldRetry ? shouldRetry(error, context) : true;
    if (typeof answer === 'boolean') return !answer;
    if (answer instanceof Promise) answer.catch(() => undefined);
    const problem = `What shouldRetry returns must be true or false; got ${describeValue(answer)}.`;
    throw new ExampleError(problem, { cause: error });
  }
}
