const capacity = 200;
const retryCost = 10;
const successRefund = 1;

/** Budgets beyond which full ones are dropped. */
const maxBudgets = 100;

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

  get isFull(): boolean {
    return this.#balance === capacity && this.#underWay === 0;
  }
}

/** The budgets of a client and of those that `withOptions` makes from it: one for each base URL and token. */
export class RetryBudgets {
  readonly #budgets = new Map<string, RetryBudget>();

  get size(): number {
    return this.#budgets.size;
  }

  of(baseUrl: string, token: string): RetryBudget {
    const key = `${baseUrl} ${token}`;
    const known = this.#budgets.get(key);
    if (known) return known;
    // A full budget is as good as a new one.
    if (this.#budgets.size >= maxBudgets) {
      for (const [other, { isFull }] of this.#budgets) if (isFull) this.#budgets.delete(other);
    }
    const budget = new RetryBudget();
    this.#budgets.set(key, budget);
    return budget;
  }
}
