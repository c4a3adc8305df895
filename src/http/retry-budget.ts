import { untilAborted } from '../utils/abort.ts';

const capacity = 500;
const retryCost = 10;
const successRefund = 1;

/**
 * Keeps an outage from being multiplied by everybody's retries, after the retry quota of the AWS SDKs. A retry pays
 * when it is sent and is paid back when it succeeds; a success at the first attempt pays a little in. While calls
 * succeed there is always enough; when everything fails, fifty retries are left, and then one for ten successes.
 *
 * When all of it is out on retries that are under way, the next one waits for what becomes of them. So five hundred
 * calls that fail at one blip are all retried, and five hundred against a dead API are not.
 */
export class RetryBudget {
  #balance = capacity;
  #underWay = 0;
  readonly #waiting = new Set<() => void>();

  /** Pays for one retry, which must then be settled; `false` if the API has failed too often for it. */
  async spend(signal: AbortSignal | undefined): Promise<boolean> {
    while (this.#balance < retryCost) {
      if (this.#underWay === 0) {
        this.#wake(); // There is nothing to wait for, for the next one neither.
        return false;
      }
      await this.#nextChange(signal);
    }
    this.#balance -= retryCost;
    this.#underWay++;
    return true;
  }

  /** A retry that was paid for has ended; whether the API worked. */
  settle(succeeded: boolean): void {
    this.#underWay--;
    if (succeeded) this.#balance = Math.min(capacity, this.#balance + retryCost);
    this.#wake();
  }

  /** A call succeeded at its first attempt. */
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
      // It may have been woken and aborted at once; then the turn is the next one's.
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
