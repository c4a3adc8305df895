import { currentToken, type ApiToken } from '../auth/api-token.ts';
import { Redactor } from '../auth/redaction.ts';
import { TimeoutError, type RequestTarget } from '../errors/index.ts';
import type { Permit, RateLimiter, RateLimitSnapshot } from '../rate-limit/limiter.ts';
import { rateLimiterFor } from '../rate-limit/registry.ts';
import type { CallTelemetry } from '../telemetry/telemetry.ts';
import { CallDeadline } from './call-deadline.ts';
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

/** What an attempt may be sent with. */
export interface Pass {
  readonly account: Account;
  /** Absent with `rateLimit: false`. */
  readonly permit: Permit | undefined;
}

/** Lets the attempts of a client through, one by one, as the rate limit of the credential in use allows. */
export class Pacing {
  readonly #apiToken: ApiToken;
  readonly #baseUrl: string;
  readonly #rateLimit: ResolvedOptions['rateLimit'];
  readonly #budgets: RetryBudgets;
  /** That of the credential in use, or last used. */
  #account: Account | undefined;

  constructor({ apiToken, baseUrl, rateLimit }: ResolvedOptions, budgets: RetryBudgets) {
    this.#apiToken = apiToken;
    this.#baseUrl = baseUrl;
    this.#rateLimit = rateLimit;
    this.#budgets = budgets;
    if (typeof apiToken === 'string') this.#account = this.#accountOf(apiToken);
  }

  /** The state of the rate limit of the credential in use, or last used. */
  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#account?.limiter?.snapshot;
  }

  /**
   * Waits until the attempt may be sent.
   *
   * @throws {RateLimitWaitError} when the call would wait longer than `maxWait` or until after its deadline.
   * @throws {TimeoutError} when there is no credential within the call's `timeout`.
   * @throws the signal's reason when it aborts first.
   */
  async admit(
    call: Call,
    signal: AbortSignal | undefined,
    deadline: number | undefined,
    isRetry: boolean,
    telemetry: CallTelemetry,
  ): Promise<Pass> {
    let account = this.#fixed ?? (await this.#current(call, signal));
    for (;;) {
      const { method, path, route } = (telemetry.target = this.shown(call, account));
      const permit = await account.limiter?.acquire({
        ...{ method, path, route, signal, deadline, isRetry, priority: call.priority },
        maxWait: this.#rateLimit ? this.#rateLimit.maxWait : undefined,
        observer: telemetry.limiterObserver,
        onWait: (delay, waiting) => telemetry.wait(delay, waiting),
      });
      if (permit?.waited !== true || this.#fixed) return { account, permit };

      // The token may have been rotated while the call waited, and a new one has a budget of its own.
      let current: Account;
      try {
        current = await this.#current(call, signal);
      } catch (error) {
        permit.release();
        throw error;
      }
      if (current.credential === account.credential) return { account, permit };
      permit.release();
      account = current;
    }
  }

  /** What is shown of a call: the token is redacted if an id was the token by mistake. */
  shown(call: RequestTarget, account = this.#account): RequestTarget {
    const { method, path, route } = call;
    if (!account || path.length < account.credential.length) return call;
    if (!path.includes(encodeURIComponent(account.credential)) && !path.includes(account.credential)) return call;
    const { redactor } = account;
    return { method, path: redactor.redact(path), route: redactor.redact(route) };
  }

  get #fixed(): Account | undefined {
    return typeof this.#apiToken === 'string' ? this.#account : undefined;
  }

  async #current(call: Call, signal: AbortSignal | undefined): Promise<Account> {
    const timeoutError = () =>
      new TimeoutError(`The apiToken function did not return within ${call.timeout} ms (timeout).`, this.shown(call));
    const deadline = new CallDeadline(signal, call.timeout, timeoutError);
    try {
      return (this.#account = this.#accountOf(await currentToken(this.#apiToken, deadline.signal)));
    } finally {
      deadline.dispose();
    }
  }

  #accountOf(credential: string): Account {
    if (this.#account?.credential === credential) return this.#account;
    const [baseUrl, rateLimit] = [this.#baseUrl, this.#rateLimit];
    return {
      credential,
      authorization: { authorization: `Bearer ${credential}` },
      redactor: new Redactor(credential),
      retryBudget: this.#budgets.of(baseUrl, credential),
      limiter: rateLimit ? rateLimiterFor({ baseUrl, token: credential, ...rateLimit }) : undefined,
    };
  }
}
