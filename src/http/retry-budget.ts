const capacity = 200;
const retryCost = 10;
const successRefund = 1;

/** Budgets beyond which full ones are dropped. */
const maxBudgets = 100;

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

  get isFull(): boolean {
    return this.#balance === capacity;
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
