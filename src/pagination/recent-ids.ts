/** What a page holds, seen against what was yielded before it. */
export interface Sifted<Item> {
  /** The items to yield. */
  readonly fresh: Item[];
  /** Whether an item of the page was yielded before. */
  readonly overlaps: boolean;
}

/**
 * The ids of the items yielded last: never fewer than the last `generation` of them, never more than twice as many, so
 * that the memory a walk needs does not depend on the length of the list.
 */
export class RecentIds {
  readonly #generation: number;
  #recent = new Set<unknown>();
  #older = new Set<unknown>();
  #complete: boolean;

  /** @param complete Whether nothing stands before the first item that will be yielded. */
  constructor(complete: boolean, generation = 5000) {
    this.#complete = complete;
    this.#generation = generation;
  }

  /** Whether no item with an id was yielded yet, so that nothing can overlap. */
  get isEmpty(): boolean {
    return this.#recent.size === 0;
  }

  /** Whether an item that was yielded, or stands before all that were, can look new. */
  get hasForgotten(): boolean {
    return !this.#complete;
  }

  /**
   * Tells the items to yield from the repeats. The list keeps its order, so in front of an item that was yielded stand
   * only such that were yielded, too, or that are new in the list. Where ids have been forgotten the two can't be told
   * apart, and an item that could be a repeat is dropped.
   */
  sift<Item>(page: readonly Item[]): Sifted<Item> {
    const ids = page.map(idOf);
    const known = ids.map((id) => this.#recent.has(id) || this.#older.has(id));
    const first = known.indexOf(true);
    const last = known.lastIndexOf(true);
    const within = new Set<unknown>();
    const fresh = page.filter((_, index) => {
      const id = ids[index];
      if (id === undefined) return index > last;
      if (known[index] === true || within.has(id) || (index < first && !this.#complete)) return false;
      within.add(id);
      return true;
    });
    return { fresh, overlaps: first !== -1 };
  }

  add(items: readonly unknown[]): void {
    for (const item of items) {
      const id = idOf(item);
      if (id === undefined) continue;
      if (this.#recent.size === this.#generation) {
        this.#complete &&= this.#older.size === 0;
        this.#older = this.#recent;
        this.#recent = new Set();
      }
      this.#recent.add(id);
    }
  }
}

/** What tells an item from all others: its `id`, if that is a string or a number. */
function idOf(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || !('id' in item)) return undefined;
  return typeof item.id === 'string' || typeof item.id === 'number' ? item.id : undefined;
}
