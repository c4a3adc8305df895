/** Trials under way at once while nothing is known of the budget: few enough to be wrong with. */
const firstBurst = 10;

/** Milliseconds after which an unanswered trial no longer holds back another: some endpoints are slow. */
const patience = 1000;

/** Requests that are sent to find out what the API lets through, and few at a time, because it may refuse them. */
export class Trials {
  /** How many may be under way at once; anything may when as many have succeeded. */
  #burst = firstBurst;
  #succeeded = 0;
  #underWay = 0;
  #lastAt = -Infinity;

  /** Whether there is something to find out before all may go. */
  get areNeeded(): boolean {
    return this.#burst < Infinity;
  }

  /** When there may be one more although none was answered. */
  get nextAt(): number {
    return this.#lastAt + patience;
  }

  /** How many more may be sent now. */
  room(now: number, left: number): number {
    const more = Math.min(this.#burst, left > 0 ? firstBurst : 1) - this.#underWay;
    return more > 0 ? more : now < this.nextAt ? 0 : 1;
  }

  begin(now: number): void {
    this.#underWay += 1;
    this.#lastAt = now;
  }

  end(): void {
    this.#underWay -= 1;
  }

  /** One was let through; `true` if that is enough. */
  succeed(): boolean {
    const isEnough = ++this.#succeeded >= this.#burst || this.#underWay === 0;
    if (isEnough) this.#burst = Infinity;
    return isEnough;
  }

  /** The API has refused: one at first. */
  restart(): void {
    this.#burst = 1;
    this.#succeeded = 0;
  }
}
