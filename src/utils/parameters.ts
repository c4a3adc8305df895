import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { record } from './options.ts';

/**
 * Parameters of a method whose options are its second argument. An option among them would be sent to the API.
 *
 * @throws {InvalidRequestError} when they are no object, or one of them is an option.
 */
export function parameters<T extends object>(given: T, options: readonly string[]): T {
  record('The parameters', given);
  const misplaced = options.find((name) => given[name as keyof T] !== undefined);
  if (misplaced === undefined) return given;
  throw new InvalidRequestError(`\`${misplaced}\` is an option: pass it as the second argument.`);
}
