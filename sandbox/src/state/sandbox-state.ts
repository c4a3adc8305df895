import * as z from 'zod/mini';
import { bearerToken, text } from '../utils/schemas.ts';
import { Failure, found, withTypeErrors } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { byResource, type Records, type Seed } from '../resources/index.ts';
import { publicRecord, type Resource, someFieldsSchema, type StoredRecord } from '../resources/resource.ts';
import { randomSecret } from '../utils/random.ts';
import { strictFields } from '../utils/strict-fields.ts';
import { createRecord, updateRecord } from './records.ts';
import type { Services } from './services.ts';

/** The fields of a record that a test may set, each optional. */
export type RecordFields<R> = Omit<Seed<R>, 'id' | 'created_at'>;

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

/** Reads and changes the records of a resource. */
export class RecordState<R> {
  readonly #services: Services;
  readonly #resource: Resource;

  /** @internal */
  constructor(services: Services, resource: Resource) {
    this.#services = services;
    this.#resource = resource;
  }

  /** All records, oldest first. */
  list(): R[] {
    return this.#services.store.records(this.#resource).all.map((record) => this.#public(record));
  }

  /** The record with this id, or `undefined`. */
  get(id: string): R | undefined {
    const record = this.#services.store.records(this.#resource).get(id);
    return record && this.#public(record);
  }

  /**
   * Creates a record as the API does, and sends its event. Missing fields get sample values.
   *
   * @throws {TypeError} when a field is invalid.
   */
  create(fields?: RecordFields<R>): R {
    return withTypeErrors(`Invalid ${this.#resource.singular}.`, () => {
      const given = parseFields(someFieldsSchema(this.#resource), fields ?? {});
      return this.#public(createRecord(this.#services, this.#resource, given));
    });
  }

  /**
   * Changes a record.
   *
   * @throws {TypeError} when the id is unknown or a field is invalid.
   */
  update(id: string, changes: RecordFields<R>): R {
    return withTypeErrors('Invalid change.', () => {
      const { store } = this.#services;
      const record = found(store.records(this.#resource).get(id), this.#resource.singular, id);
      const given = parseFields(someFieldsSchema(this.#resource), changes);
      return this.#public(updateRecord(store, this.#resource, record, given));
    });
  }

  /** Deletes a record. Returns `false` if none has this id. */
  delete(id: string): boolean {
    return this.#services.store.records(this.#resource).delete(id);
  }

  #public(record: StoredRecord): R {
    // The resource's schemas let in nothing else.
    return publicRecord(this.#resource, record) as R;
  }
}

/** The tokens that the API accepts. */
export class TokenState {
  readonly #services: Services;

  /** @internal */
  constructor(services: Services) {
    this.#services = services;
  }

  /** All tokens, oldest first. */
  list(): TokenInfo[] {
    return this.#services.store.tokens.all.map(tokenInfo);
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
    const { tokens } = this.#services;
    if (tokens.find(token) !== undefined) {
      throw new Failure(409, 'token_taken', 'There is already a token with this value.', {
        details: { token: 'Belongs to another token.' },
      });
    }
    return { ...tokenInfo(tokens.add(name, token)), token };
  }

  /** Revokes a token, so that it gets a 401. Returns `false` if no token has this id. */
  revoke(id: string): boolean {
    return this.#services.tokens.revoke(id);
  }
}

/** Reads and changes the sandbox's state. */
export type SandboxState = { readonly [N in keyof Records]: RecordState<Records[N]> } & {
  /** The tokens that the API accepts. */
  readonly tokens: TokenState;
};

export function sandboxState(services: Services): SandboxState {
  const states = byResource((resource) => new RecordState(services, resource));
  // The schemas of a resource let nothing in but what `Records` says.
  return { ...states, tokens: new TokenState(services) } as SandboxState;
}

/** Leaves out the fields that only the store may know. */
export function tokenInfo({ id, name, hint, created_at }: TokenInfo): TokenInfo {
  return { id, name, hint, created_at };
}
