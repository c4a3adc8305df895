import type { TokenRecord } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { type Clock, timestamp } from '../utils/clock.ts';

/** The accepted tokens. A test with fake timers waits for no other thread, so they are looked up in the same tick. */
export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The record of a token; `undefined` if it is unknown or revoked. */
  find(token: string): TokenRecord | undefined {
    return this.#store.tokens.find(this.#store.hash(token));
  }

  /** Accepts a token from the start. It replaces the one of an earlier start, and has its idempotency keys. */
  addDefault(token: string): void {
    const name = 'Default token';
    this.add(name, token, this.#store.tokens.all.find((record) => record.name === name)?.id);
  }

  add(name: string, token: string, replaced?: string): TokenRecord {
    const existing = this.find(token);
    if (existing !== undefined) return existing;
    return this.#store.transaction(() => {
      const id = replaced ?? this.#store.nextId('tok', this.#store.tokens);
      const hash = this.#store.hash(token);
      const record = { id, name, hash, hint: token.slice(-4), created_at: timestamp(this.#clock.now()) };
      this.#store.tokens.put(record);
      return record;
    });
  }

  /** Returns `false` if no token has this id. */
  revoke(id: string): boolean {
    return this.#store.tokens.delete(id);
  }
}
