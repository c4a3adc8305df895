import type { Id } from './page-body.ts';

export type Ids = readonly (Id | undefined)[];

/** What a window shares with the items that are known. */
export interface Shared {
  /** The index of the first known item in the window, and of the last; -1 if there is none. */
  readonly first: number;
  readonly last: number;
  /** The place of the last one. */
  readonly place: number;
  /** Whether the known items stand in the order in which they were read. */
  readonly isOrdered: boolean;
}

/** The items that were read, by their `id`, and each one's place in the list: half a place if others may be between. */
export class KnownItems {
  readonly #places = new Map<Id, number>();
  /** The first place that counts. */
  #start = 1;
  /** The place of the last item. */
  end = 0;

  has(id: Id | undefined): boolean {
    return this.#places.has(id ?? '');
  }

  shared(ids: Ids): Shared {
    let [first, last, place, isOrdered, highest] = [-1, -1, 0, true, 0];
    for (let index = 0; index < ids.length; index++) {
      const at = this.#places.get(ids[index] ?? '') ?? 0;
      if (at < this.#start) continue;
      if (first < 0) first = index;
      [last, place] = [index, at];
      if (!Number.isInteger(at)) continue;
      if (at < highest) isOrdered = false;
      highest = at;
    }
    return { first, last, place, isOrdered };
  }

  /**
   * Adds the items of a window. Those behind the last that it shares are the last ones of all.
   *
   * @returns The indexes of those that are new. An item without an `id` always is.
   */
  add(ids: Ids, { last, place }: Pick<Shared, 'last' | 'place'> = { last: -1, place: 0 }): number[] {
    const added: number[] = [];
    let following = place;
    for (let index = last; index >= 0; index--) {
      const known = this.#places.get(ids[index] ?? '');
      if (known !== undefined) following = known;
      else if (this.#isNew(ids[index], Math.ceil(following) - 0.5)) added.unshift(index);
    }
    for (let index = last + 1; index < ids.length; index++) if (this.#isNew(ids[index], ++this.end)) added.push(index);
    return added;
  }

  /** No place counts any more: from now on, the list is read from its start again. */
  forgetPlaces(): void {
    this.#start = this.end + 1;
  }

  #isNew(id: Id | undefined, place: number): boolean {
    if (id === undefined) return true;
    const { size } = this.#places;
    this.#places.set(id, place);
    return this.#places.size > size;
  }
}
