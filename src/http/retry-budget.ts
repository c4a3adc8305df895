import { untilAborted, type Cancellation } from '../utils/abort.ts';

/** The budgets of a client, an account and a route. A failing route can't use up the budget of its account. */
const capacities = [Infinity, 500, 200];
const retryCost = 10;
const successRefund = 1;

/** Limits the accounts of a client and the routes of an account: tokens are rotated, and paths may contain ids. */
const maxParts = 1000;

/**
 * Limits the load that retries add to an API that is down, like the retry quota of the AWS SDKs. A failed retry costs
 * 10, and a call that succeeds at its first attempt adds 1. If every call fails, a route makes 20 retries, and all
 * routes together make 50. After that, there is one retry for every ten successes.
 *
 * Retries in flight count as failed until an attempt shows that the API works. Other calls wait for their outcome, so
 * that all calls hit by an outage are retried when it is over.
 */
export class RetryBudget {
  readonly #depth: number;
  readonly #parent: RetryBudget | undefined;
  readonly #parts = new Map<string, RetryBudget>();
  readonly #capacity: number;
  #balance: number;
  #underWay = 0;
  /** True if the last attempt of any call showed that the API works. */
  #isApiUp = false;
  /** Resumes the calls that wait for an outcome. */
  readonly #waiting: (() => void)[] = [];

  /** @param parent The budget that this one is a part of. Each retry is charged to both. */
  constructor(depth = 0, parent?: RetryBudget) {
    this.#depth = depth;
    this.#parent = parent;
    this.#capacity = this.#balance = capacities[depth] ?? 0;
  }

  /** The part of an account or route. If there are too many, the least recently used one is dropped. */
  part(key: string): RetryBudget {
    const parts = this.#parts;
    const budget = parts.get(key) ?? new RetryBudget(this.#depth + 1, this);
    parts.delete(key);
    parts.set(key, budget);
    const [oldest = key] = parts.size > maxParts ? parts.keys() : [];
    if (oldest !== key) parts.delete(oldest);
    return budget;
  }

  /**
   * Begins a retry. If those in flight may use up the budget, waits for their outcome first.
   *
   * @returns False if the budget is used up.
   * @throws the signal's reason when it aborts first.
   */
  async beginRetry(signal: Cancellation | undefined): Promise<boolean> {
    while (!this.#reserve()) {
      if (this.#isEmpty) return false;
      await untilAborted(signal, this.#nextOutcome());
    }
    return true;
  }

  /**
   * Records the end of a retry.
   *
   * @param isApiUp True if the API works; `undefined` if the retry was aborted, which doesn't show it.
   */
  endRetry(isApiUp: boolean | undefined): void {
    this.#underWay -= 1;
    this.#parent?.endRetry(isApiUp);
    if (isApiUp === false) this.#balance = Math.max(0, this.#balance - retryCost);
    this.#learn(isApiUp ?? this.#isApiUp);
  }

  /** Records the end of a call's first attempt. */
  recordFirst(isApiUp: boolean, hasSucceeded: boolean): void {
    // A route that always fails says nothing about the others.
    if (isApiUp || !this.#isEmpty) this.#parent?.recordFirst(isApiUp, hasSucceeded);
    if (hasSucceeded) this.#balance = Math.min(this.#capacity, this.#balance + successRefund);
    this.#learn(isApiUp);
  }

  /** True if no retry is left even if all of those in flight succeed. */
  get #isEmpty(): boolean {
    return this.#balance < retryCost || (this.#parent !== undefined && this.#parent.#isEmpty);
  }

  #reserve(): boolean {
    const mayFail = this.#isApiUp ? 0 : this.#underWay;
    if (this.#balance < (mayFail + 1) * retryCost || (this.#parent && !this.#parent.#reserve())) return false;
    this.#underWay += 1;
    return true;
  }

  #learn(isApiUp: boolean): void {
    this.#isApiUp = isApiUp;
    // While any route works, the API is not down. Each route still has its own limit.
    if (isApiUp && this.#parts.size > 0) this.#balance = this.#capacity;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Resolves at the next outcome of any route, because each may show that the API works. */
  #nextOutcome(): Promise<void> {
    if (this.#parent) return this.#parent.#nextOutcome();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
