import { untilAborted } from '../utils/abort.ts';

const capacity = 500;
const retryCost = 10;
const successRefund = 1;

/**
 * Limits how much retries add to the load of an API that is down, like the retry quota of the AWS SDKs. Each retry pays
 * when it is sent, and is refunded when it succeeds. Each call that succeeds at its first attempt pays a little in.
 * While calls succeed, the budget always suffices. When every call fails, it allows fifty retries, and then one for
 * every ten successes.
 *
 * If the budget is spent on retries still in flight, the next retry waits for their outcome. So 500 calls that fail in
 * one short outage are all retried, and 500 calls to an API that is down are not.
 */
export class RetryBudget {
  #balance = capacity;
  #inFlight = 0;
  readonly #waiting = new Set<() => void>();

  /**
   * Pays for one retry, which must then be settled. Returns `false` if the API has failed too often.
   *
   * @throws the signal's reason when it aborts first.
   */
  async spend(signal: AbortSignal | undefined): Promise<boolean> {
    while (this.#balance < retryCost) {
      if (this.#inFlight === 0) {
        this.#wake(); // Nothing is left to wait for, neither for this retry nor for the next one.
        return false;
      }
      await this.#nextChange(signal);
    }
    this.#balance -= retryCost;
    this.#inFlight++;
    return true;
  }

  /** Settles a retry that was paid for. `succeeded` says whether the API worked. */
  settle(succeeded: boolean): void {
    this.#inFlight--;
    if (succeeded) this.#balance = Math.min(capacity, this.#balance + retryCost);
    this.#wake();
  }

  /** Pays in for a call that succeeded at its first attempt. */
  earn(): void {
    this.#balance = Math.min(capacity, this.#balance + successRefund);
    this.#wake();
  }

  async #nextChange(signal: AbortSignal | undefined): Promise<void> {
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#waiting.add(wake);
    try {
      await untilAborted(signal, woken);
    } catch (reason) {
      // If it was woken and aborted at the same time, it passes its turn on.
      if (!this.#waiting.delete(wake)) this.#wake();
      throw reason;
    }
  }

  #wake(): void {
    const [wake] = this.#waiting;
    if (!wake) return;
    this.#waiting.delete(wake);
    wake();
  }
}
