import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import { isRecord } from './json.ts';

/** What other SDKs call an option. Names that differ in case or underscores only are found without this. */
const otherNames: Readonly<Partial<Record<string, string>>> = {
  baseUrl: 'endpoint host prefix prefixurl url',
  apiToken: 'accesstoken apikey auth authtoken bearertoken key token',
  maxRetries: 'maxattempts maxnetworkretries retries retry',
  timeout: 'requesttimeout timeoutms',
  signal: 'abortsignal',
  headers: 'defaultheaders',
  fetch: 'customfetch',
  query: 'params searchparams',
  body: 'data json',
};

/**
 * Reads options, each once, whether they are the object's own, inherited or getters. Those that are undefined are left
 * out.
 *
 * @param name How messages call the object.
 * @throws {InvalidRequestError} when it is not an object, or has an option that does not exist.
 */
export function readOptions<T extends object>(
  name: string,
  given: T | undefined,
  known: readonly (keyof T & string)[],
): Partial<T> {
  const options: Partial<T> = {};
  if (given === undefined) return options;
  record(name, given);
  for (const key in given) if (!known.includes(key) && given[key] !== undefined) throwUnknown(name, key, known);
  for (const key of known) {
    const value = given[key];
    if (value !== undefined) options[key] = value;
  }
  return options;
}

function throwUnknown(name: string, key: string, known: readonly string[]): never {
  const plain = key.toLowerCase().replace(/[_-]/g, '');
  const meant = known.find((each) => [each.toLowerCase(), ...(otherNames[each]?.split(' ') ?? [])].includes(plain));
  const hint = meant === undefined ? `only ${known.join(', ')}` : `it is called ${meant} here`;
  throw new InvalidRequestError(`There is no ${name}.${shown(key)}, ${hint}.`);
}

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

/** An object with fields, neither an array nor `null`. */
export function record<T>(name: string, value: T): T {
  return isRecord(value) ? value : throwInvalid('an object', name, value);
}

/**
 * Says what a value must be and, unless it has the right type, what it is.
 *
 * @throws {InvalidRequestError} always.
 */
export function throwInvalid(expected: string, name: string, value: unknown, hasType = false): never {
  throw new InvalidRequestError(`${name} must be ${expected}${hasType ? '' : `; got ${described(value)}`}.`);
}

/** A name for a message. What has digits, or is no name at all, may be a secret in the wrong place. */
export function shown(name: string): string {
  return /^[a-z_-]*$/i.test(name) ? name : '…';
}

/** What a value is. It repeats numbers but no text, which may be a secret. */
export function described(value: unknown): string {
  return typeof value === 'number'
    ? String(value)
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? 'an array'
        : typeof value;
}
