const most = 20;
const perPage = 2;

/**
 * How many pages a walk may still read again. A list that never rests would otherwise hold it for ever; with this, the
 * re-reads of a walk stay below twice its pages, plus {@link most}, plus the pages by which the list shrinks.
 */
export class RereadBudget {
  #left = most;
  #spent = 0;
  #lowest: number | undefined;

  /** Pages read again so far. */
  get spent(): number {
    return this.#spent;
  }

  /** Takes one re-read, if there is one. */
  spend(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    this.#spent += 1;
    return true;
  }

  /** The walk got ahead by so many pages' worth of items. */
  earn(pages: number): void {
    this.#left = Math.max(this.#left, Math.min(most, this.#left + perPage * pages));
  }

  /** A list that got shorter by many pages takes as many re-reads, however much it rests. */
  observe(count: number | undefined, pageSize: number): void {
    if (count === undefined) return;
    this.#left += Math.max(0, (this.#lowest ?? count) - count) / pageSize;
    this.#lowest = Math.min(this.#lowest ?? count, count);
  }
}
