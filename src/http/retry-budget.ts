import { untilAborted, type Cancellation } from '../utils/abort.ts';
import { now } from '../utils/timing.ts';

/** Failed retries in a row of a client, an account and a route. A route that fails can't use up those of its account. */
const capacities = [Infinity, 40, 20];

/** Milliseconds after which another retry may follow, whatever has failed. */
const retryInterval = 1000;

/** Limits the accounts of a client and the routes of an account: tokens are rotated, and paths may contain ids. */
const maxParts = 1000;

/**
 * Limits the load that retries add to an API that is down: a route makes up to 20 failed retries in a row, and all
 * routes together up to 40. After that, there is one retry a second, until an attempt works.
 *
 * Retries in flight count as failed until an attempt shows that the API works. Other calls wait for their outcome, so
 * that all calls hit by an outage are retried when it is over.
 */
export class RetryBudget {
  readonly #depth: number;
  readonly #parent: RetryBudget | undefined;
  readonly #parts = new Map<string, RetryBudget>();
  readonly #capacity: number;
  /** When all retries that failed since an attempt worked are forgotten. */
  #fullAt = -Infinity;
  #underWay = 0;
  /** True if the last attempt of any of its calls showed that the API works. */
  #isApiUp = false;
  /** Resumes the calls that wait for an outcome. */
  readonly #waiting: (() => void)[] = [];

  /** @param parent The budget that this one is a part of. Each retry counts in both. */
  constructor(depth = 0, parent?: RetryBudget) {
    this.#depth = depth;
    this.#parent = parent;
    this.#capacity = capacities[depth] ?? 0;
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
   * @returns False if no retry is left for now.
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
    // More than were left may have been sent, because the API seemed to work.
    const most = this.#capacity * retryInterval;
    if (isApiUp === false) this.#fullAt = now() + Math.min(this.#untilFull + retryInterval, most);
    this.#learn(isApiUp ?? this.#isApiUp);
  }

  /** Records the end of an attempt that draws on no budget: the first of a call, or a retry that is free. */
  record(isApiUp: boolean): void {
    // A route that always fails says nothing about the others.
    if (isApiUp || !this.#isEmpty) this.#parent?.record(isApiUp);
    this.#learn(isApiUp);
  }

  /** True if no retry is left even if all of those in flight succeed. */
  get #isEmpty(): boolean {
    return !this.#allows(1) || (this.#parent !== undefined && this.#parent.#isEmpty);
  }

  /** Milliseconds until all failed retries are forgotten. */
  get #untilFull(): number {
    return Math.max(0, this.#fullAt - now());
  }

  /** True if so many retries may fail now. */
  #allows(retries: number): boolean {
    return this.#untilFull / retryInterval + retries <= this.#capacity;
  }

  #reserve(): boolean {
    const mayFail = this.#isApiUp ? 0 : this.#underWay;
    if (!this.#allows(mayFail + 1) || (this.#parent && !this.#parent.#reserve())) return false;
    this.#underWay += 1;
    return true;
  }

  #learn(isApiUp: boolean): void {
    this.#isApiUp = isApiUp;
    if (isApiUp) this.#fullAt = -Infinity;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Resolves at the next outcome of any route, because each may show that the API works. */
  #nextOutcome(): Promise<void> {
    if (this.#parent) return this.#parent.#nextOutcome();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
