import { ExampleError, NotFoundError, RateLimitWaitError, TimeoutError, type RequestTarget } from '../errors/index.ts';
import type { Admission, Permit, RateLimiter } from '../rate-limit/types.ts';
import { waitError } from '../rate-limit/wait-error.ts';
import type { CallTelemetry } from '../telemetry/telemetry.ts';
import { Deadline, isNative, sleep, untilAborted, type Cancellation } from '../utils/abort.ts';
import { describeValue } from '../utils/arguments.ts';
import { now } from '../utils/timing.ts';
import type { Account, Accounts } from './accounts.ts';
import type { Exchange } from './api-promise.ts';
import { send, type Attempt, type FailedAttempt, type Result } from './attempt.ts';
import { errorInit } from './api-error.ts';
import type { Call } from './call.ts';
import { decode } from './response.ts';
import type { RetryBudget } from './retry-budget.ts';
import { planRetry, refusalWait, type Retry } from './retry.ts';

/** Runs one call: waits for the rate limit, makes an attempt, and retries it or returns the result. */
export class CallRun {
  readonly #call: Call;
  /** Knows if the caller reads the body. */
  readonly #promise: { readonly isResponseOnly: boolean };
  readonly #accounts: Accounts;
  readonly #telemetry: CallTelemetry | undefined;
  /** The target, redacted with the current token. */
  #target: RequestTarget;
  readonly #deadline: Deadline | undefined;
  /** Ends the call early: the deadline, or the only signal. */
  readonly #signal: Cancellation | undefined;
  /** The last attempt. */
  #attempt: Attempt | undefined;
  /** True once a failed attempt may have taken effect. */
  #mayHaveTakenEffect = false;
  /** Retries so far. Those that only waited their turn don't count. */
  #retries = 0;
  /** The budget that the current retry draws on. */
  #budget: RetryBudget | undefined;
  /** After a refusal: the limiter that knows of it, and how long to wait if the next attempt has another limiter. */
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
      // The last attempt's error is more useful than an error about waiting for the next one.
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
   * Waits for permission to make the next attempt.
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
      // Thousands of calls may wait here, and each stack frame costs memory for each of them: await it directly.
      const permit = await account.limiter?.acquire(this.#admission(waitingSince));
      if (permit?.waited !== true || typeof this.#call.options.apiToken === 'string')
        return this.#attemptOf(account, permit);
      // The token may have been rotated during the wait. A new token has its own limiter.
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

  /** Waits out the last refusal if the token has changed: the limiter of the new one doesn't know of it. */
  async #accountAfterRefusal(account: Account, waitingSince: number): Promise<Account> {
    if (!this.#refusal || this.#refusal.limiter === account.limiter) return account;
    const { wait } = this.#refusal;
    const error = waitError(this.#admission(waitingSince), now(), wait);
    if (error) throw error;
    this.#telemetry?.onWait(wait, 1);
    await sleep(wait, this.#signal);
    return this.#currentAccount();
  }

  /** Reads the token again after a wait. If that fails, another call gets the permit. */
  async #accountAfterWait(permit: Permit): Promise<Account> {
    try {
      return await this.#currentAccount();
    } catch (error) {
      // A broken token function must not drain the queue at full speed, so this counts as a failure.
      permit.release(this.#signal?.aborted !== true);
      throw error;
    }
  }

  /** @param waitingSince When the wait began, even if the token was rotated since. */
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

  /** Makes an attempt. If it fails and is to be retried, waits until it's time and resolves to `undefined`. */
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
      attempt.permit?.release(); // Does nothing once the request was sent.
    }
    const budget = attempt.account.retryBudget.part(`${this.#call.method} ${this.#call.route}`);
    if (this.#budget) this.#budget.endRetry(result.isApiUp);
    else budget.record(result.isApiUp);
    this.#budget = undefined;

    if (result.kind === 'failure') {
      if (attempt.response && this.#isDeletedBefore(result)) return { response: attempt.response, value: undefined };
      await this.#prepareRetry(result, attempt, budget);
      return undefined;
    }
    const { response, text } = result;
    if (text === undefined) {
      // The caller reads the body after the call has ended. The signal must still abort it.
      if (response.body) this.#deadline?.keepFor(response.body);
      return { response };
    }
    const value = decode(attempt, response, text, telemetry);
    return { response, value: await untilAborted(this.#signal, value) };
  }

  /** True if a DELETE got a 404 because an earlier attempt, whose response was lost, did the deletion. */
  #isDeletedBefore({ error }: FailedAttempt): boolean {
    const { method, schema } = this.#call;
    if (!this.#mayHaveTakenEffect || method !== 'DELETE' || !(error instanceof NotFoundError)) return false;
    return !schema && !this.#promise.isResponseOnly; // If the caller expects a value, there is none to return.
  }

  /**
   * Waits until it's time for the next attempt.
   *
   * @throws the error of the last attempt if it is not retried.
   */
  async #prepareRetry(
    { failure, error, verdict }: FailedAttempt,
    attempt: Attempt,
    budget: RetryBudget,
  ): Promise<void> {
    const { limiter } = attempt.account;
    attempt.error = error;
    this.#mayHaveTakenEffect ||= failure.kind === 'lost' || (failure.kind === 'status' && failure.status >= 500);
    const plan = () => planRetry(failure, this.#call, this.#retries, verdict, Math.random());
    const retry = plan();
    if (!retry || this.#isTooLate(retry.delay) || this.#isVetoed(retry.delay, error)) throw error;
    // The budget keeps retries from multiplying an outage. It isn't needed if the limiter already holds calls, or if
    // the API says when to retry.
    const isAsked = failure.kind === 'status' && failure.retryAfter !== undefined;
    const isFree = retry.isUncounted || isAsked || verdict?.isQueueHeld === true;
    const delay = isFree ? retry.delay : await this.#drawOn(budget, retry, plan, error);
    if (!isFree) this.#budget = budget;
    if (delay > 0 && limiter?.isTooLate(this.#admission(now() + delay), delay)) throw error;
    this.#telemetry?.onRetry(delay, error);
    if (delay > 0) await sleep(delay, this.#signal);
    const isRefusal = failure.kind === 'status' && failure.status === 429;
    this.#refusal = isRefusal ? { limiter, wait: refusalWait(failure.retryAfter, this.#retries) } : undefined;
    if (!retry.isUncounted) this.#retries += 1;
  }

  /**
   * Takes a retry from the budget. If none is left, sits this one out, and the ones after it: when the time of one comes
   * and the API works again, it is made.
   *
   * @returns Milliseconds that are left until the retry.
   * @throws the error of the last attempt if no retry is made.
   */
  async #drawOn(budget: RetryBudget, first: Retry, plan: () => Retry | undefined, error: unknown): Promise<number> {
    const dueAt = now() + first.delay;
    if (await budget.beginRetry(this.#signal)) return Math.max(0, Math.round(dueAt - now()));
    for (let retry: Retry | undefined = first; retry && !this.#isTooLate(retry.delay); retry = plan()) {
      await sleep(retry.delay, this.#signal);
      if (await budget.beginRetry(this.#signal)) return 0;
      this.#retries += 1;
    }
    throw error;
  }

  /** True if the deadline comes before the next attempt. */
  #isTooLate(delay: number): boolean {
    return this.#deadline !== undefined && now() + delay >= this.#deadline.endsAt;
  }

  /** True if `shouldRetry` returns `false`. */
  #isVetoed(delay: number, error: ExampleError): boolean {
    const context = { ...this.#target, attempt: this.#attempt?.number ?? 0, delay };
    const { shouldRetry } = this.#call.options;
    const answer: unknown = shouldRetry ? shouldRetry(error, context) : true;
    if (typeof answer === 'boolean') return !answer;
    if (answer instanceof Promise) answer.catch(() => undefined);
    const problem = `shouldRetry must return true or false; got ${describeValue(answer)}.`;
    throw new ExampleError(problem, { cause: error });
  }
}
