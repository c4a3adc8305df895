import * as z from 'zod/mini';
import { matching, strictFields } from '../utils/schemas.ts';
import type { Random } from '../utils/random.ts';

/** A record as the store keeps it: text in each field of its resource. */
export interface StoredRecord {
  readonly id: string;
  readonly created_at: string;
  readonly [field: string]: string;
}

/** The fields that the description of a resource names: `id` and `created_at` are in every record. */
export type FieldName<R> = Exclude<keyof R & string, 'id' | 'created_at'>;

/** A field of a record. */
interface Field {
  /** What may be written. */
  readonly schema: z.ZodMiniType<string>;
  /** The usual values, of which the first is the default. Without them, the default is a sample value. */
  readonly choices?: readonly [string, ...string[]];
}

/** What the sandbox knows about a resource. Its storage, seeds, control API and page follow from this. */
export interface Resource<Name extends string = string> {
  /** In paths and options, such as `projects`. */
  readonly name: string;
  readonly singular: string;
  /** Of its ids: `proj` for `proj_123`. */
  readonly prefix: string;
  readonly fields: Readonly<Record<Name, Field>>;
  /** The field that no two records share, regardless of case. */
  readonly unique?: Name;
  /** Number of records at the start, unless the options say otherwise. */
  readonly initial: number;
  /** Fields of a sample record. */
  readonly sample: (random: Random, index: number) => Readonly<Record<Name, string>>;
  /** An icon on a grid of 24 by 24, drawn with lines. */
  readonly icon: `M${string}`;
}

const id = matching(/^[\w-]{1,100}$/, 'Must be 1 to 100 letters, digits, _ or -.');
const created_at = z.iso.datetime({ offset: true, error: 'Must be a time in ISO 8601, such as 2024-01-01T00:00:00Z.' });

/** Validates some fields of a record, as tests and the dashboard write them. */
export function someFieldsSchema({ fields }: Resource) {
  return strictFields(optional(fields));
}

/** Validates a record to create at the start. */
export function seedSchema({ fields }: Resource) {
  return strictFields({ id: z.optional(id), created_at: z.optional(created_at), ...optional(fields) });
}

function optional(fields: Resource['fields']) {
  return Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, z.optional(schema)]));
}

/** Such as `Project`, for titles. */
export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
