import type { Result } from './attempt.ts';
import type { Permit } from '../rate-limit/limiter.ts';
import type { Call } from './call.ts';
import type { RetryBudget } from './retry-budget.ts';
import { planRetry, type Failure, type Retry } from './retry.ts';

/** Keeps track of the retries of one call: how many there were, what they cost, and whether there may be another. */
export class RetryTracker {
  readonly #call: Pick<Call, 'repeatable' | 'maxRetries'>;
  readonly #budget: RetryBudget;
  #count = 0;
  #isPaid = false;

  constructor(call: Pick<Call, 'repeatable' | 'maxRetries'>, budget: RetryBudget) {
    this.#call = call;
    this.#budget = budget;
  }

  /**
   * The attempt has ended.
   */
  settle(result: Result): void {
    // The API works, even if it rejects the call.
    const works = result.kind !== 'failure' || (result.response !== undefined && result.response.status < 500);
    if (this.#isPaid) this.#budget.settle(works);
    else if (result.kind === 'success') this.#budget.earn();
    this.#isPaid = false;
  }

  /** The next attempt after a failure, or `undefined` if there may be none. `permit` is absent if nothing is paced. */
  plan(failure: Failure, permit: Permit | undefined): Retry | undefined {
    const { repeatable, maxRetries } = this.#call;
    const paced = permit !== undefined;
    const contended = permit?.isContended === true;
    return planRetry(failure, { repeatable, maxRetries, retries: this.#count, paced, contended }, Math.random());
  }

  /** Pays for the next attempt; `false` if it may not be made, because the API has failed too often. */
  async pay(retry: Retry, signal: AbortSignal | undefined): Promise<boolean> {
    if (retry.free) return true;
    this.#count++;
    return (this.#isPaid = await this.#budget.spend(signal));
  }

  /** The call has ended. */
  end(): void {
    // An attempt that was paid for and never settled was aborted, which says nothing about the API.
    if (this.#isPaid) this.#budget.settle(true);
  }
}
