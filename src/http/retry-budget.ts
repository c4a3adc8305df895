const capacity = 200;
const retryCost = 10;
const successRefund = 1;

/** Tokens may be rotated, and then there is no end of them. */
const maxBudgets = 1000;

/**
 * Limits how much retries add to the load of an API that is down, like the retry quota of the AWS SDKs. Each retry that fails
 * costs something, and each call that succeeds at its first attempt adds a little. While calls succeed, the budget suffices. If
 * every call fails, it allows twenty retries, and then one for every ten successes.
 *
 * Retries under way count as failed until an attempt shows that the API works: when an outage is over, all calls that it has
 * hit may be retried at once.
 */
export class RetryBudget {
  #balance = capacity;
  #underWay = 0;
  /** Whether the last attempt of any call has shown that the API works. */
  #works = false;

  /** Begins a retry. Returns `false` if the API has failed too often. */
  begin(): boolean {
    const mayFail = this.#works ? 0 : this.#underWay;
    if (this.#balance < (mayFail + 1) * retryCost) return false;
    this.#underWay += 1;
    return true;
  }

  /** A retry has ended. */
  end(works: boolean): void {
    this.#underWay -= 1;
    this.#works = works;
    if (!works) this.#balance = Math.max(0, this.#balance - retryCost);
  }

  /** A retry was aborted, which says nothing about the API. */
  abort(): void {
    this.#underWay -= 1;
  }

  /** The first attempt of a call has ended. */
  record(works: boolean, hasSucceeded: boolean): void {
    this.#works = works;
    if (hasSucceeded) this.#balance = Math.min(capacity, this.#balance + successRefund);
  }
}

/** The budgets of a client and of those that `withOptions` makes from it: one for each base URL and token. */
export class RetryBudgets {
  readonly #budgets = new Map<string, RetryBudget>();

  of(baseUrl: string, token: string): RetryBudget {
    const key = `${baseUrl} ${token}`;
    const budget = this.#budgets.get(key) ?? new RetryBudget();
    this.#budgets.delete(key);
    this.#budgets.set(key, budget);
    // The one that was asked for longest ago goes.
    const [oldest = key] = this.#budgets.keys();
    if (this.#budgets.size > maxBudgets) this.#budgets.delete(oldest);
    return budget;
  }
}
