import type { Id, Ids } from './page-body.ts';

/** The items that a walk has read, by `id`. The second item of the list has rank 2. */
export class KnownItems {
  readonly #ranks = new Map<Id | undefined, number>();
  /** The rank of the last item. */
  last = 0;

  /** The last known item of a page: its index, or -1, and its rank; and whether the known items kept their order. */
  sharedWith(ids: Ids): { readonly index: number; readonly rank: number; readonly isOrdered: boolean } {
    let [index, rank, isOrdered] = [-1, 0, true];
    for (const [at, id] of ids.entries()) {
      const known = this.#ranks.get(id);
      if (known === undefined) continue;
      if (known < rank) isOrdered = false;
      [index, rank] = [at, known];
    }
    return { index, rank, isOrdered };
  }

  /**
   * Adds the items of a page. Those after its last known item become the last of the list; one that was created between
   * two known items gets the rank of the first.
   *
   * @returns The indexes of the items that were not known. An item without an `id` never is.
   */
  add(ids: Ids): number[] {
    const { index: last } = this.sharedWith(ids);
    const added: number[] = [];
    let rank = 0;
    for (const [index, id] of ids.entries()) {
      const known = this.#ranks.get(id);
      rank = known ?? (index > last ? ++this.last : rank);
      if (known !== undefined) continue;
      added.push(index);
      if (id !== undefined) this.#ranks.set(id, rank);
    }
    return added;
  }
}
