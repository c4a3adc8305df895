import { InvalidRequestError } from '../errors/index.ts';
import type { QueryValue } from './request-options.ts';

/** The parameters of a query, in order. A name may occur more than once. */
export type Query = [name: string, value: string][];

/**
 * The query with its values as text. A list repeats its parameter, and `undefined` leaves it out.
 *
 * @throws {InvalidRequestError} when a value is none that a query can hold.
 */
export function queryOf(parameters: Readonly<Record<string, QueryValue | readonly QueryValue[]>>): Query {
  return Object.entries(parameters).flatMap(([name, given]) =>
    // A list, or a list of one.
    [given].flat().flatMap((value): Query => {
      if (value === undefined) return [];
      if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
        return [[name, String(value)]];
      throw new InvalidRequestError(`query.${name} must be a string, a number, a boolean or a list of these.`);
    }),
  );
}
