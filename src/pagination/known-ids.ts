/** The `id` of an item, if it is a string or a number. */
export function idOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('id' in item)) return undefined;
  return typeof item.id === 'string' || typeof item.id === 'number' ? String(item.id) : undefined;
}

/** Remembers the last 50 000 to 100 000 ids, so that a walk needs no more memory for a longer list. */
export class KnownIds {
  #recent = new Set<string | undefined>();
  #older = new Set<string | undefined>();
  /** Whether an id that was added may be unknown by now. */
  forgot = false;

  has(id: string | undefined): boolean {
    return this.#recent.has(id) || this.#older.has(id);
  }

  add(ids: readonly (string | undefined)[]): void {
    for (const id of ids) if (id !== undefined && !this.has(id)) this.#recent.add(id);
    if (this.#recent.size < 50_000) return;
    this.forgot = this.#older.size > 0;
    this.#older = this.#recent;
    this.#recent = new Set();
  }
}
