/** The state can't be stored or read. The message says why, and what to do. */
export class JournalError extends Error {}

/** Writes changes to durable storage. Fails with a {@link JournalError}. */
export interface Journal {
  /** The records of a kind, in the order of their creation. */
  read(kind: string): Iterable<unknown>;
  write(kind: string, id: string, record: unknown): void;
  erase(kind: string, id: string): void;
  /** What is written instead of a token, which the storage must not have. */
  hash(token: string): string;
  /** Commits all changes that `work` makes, or none. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** What all collections of a store share. */
export interface CollectionContext {
  readonly journal: Journal | undefined;
  /** Called after each change. */
  readonly changed: () => void;
}

/** Records of one kind, in the order of their creation. */
export class Collection<R extends { readonly id: string }> {
  readonly #kind: string;
  readonly #journal: Journal | undefined;
  readonly #changed: () => void;
  readonly #key: ((record: R) => string) | undefined;
  readonly #records = new Map<string, R>();
  readonly #byKey = new Map<string, R>();
  #all: readonly R[] | undefined;

  /** @param key A second unique key, besides the id. */
  constructor(kind: string, { journal, changed }: CollectionContext, key?: (record: R) => string) {
    this.#kind = kind;
    this.#journal = journal;
    this.#changed = changed;
    this.#key = key;
    this.load();
  }

  /** Reads the records from the journal. */
  load(): void {
    for (const part of [this.#records, this.#byKey]) part.clear();
    this.#all = undefined;
    // `put` wrote these records: a journal with another format version is not opened.
    for (const record of this.#journal?.read(this.#kind) ?? []) this.#keep(record as R);
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
    this.#changed();
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
    this.#changed();
    return true;
  }

  clear(): void {
    for (const id of [...this.#records.keys()]) this.delete(id);
  }

  /** All records, oldest first. */
  get all(): readonly R[] {
    return (this.#all ??= [...this.#records.values()]);
  }

  get size(): number {
    return this.#records.size;
  }
}
