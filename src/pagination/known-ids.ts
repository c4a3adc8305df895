/** The `id` of an item; `undefined` if it is neither a string nor a number. */
export type ItemId = string | undefined;

export function idOf(item: unknown): ItemId {
  if (typeof item !== 'object' || item === null || !('id' in item)) return undefined;
  return typeof item.id === 'string' || typeof item.id === 'number' ? String(item.id) : undefined;
}

/** Remembers the last 50 000 to 100 000 ids, so that a walk needs no more memory for a longer list. */
export class KnownIds {
  #recent = new Set<ItemId>();
  #older = new Set<ItemId>();
  /** Whether an id that was added may be unknown by now. */
  forgot = false;

  has(id: ItemId): boolean {
    return this.#recent.has(id) || this.#older.has(id);
  }

  add(ids: readonly ItemId[]): void {
    for (const id of ids) if (id !== undefined) this.#recent.add(id);
    if (this.#recent.size < 50_000) return;
    this.forgot = this.#older.size > 0;
    this.#older = this.#recent;
    this.#recent = new Set();
  }
}
