import type { TokenRecord } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { type Clock, timestamp } from '../utils/clock.ts';
import { sha256 } from '../utils/hashing.ts';

/** The accepted tokens, stored as hashes. */
export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Ids of tokens that were accepted before, so that not every request waits for a hash. */
  readonly #known = new Map<string, string>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The record of a token; `undefined` if it is unknown or revoked. Synchronous for a token that was accepted before. */
  find(token: string): TokenRecord | undefined | Promise<TokenRecord | undefined> {
    const id = this.#known.get(token);
    return id === undefined ? this.#findByHash(token) : this.#store.tokens.get(id);
  }

  async #findByHash(token: string): Promise<TokenRecord | undefined> {
    const record = this.#store.tokens.find(await sha256(token));
    if (record !== undefined) this.#known.set(token, record.id);
    return record;
  }

  /** Accepts a token from the start. It replaces the one of an earlier start, and has its idempotency keys. */
  addDefault(token: string): Promise<TokenRecord> {
    const name = 'Default token';
    return this.add(name, token, this.#store.tokens.all.find((record) => record.name === name)?.id);
  }

  async add(name: string, token: string, replaced?: string): Promise<TokenRecord> {
    const hash = await sha256(token);
    const existing = this.#store.tokens.find(hash);
    if (existing !== undefined) return existing;
    return this.#store.transaction(() => {
      const id = replaced ?? this.#store.nextId('tok');
      const record = { id, name, hash, hint: token.slice(-4), created_at: timestamp(this.#clock.now()) };
      this.#store.tokens.put(record);
      return record;
    });
  }

  /** Returns `false` if no token has this id. */
  revoke(id: string): boolean {
    this.clear();
    return this.#store.tokens.delete(id);
  }

  clear(): void {
    this.#known.clear();
  }
}
