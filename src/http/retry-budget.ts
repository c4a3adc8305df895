const capacity = 200;
const retryCost = 10;
const successRefund = 1;

/** Tokens may be rotated, and then there is no end of them. */
const maxBudgets = 1000;

/**
 * Limits how much retries add to the load of an API that is down, like the retry quota of the AWS SDKs. Each retry pays
 * when it is sent, and is refunded if the API works again. Each call that succeeds at its first attempt adds a little.
 * While calls succeed, the budget suffices. If every call fails, it allows twenty retries, and then one for every ten
 * successes.
 */
export class RetryBudget {
  #balance = capacity;

  /** Pays for one retry. Returns `false` if the API has failed too often. */
  pay(): boolean {
    if (this.#balance < retryCost) return false;
    this.#balance -= retryCost;
    return true;
  }

  /** Pays a retry back: the API works, or the retry was aborted and says nothing about it. */
  refund(): void {
    this.#balance = Math.min(capacity, this.#balance + retryCost);
  }

  /** Adds to the budget for a call that succeeded at its first attempt. */
  earn(): void {
    this.#balance = Math.min(capacity, this.#balance + successRefund);
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
