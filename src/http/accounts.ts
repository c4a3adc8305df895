import { currentToken } from '../auth/api-token.ts';
import { Redactor, secretsOf } from '../auth/redaction.ts';
import { TimeoutError, type RequestTarget } from '../errors/index.ts';
import type { RateLimiter, RateLimitSnapshot } from '../rate-limit/types.ts';
import { rateLimiterFor } from '../rate-limit/registry.ts';
import { Deadline, type Cancellation } from '../utils/abort.ts';
import type { Call } from './call.ts';
import type { ResolvedOptions } from './client-options.ts';
import type { RetryBudget } from './retry-budget.ts';

/** What belongs to a token at a base URL. */
export interface Account {
  readonly token: string;
  /** The headers of the credential, which nothing else can set. */
  readonly authorization: Readonly<Record<string, string>>;
  readonly retryBudget: RetryBudget;
  /** Absent with `rateLimit: false`. */
  readonly limiter: RateLimiter | undefined;
}

/** The accounts that a client uses: one for each token. There are several only if `apiToken` is a function. */
export class Accounts {
  readonly #options: ResolvedOptions;
  readonly #retryBudget: RetryBudget;
  /** The account of the token that was used last. */
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
   * The account of the next attempt of a call.
   *
   * @param tokens The tokens of the call's attempts so far. The error of a token function may repeat them.
   * @throws {TimeoutError} when there is no token within the call's `timeout`.
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

  /** The target without the token, which may have been passed as an id by mistake. */
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
