import { Failure, withTypeErrors } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import type { TokenRecord } from '../storage/record-types.ts';
import type { Store } from '../storage/store.ts';
import { type Clock, timestamp } from '../utils/clock.ts';
import { randomSecret } from '../utils/random.ts';
import { bearerToken, strictFields, text } from '../utils/schemas.ts';
import * as z from 'zod/mini';

/** Validates a token to create. */
export const newTokenSchema = strictFields({ name: text(200), token: z.optional(bearerToken) });

/** A token's description, without the token itself. */
export interface TokenInfo {
  /** Identifies the token for {@link TokenState.revoke}. */
  readonly id: string;
  /** Name that it was given at its creation. */
  readonly name: string;
  /** The token's last characters. */
  readonly hint: string;
  /** ISO 8601, UTC. */
  readonly created_at: string;
}

/** A new token. It is shown only once. */
export interface NewToken extends TokenInfo {
  /** The token to send as `Authorization: Bearer …`. */
  readonly token: string;
}

/** The tokens that the API accepts. */
export class TokenState {
  readonly #store: Store;
  readonly #clock: Clock;

  /** @internal */
  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** All tokens, oldest first. */
  list(): TokenInfo[] {
    return this.#store.tokens.all.map(tokenInfo);
  }

  /**
   * Creates a token.
   *
   * @param name Name to show in the dashboard.
   * @param token The token to accept. Default: a random one.
   * @throws {TypeError} when the name or the token is invalid, or the token exists.
   */
  create(name: string, token = `example_${randomSecret()}`): Promise<NewToken> {
    return new Promise((resolve) => resolve(withTypeErrors('Invalid token.', () => this.#create(name, token))));
  }

  #create(name: string, token: string): NewToken {
    parseFields(newTokenSchema, { name, token });
    if (this.find(token) !== undefined) {
      throw new Failure(409, 'token_taken', 'There is already a token with this value.', {
        details: { token: 'Belongs to another token.' },
      });
    }
    return { ...tokenInfo(this.#add(name, token)), token };
  }

  /** Revokes a token, so that it gets a 401. Returns `false` if no token has this id. */
  revoke(id: string): boolean {
    return this.#store.tokens.delete(id);
  }

  /**
   * @internal The record of a token; `undefined` if it is unknown or revoked. A test with fake timers waits for no
   * other thread, so it is looked up in the same tick.
   */
  find(token: string): TokenRecord | undefined {
    return this.#store.tokens.find(this.#store.hash(token));
  }

  /** @internal Accepts a token from the start. It replaces that of an earlier start, and has its idempotency keys. */
  addDefault(token: string): void {
    const name = 'Default token';
    if (this.find(token) !== undefined) return;
    this.#add(name, token, this.#store.tokens.all.find((record) => record.name === name)?.id);
  }

  #add(name: string, token: string, replaced?: string): TokenRecord {
    return this.#store.transaction(() => {
      const id = replaced ?? this.#store.nextId('tok', this.#store.tokens);
      const hash = this.#store.hash(token);
      const record = { id, name, hash, hint: token.slice(-4), created_at: timestamp(this.#clock.now()) };
      this.#store.tokens.put(record);
      return record;
    });
  }
}

/** Leaves out the fields that only the store may know. */
function tokenInfo({ id, name, hint, created_at }: TokenInfo): TokenInfo {
  return { id, name, hint, created_at };
}
