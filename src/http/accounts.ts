import { currentToken } from '../auth/api-token.ts';
import { Redactor, secretsOf } from '../auth/redaction.ts';
import { TimeoutError, type RequestTarget } from '../errors/index.ts';
import type { RateLimiter, RateLimitSnapshot } from '../rate-limit/types.ts';
import { rateLimiterFor } from '../rate-limit/registry.ts';
import { Deadline, type Cancellation } from '../utils/abort.ts';
import type { Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import type { RetryBudget } from './retry-budget.ts';

/** A token at a base URL, with its limiter and its retry budget. */
export interface Account {
  readonly token: string;
  /** The header with the token. No option or listener can replace it. */
  readonly authorization: Readonly<Record<string, string>>;
  readonly retryBudget: RetryBudget;
  /** Absent with `rateLimit: false`. */
  readonly limiter: RateLimiter | undefined;
}

/** The accounts of a client, one per token. There can be several only if `apiToken` is a function. */
export class Accounts {
  readonly #options: ResolvedOptions;
  readonly #retryBudget: RetryBudget;
  /** The account that was used last. */
  #last: Account | undefined;

  constructor(options: ResolvedOptions, retryBudget: RetryBudget) {
    this.#options = options;
    this.#retryBudget = retryBudget;
    if (typeof options.apiToken === 'string') this.#last = this.#accountOf(options.apiToken);
  }

  get rateLimit(): RateLimitSnapshot | undefined {
    return this.#last?.limiter?.snapshot;
  }

  /**
   * Returns the account for the next attempt of a call.
   *
   * @param tokens The tokens that the call has used so far. They are redacted in an error of the token function.
   * @throws {TimeoutError} when the token function takes longer than the call's `timeout`.
   * @throws the signal's reason when it aborts first.
   */
  async current(call: Call, tokens: readonly string[], signal: Cancellation | undefined): Promise<Account> {
    const { apiToken } = this.#options;
    if (typeof apiToken === 'string') return this.#accountOf(apiToken);
    const { timeout } = call.options;
    const timeoutError = () =>
      new TimeoutError(`The apiToken function did not return within ${timeout} ms (timeout).`, this.redactTarget(call));
    const deadline = new Deadline(signal ? [signal] : [], timeout, timeoutError);
    try {
      const redactor = new Redactor(() => [this.#last?.token ?? '', ...tokens, ...secretsOf(call)]);
      const token = await currentToken(apiToken, deadline, redactor);
      return (this.#last = this.#accountOf(token));
    } finally {
      deadline.dispose();
    }
  }

  /** Redacts the token in the target, in case it was passed as an id by mistake. */
  redactTarget({ method, path, route }: RequestTarget, account = this.#last): RequestTarget {
    const token = account?.token;
    const isShown = token !== undefined && (path.includes(token) || path.includes(encodeURIComponent(token)));
    if (!isShown) return { method, path, route };
    const redactor = new Redactor(() => [token]);
    return { method, path: redactor.redact(path), route: redactor.redact(route) };
  }

  #accountOf(token: string): Account {
    if (this.#last?.token === token) return this.#last;
    const { baseUrl, rateLimit } = this.#options;
    return {
      token,
      authorization: { authorization: `Bearer ${token}` },
      retryBudget: this.#retryBudget.part(`${baseUrl} ${token}`),
      limiter: rateLimit ? rateLimiterFor({ baseUrl, token, ...rateLimit }) : undefined,
    };
  }
}
