/** A route has only its part: one that always fails does not use up the retries of all. */
const capacity = 500;
const routeCapacity = 200;
const retryCost = 10;
const successRefund = 1;

/** Tokens may be rotated, and paths may have ids in them: there is no end of them. */
const maxBudgets = 1000;

/**
 * Limits how much retries add to the load of an API that is down, like the retry quota of the AWS SDKs. Each retry that fails
 * costs something, and each call that succeeds at its first attempt adds a little. While calls succeed, the budget suffices. If
 * every call fails, it allows twenty retries of a route and fifty of all, and then one for every ten successes.
 *
 * Retries under way count as failed until an attempt shows that the API works: when an outage is over, all calls that it has
 * hit may be retried at once.
 */
export class RetryBudget {
  readonly #capacity: number;
  readonly #all: RetryBudget | undefined;
  readonly #routes = new Map<string, RetryBudget>();
  #balance: number;
  #underWay = 0;
  /** Whether the last attempt of any call has shown that the API works. */
  #works = false;

  /** @param all That of all routes, which pays as well. */
  constructor(size = capacity, all?: RetryBudget) {
    this.#balance = this.#capacity = size;
    this.#all = all;
  }

  /** The part of a route. */
  of(route: string): RetryBudget {
    return lookUp(this.#routes, route, () => new RetryBudget(routeCapacity, this));
  }

  /** Whether no retry is left, not even if all of those under way succeed. */
  get isEmpty(): boolean {
    return this.#balance < retryCost || this.#all?.isEmpty === true;
  }

  /** Begins a retry. Returns `false` if the API has failed too often. */
  begin(): boolean {
    const mayFail = this.#works ? 0 : this.#underWay;
    if (this.#balance < (mayFail + 1) * retryCost || this.#all?.begin() === false) return false;
    this.#underWay += 1;
    return true;
  }

  /** A retry has ended. */
  end(works: boolean): void {
    this.#underWay -= 1;
    this.#all?.end(works);
    this.#works = works;
    if (!works) this.#balance = Math.max(0, this.#balance - retryCost);
  }

  /** A retry was aborted, which says nothing about the API. */
  abort(): void {
    this.#all?.abort();
    this.#underWay -= 1;
  }

  /** The first attempt of a call has ended. */
  record(works: boolean, hasSucceeded: boolean): void {
    // A route that always fails says nothing about the others.
    if (works || !this.isEmpty) this.#all?.record(works, hasSucceeded);
    this.#works = works;
    if (hasSucceeded) this.#balance = Math.min(this.#capacity, this.#balance + successRefund);
  }
}

/** The budgets of a client and of those that `withOptions` makes from it: one for each base URL and token. */
export class RetryBudgets {
  readonly #budgets = new Map<string, RetryBudget>();

  of(baseUrl: string, token: string): RetryBudget {
    return lookUp(this.#budgets, `${baseUrl} ${token}`, () => new RetryBudget());
  }
}

/** Creates what is missing. The one that was asked for longest ago goes. */
function lookUp(budgets: Map<string, RetryBudget>, key: string, create: () => RetryBudget): RetryBudget {
  const budget = budgets.get(key) ?? create();
  budgets.delete(key);
  budgets.set(key, budget);
  const [oldest = key] = budgets.size > maxBudgets ? budgets.keys() : [];
  if (oldest !== key) budgets.delete(oldest);
  return budget;
}
