/** Of a client, of a base URL and token, and of a route, which has only its part: one that always fails leaves retries to the others. */
const capacities = [Infinity, 500, 200];
const retryCost = 10;
const successRefund = 1;

/** Tokens may be rotated, and paths may have ids in them: there is no end of them. */
const maxParts = 1000;

/**
 * Limits how much retries add to the load of an API that is down, like the retry quota of the AWS SDKs. Each retry that fails
 * costs something, and each call that succeeds at its first attempt adds a little. While calls succeed, the budget suffices. If
 * every call fails, it allows twenty retries of a route and fifty of all, and then one for every ten successes.
 *
 * Retries under way count as failed until an attempt shows that the API works: when an outage is over, all calls that it has
 * hit may be retried at once.
 */
export class RetryBudget {
  readonly #depth: number;
  readonly #all: RetryBudget | undefined;
  readonly #parts = new Map<string, RetryBudget>();
  #balance: number;
  #underWay = 0;
  /** Whether the last attempt of any call has shown that the API works. */
  #works = false;

  /** @param all The one that this is a part of, and that pays as well. */
  constructor(depth = 0, all?: RetryBudget) {
    this.#depth = depth;
    this.#all = all;
    this.#balance = capacities[depth] ?? 0;
  }

  /** The part of a base URL and token, or of a route. Of too many, the one that was asked for longest ago goes. */
  of(key: string): RetryBudget {
    const parts = this.#parts;
    const budget = parts.get(key) ?? new RetryBudget(this.#depth + 1, this);
    parts.delete(key);
    parts.set(key, budget);
    const [oldest = key] = parts.size > maxParts ? parts.keys() : [];
    if (oldest !== key) parts.delete(oldest);
    return budget;
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
    if (hasSucceeded) this.#balance = Math.min(capacities[this.#depth] ?? 0, this.#balance + successRefund);
  }
}
