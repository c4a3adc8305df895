import { byResource, type NamedResource, type Records } from '../resources/index.ts';
import type { StoredRecord } from '../resources/resource.ts';
import { Collection, type Journal } from './collection.ts';
import type { DeliveryRecord, EndpointRecord, ResponseRecord, TokenRecord } from './record-types.ts';

interface SequenceRecord {
  readonly id: string;
  readonly last: number;
}

/** The sandbox's state. Reads come from memory; a journal makes the state outlive the process. */
export class Store {
  readonly tokens: Collection<TokenRecord>;
  readonly responses: Collection<ResponseRecord>;
  readonly endpoints: Collection<EndpointRecord>;
  readonly deliveries: Collection<DeliveryRecord>;
  readonly #records: Readonly<Record<keyof Records, Collection<StoredRecord>>>;
  readonly #sequences: Collection<SequenceRecord>;
  readonly #journal: Journal | undefined;
  readonly #changed: () => void;
  #isInTransaction = false;

  /** @param changed Called after each change. */
  constructor(journal: Journal | undefined, changed: () => void) {
    this.#journal = journal;
    this.#changed = changed;
    const context = { journal, changed };
    this.#records = byResource(({ singular, unique }) => {
      const key = unique === undefined ? undefined : (record: StoredRecord) => uniqueKey(record[unique]);
      return new Collection<StoredRecord>(singular, context, key);
    });
    this.tokens = new Collection('token', context, (token) => token.hash);
    this.responses = new Collection('response', context);
    this.endpoints = new Collection('endpoint', context);
    this.deliveries = new Collection('delivery', context);
    this.#sequences = new Collection('sequence', context);
  }

  get #collections() {
    const { tokens, responses, endpoints, deliveries } = this;
    return [...Object.values(this.#records), tokens, responses, endpoints, deliveries, this.#sequences];
  }

  /** The records of a resource. */
  records({ name }: NamedResource): Collection<StoredRecord> {
    return this.#records[name];
  }

  /** Does the work unless it was done in this store before. */
  once(name: string, work: () => void): void {
    if (this.#sequences.get(name) !== undefined) return;
    this.transaction(() => {
      this.#sequences.put({ id: name, last: 1 });
      work();
    });
  }

  /** Commits all changes that `work` makes, or none. */
  transaction<T>(work: () => T): T {
    if (this.#journal === undefined || this.#isInTransaction) return work();
    this.#isInTransaction = true;
    try {
      return this.#journal.transaction(work);
    } catch (error) {
      // The journal has none of the changes, so neither has the memory.
      for (const collection of this.#collections) collection.load();
      this.#changed();
      throw error;
    } finally {
      this.#isInTransaction = false;
    }
  }

  /**
   * Returns `user_123`, `user_124` and so on. The first id is the one in the reference. Ids that records were given
   * are left out.
   */
  nextId(prefix: string, taken: { get(id: string): unknown }): string {
    let last = (this.#sequences.get(prefix)?.last ?? 122) + 1;
    while (taken.get(`${prefix}_${last}`) !== undefined) last += 1;
    this.#sequences.put({ id: prefix, last });
    return `${prefix}_${last}`;
  }

  /** What identifies a token: the token itself while nothing leaves the memory. */
  hash(token: string): string {
    return this.#journal?.hash(token) ?? token;
  }

  close(): void {
    this.#journal?.close();
  }

  clear(): void {
    this.transaction(() => {
      for (const collection of this.#collections) collection.clear();
    });
  }
}

/** Values of a unique field, such as emails, are compared without regard to case. */
export function uniqueKey(value = ''): string {
  return value.toLowerCase();
}
