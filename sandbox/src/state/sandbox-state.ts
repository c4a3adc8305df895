import { found, withTypeErrors } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { byResource, fieldsSchemas, type NamedResource, type Records, type Seed } from '../resources/index.ts';
import type { StoredRecord } from '../resources/resource.ts';
import { createRecord, updateRecord } from './records.ts';
import type { Services } from './services.ts';
import type { TokenState } from './tokens.ts';

/** The fields of a record that a test may set, each optional. */
export type RecordFields<R> = Omit<Seed<R>, 'id' | 'created_at'>;

/** Reads and changes the records of a resource. */
export class RecordState<R> {
  readonly #services: Services;
  readonly #resource: NamedResource;

  /** @internal */
  constructor(services: Services, resource: NamedResource) {
    this.#services = services;
    this.#resource = resource;
  }

  /** All records, oldest first. */
  list(): R[] {
    return this.#services.store.records(this.#resource).all.map((record) => this.#copy(record));
  }

  /** The record with this id, or `undefined`. */
  get(id: string): R | undefined {
    const record = this.#services.store.records(this.#resource).get(id);
    return record && this.#copy(record);
  }

  /**
   * Creates a record as the API does, and sends its event. Missing fields get sample values.
   *
   * @throws {TypeError} when a field is invalid.
   */
  create(fields?: RecordFields<R>): R {
    return withTypeErrors(`Invalid ${this.#resource.singular}.`, () => {
      const given = parseFields(fieldsSchemas[this.#resource.name], fields ?? {});
      return this.#copy(createRecord(this.#services, this.#resource, given));
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
      const given = parseFields(fieldsSchemas[this.#resource.name], changes);
      return this.#copy(updateRecord(store, this.#resource, record, given));
    });
  }

  /** Deletes a record. Returns `false` if none has this id. */
  delete(id: string): boolean {
    return this.#services.store.records(this.#resource).delete(id);
  }

  /** A test may change it. */
  #copy(record: StoredRecord): R {
    // The resource's schemas let in nothing else.
    return { ...record } as R;
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
  return { ...states, tokens: services.tokens } as SandboxState;
}
