/** An item, as the server stores it. What is sent as its `id` depends on the server. */
export interface Item {
  /** Its number, which is never used again. */
  readonly key: number;
  /** Whether the server leaves it out of the page after paging, as one that filters by permission does. */
  readonly isHidden: boolean;
}

/** A list in a stable order. It remembers deleted items, so that the order of any two items can be told. */
export class List {
  /** The items that are in the list now. */
  readonly items: Item[] = [];
  /** How many items were ever created. */
  created = 0;
  /** How many items were deleted. */
  deleted = 0;
  /** The items that left the list. They may come back to their place. */
  readonly left = new Set<Item>();
  /** The keys of all items that were ever in the list, in its order. */
  readonly #order: number[] = [];
  readonly #isHidden: () => boolean;

  constructor(size: number, isHidden: () => boolean) {
    this.#isHidden = isHidden;
    for (let at = 0; at < size; at++) this.insert(at);
  }

  insert(at: number): void {
    const item = { key: this.created, isHidden: this.#isHidden() };
    const follower = this.items[at];
    this.#order.splice(follower === undefined ? this.#order.length : this.#order.indexOf(follower.key), 0, item.key);
    this.items.splice(at, 0, item);
    this.created += 1;
  }

  delete(at: number): void {
    for (const item of this.items.splice(at, 1)) {
      this.left.add(item);
      this.deleted += 1;
    }
  }

  /** Puts an item that left back to its place. */
  restore(item: Item): void {
    if (this.items.includes(item)) return;
    const places = this.places();
    const place = places.get(item.key) ?? 0;
    const at = this.items.findIndex(({ key }) => Number(places.get(key)) > place);
    this.items.splice(at < 0 ? this.items.length : at, 0, item);
    this.deleted -= 1;
  }

  /** The place of each item that was ever in the list, by its key. */
  places(): Map<number, number> {
    return new Map(this.#order.map((key, place) => [key, place]));
  }
}
