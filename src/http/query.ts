import { InvalidRequestError } from '../errors/index.ts';
import { shown } from '../utils/options.ts';
import type { QueryValue } from './request-options.ts';

/**
 * The query of a URL, such as `?page=2`; empty if there are no parameters. A list repeats its parameter, and `undefined`
 * leaves it out.
 *
 * @throws {InvalidRequestError} when a value is none that a query can hold.
 */
export function queryOf(parameters: Readonly<Record<string, QueryValue | readonly QueryValue[]>>): string {
  const query = new URLSearchParams();
  for (const [name, given] of Object.entries(parameters)) {
    // A list, or a list of one.
    for (const value of [given].flat()) {
      if (value === undefined) continue;
      if (typeof value !== 'string' && typeof value !== 'boolean' && !Number.isFinite(value)) {
        throw new InvalidRequestError(`query.${shown(name)} must be a string, a number, a boolean or a list of these.`);
      }
      query.append(name, String(value));
    }
  }
  const text = query.toString();
  return text && `?${text}`;
}
