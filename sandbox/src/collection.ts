/** Where changes are written down so that they outlive the process; nothing in memory alone. */
export interface Journal {
  /** What was written of this kind, in the order it was first written. */
  read(kind: string): Iterable<unknown>;
  write(kind: string, id: string, record: unknown): void;
  erase(kind: string, id: string): void;
  /** All that is written during `work` becomes durable together, or not at all. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** Records of one kind, in the order of their creation. */
export class Collection<R extends { readonly id: string }> {
  readonly #kind: string;
  readonly #journal: Journal | undefined;
  readonly #key: ((record: R) => string) | undefined;
  readonly #records = new Map<string, R>();
  readonly #byKey = new Map<string, R>();
  #all: readonly R[] | undefined;

  /** @param key What, beside the id, no two records share. */
  constructor(kind: string, journal?: Journal, key?: (record: R) => string) {
    this.#kind = kind;
    this.#journal = journal;
    this.#key = key;
    // What is in a journal was written by `put`: its format has a version, and another one is not opened.
    for (const record of journal?.read(kind) ?? []) this.#keep(record as R);
  }

  #keep(record: R): void {
    const before = this.#records.get(record.id);
    if (this.#key !== undefined) {
      if (before !== undefined) this.#byKey.delete(this.#key(before));
      this.#byKey.set(this.#key(record), record);
    }
    this.#records.set(record.id, record);
    this.#all = undefined;
  }

  put(record: R): void {
    this.#journal?.write(this.#kind, record.id, record);
    this.#keep(record);
  }

  get(id: string): R | undefined {
    return this.#records.get(id);
  }

  /** The record with this key. */
  find(key: string): R | undefined {
    return this.#byKey.get(key);
  }

  delete(id: string): boolean {
    const record = this.#records.get(id);
    if (record === undefined) return false;
    this.#journal?.erase(this.#kind, id);
    this.#records.delete(id);
    if (this.#key !== undefined) this.#byKey.delete(this.#key(record));
    this.#all = undefined;
    return true;
  }

  clear(): void {
    for (const id of [...this.#records.keys()]) this.delete(id);
  }

  /** Every record, oldest first. */
  get all(): readonly R[] {
    return (this.#all ??= [...this.#records.values()]);
  }

  /** The records one by one, oldest first, without a copy of them all. */
  values(): Iterable<R> {
    return this.#records.values();
  }

  get size(): number {
    return this.#records.size;
  }
}
