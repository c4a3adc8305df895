import { currentToken } from '../auth/api-token.ts';
import { Redactor, secretsOf } from '../auth/redaction.ts';
import { TimeoutError, type RequestTarget } from '../errors/index.ts';
import type { Permit, RateLimiter, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import { rateLimiterFor } from '../rate-limit/registry.ts';
import type { CallTelemetry } from '../telemetry/telemetry.ts';
import { Deadline, sleep, type Cancellation } from '../utils/abort.ts';
import type { Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import type { RetryBudget, RetryBudgets } from './retry-budget.ts';

/** What belongs to a token at a base URL. */
export interface Account {
  readonly credential: string;
  readonly authorization: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  readonly retryBudget: RetryBudget;
  /** Absent with `rateLimit: false`. */
  readonly limiter: RateLimiter | undefined;
}

/** An attempt that was refused, and that is made again. */
export interface Refusal {
  readonly limiter: RateLimiter | undefined;
  /** Milliseconds that the API asks to wait, or else a backoff. */
  readonly wait: number;
}

/** Lets the attempts of a client through, one by one, as the rate limit of the credential in use allows. */
export class Pacing {
  readonly #options: ResolvedOptions;
  readonly #budgets: RetryBudgets;
  /** That of the credential in use, or last used. */
  #account: Account | undefined;

  constructor(options: ResolvedOptions, budgets: RetryBudgets) {
    this.#options = options;
    this.#budgets = budgets;
    if (typeof options.apiToken === 'string') this.#account = this.#accountOf(options.apiToken);
  }

  /** The state of the rate limit of the credential in use, or last used. */
  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#account?.limiter?.snapshot;
  }

  /**
   * Waits until the attempt may be sent.
   *
   * @param refusal What happened to the last attempt, if it was refused. Only its own limiter knows of it: with another token,
   *   the call waits by itself.
   * @throws {RateLimitWaitError} when the call would wait longer than `maxWait` or until after its deadline.
   * @throws {TimeoutError} when there is no credential within the call's `timeout`.
   * @throws the signal's reason when it aborts first.
   */
  async admit(
    call: Call,
    signal: Cancellation | undefined,
    deadline: number | undefined,
    isRetry: boolean,
    telemetry: CallTelemetry,
    refusal?: Refusal,
  ): Promise<{ readonly account: Account; readonly permit: Permit | undefined }> {
    const { apiToken, rateLimit } = this.#options;
    let account = await this.#current(call, signal);
    if (refusal !== undefined && refusal.limiter !== account.limiter) await sleep(refusal.wait, signal);
    for (;;) {
      telemetry.target = this.shown(telemetry.target, account);
      const permit = await account.limiter?.acquire({
        ...{ ...telemetry.target, signal, deadline, isRetry, priority: call.priority },
        maxWait: rateLimit ? rateLimit.maxWait : undefined,
        observer: telemetry.shared.limiterObserver,
        onWait: (delay, waiting) => telemetry.wait(delay, waiting),
      });
      if (permit?.waited !== true || typeof apiToken === 'string') return { account, permit };

      // The token may have been rotated while the call waited, and a new one has a budget of its own.
      const current = await this.#current(call, signal).catch((error: unknown) => {
        permit.release();
        throw error;
      });
      if (current.credential === account.credential) return { account, permit };
      permit.release();
      account = current;
    }
  }

  /** What is shown of a call: the token is redacted if an id was the token by mistake. */
  shown({ method, path, route }: RequestTarget, account = this.#account): RequestTarget {
    const forms = account ? [account.credential, encodeURIComponent(account.credential)] : [];
    if (!account || !forms.some((form) => path.includes(form))) return { method, path, route };
    return { method, path: account.redactor.redact(path), route: account.redactor.redact(route) };
  }

  async #current(call: Call, signal: Cancellation | undefined): Promise<Account> {
    const { apiToken } = this.#options;
    if (typeof apiToken === 'string') return this.#accountOf(apiToken);
    const timeoutError = () =>
      new TimeoutError(`The apiToken function did not return within ${call.timeout} ms (timeout).`, this.shown(call));
    const deadline = new Deadline(signal ? [signal] : [], call.timeout, timeoutError);
    try {
      const redactor = new Redactor(this.#account?.credential ?? '', () => secretsOf(call));
      const token = await currentToken(apiToken, deadline, redactor);
      call.secrets.push(token);
      return (this.#account = this.#accountOf(token));
    } finally {
      deadline.dispose();
    }
  }

  #accountOf(credential: string): Account {
    if (this.#account?.credential === credential) return this.#account;
    const { baseUrl, rateLimit } = this.#options;
    return {
      credential,
      authorization: { authorization: `Bearer ${credential}` },
      redactor: new Redactor(credential),
      retryBudget: this.#budgets.of(baseUrl, credential),
      limiter: rateLimit ? rateLimiterFor({ baseUrl, token: credential, ...rateLimit }) : undefined,
    };
  }
}
