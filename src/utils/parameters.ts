import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { isRecord } from './json.ts';

/**
 * Parameters of a method whose options are its second argument. An option among them would be sent to the API.
 *
 * @throws {InvalidRequestError} when one of them is an option.
 */
export function parameters<T>(given: T, options: readonly string[]): T {
  const misplaced = isRecord(given) ? options.find((name) => given[name] !== undefined) : undefined;
  if (misplaced === undefined) return given;
  throw new InvalidRequestError(`\`${misplaced}\` is an option: pass it as the second argument.`);
}
