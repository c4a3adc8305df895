const perPage = 2;

/**
 * How many pages a walk may read again. A list that never rests would otherwise hold it for ever; with this, its
 * re-reads stay around twice its pages, plus the reserve, plus the pages by which the list shrinks.
 */
export class RereadBudget {
  readonly #reserve: number;
  #allowed: number;
  #lowest: number | undefined;

  /** @param reserve How many pages may be read again before the walk has got ahead. */
  constructor(reserve: number) {
    this.#reserve = reserve;
    this.#allowed = reserve;
  }

  /** Whether one more is allowed after so many. */
  allows(spent: number): boolean {
    return spent + 1 <= this.#allowed;
  }

  /** The walk got ahead by so many pages' worth of items. What is saved that way does not exceed the reserve. */
  earn(pages: number, spent: number): void {
    this.#allowed = Math.max(this.#allowed, Math.min(spent + this.#reserve, this.#allowed + perPage * pages));
  }

  /** A list that gets shorter by many pages takes as many re-reads, however much it rests. */
  observe(count: number | undefined, pageSize: number): void {
    if (count === undefined) return;
    this.#allowed += Math.max(0, (this.#lowest ?? count) - count) / pageSize;
    this.#lowest = Math.min(this.#lowest ?? count, count);
  }
}
