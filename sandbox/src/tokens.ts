import type { Clock } from './clock.ts';
import { sha256 } from './hashing.ts';
import type { Store, TokenRecord } from './store.ts';
import { timestamp } from './timestamp.ts';

/** The tokens that the API accepts: kept as hashes, found by the token. */
export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Tokens that were good the last time, so that not every request waits for a hash. Gone with the process. */
  readonly #known = new Map<string, string>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The record of a token; `undefined` when it is unknown or revoked. At once for one that was good before. */
  find(token: string): TokenRecord | undefined | Promise<TokenRecord | undefined> {
    const id = this.#known.get(token);
    return id === undefined ? this.#look(token) : this.#store.tokens.get(id);
  }

  async #look(token: string): Promise<TokenRecord | undefined> {
    const record = this.#store.tokens.find(await sha256(token));
    if (record !== undefined) this.#known.set(token, record.id);
    return record;
  }

  async add(name: string, token: string): Promise<TokenRecord> {
    const hash = await sha256(token);
    const existing = this.#store.tokens.find(hash);
    if (existing !== undefined) return existing;
    return this.#store.transaction(() => {
      const id = this.#store.nextId('tok');
      const record = { id, name, hash, hint: token.slice(-4), created_at: timestamp(this.#clock.now()) };
      this.#store.tokens.put(record);
      return record;
    });
  }

  /** `false` when there is no such token. */
  revoke(id: string): boolean {
    this.clear();
    return this.#store.tokens.delete(id);
  }

  clear(): void {
    this.#known.clear();
  }
}
