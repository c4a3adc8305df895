import type { Id, Ids } from './page-body.ts';

/** Ids in a cursor. A walk can continue as long as one of these items is in the list. */
const maxLastIds = 20;

/** The ids of the last of these items. */
export function lastIds(ids: Ids): Id[] {
  return ids.filter((id) => id !== undefined).slice(-maxLastIds);
}

/** The items of a window that were read before. */
export interface SharedItems {
  /** The index of the first known item in the window, and of the last; -1 if there is none. */
  readonly first: number;
  readonly last: number;
  /** The rank of the last known item. */
  readonly rank: number;
  /** True if the known items have kept their order. */
  readonly isOrdered: boolean;
}

/**
 * The items read so far, by `id`. An item's rank is its number in the list: the second item has rank 2. An item that
 * appeared between known items has the rank of the one before it.
 */
export class KnownItems {
  readonly #ranks = new Map<Id | undefined, number>();
  /** Items up to this rank no longer count as known to a window. */
  #forgotten = 0;
  /** The rank of the last item. */
  end = 0;
  /** The ids of the last items, in the order of the list. */
  tail: readonly Id[] = [];

  has(id: Id | undefined): boolean {
    return this.#ranks.has(id);
  }

  sharedWith(ids: Ids): SharedItems {
    let [first, last, rank, isOrdered, highest] = [-1, -1, 0, true, 0];
    for (let index = 0; index < ids.length; index++) {
      const at = this.#ranks.get(ids[index]) ?? 0;
      if (at <= this.#forgotten) continue;
      if (first < 0) first = index;
      [last, rank] = [index, at];
      if (at < highest) isOrdered = false;
      highest = at;
    }
    return { first, last, rank, isOrdered };
  }

  /**
   * Adds a window's items. Those after its last known item become the last items of the list.
   *
   * @param last The index of the window's last known item.
   * @param size How many items the window can have.
   * @returns The indexes of the new items. An item without an `id` always counts as new.
   */
  add(ids: Ids, last = -1, size = ids.length): number[] {
    const added: number[] = [];
    // If the window has room for the known items behind the last one, or half a page, but doesn't show them, they are gone.
    const isEnd = size - last - 1 > Math.min(this.end - (this.#ranks.get(ids[last]) ?? this.end), size / 2);
    let rank = 0;
    for (const [index, id] of ids.entries()) {
      rank = index > last ? ++this.end : (this.#ranks.get(id) ?? rank);
      if (this.#isNew(id, rank)) added.push(index);
    }
    const tail: (Id | undefined)[] = [...this.tail];
    let place = isEnd ? tail.length : tail.indexOf(ids[last]) + 1;
    for (let index = ids.length - 1; index >= 0; index--) {
      const known = tail.indexOf(ids[index]);
      if (index <= last && !added.includes(index)) place = Math.max(0, known);
      else if (known < 0) tail.splice(place, 0, ids[index]);
    }
    this.tail = lastIds(tail);
    return added;
  }

  /** Forgets the order of all items, because the walk starts over at page 1. */
  forgetRanks(): void {
    this.#forgotten = this.end;
    this.tail = [];
  }

  #isNew(id: Id | undefined, rank: number): boolean {
    if (id === undefined) return true;
    const { size } = this.#ranks;
    this.#ranks.set(id, rank);
    return this.#ranks.size > size;
  }
}
