import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InvalidRequestError } from '../errors/example-error.ts';
import { maxTimer } from './timing.ts';
import { kindOf } from './values.ts';

// Checks what callers pass. Each message names the option, what is expected, and what was passed.

/** What other SDKs call these options. Names that differ only in case or underscores need no entry. */
const otherNames: Readonly<Partial<Record<string, string>>> = {
  baseUrl: 'prefixurl',
  apiToken: 'accesstoken apikey auth token',
  maxRetries: 'maxnetworkretries retries retry',
  signal: 'abortsignal',
  headers: 'defaultheaders',
  query: 'params searchparams',
  body: 'data json',
};

/** The type of a list of all keys of `T`. For a list that lacks a key, it is that key, so the list doesn't compile. */
export type KeysOf<T, List extends readonly (keyof T)[]> = [keyof T] extends [List[number]]
  ? List
  : Exclude<keyof T, List[number]>;

/**
 * Reads each option once. Options may be inherited or getters. The result lacks those that are undefined.
 *
 * @param name What messages call the object.
 * @param known The names of all options.
 * @throws {InvalidRequestError} when it is not a plain object, or an option does not exist.
 */
export function readOptions<T extends object, const List extends readonly (keyof T & string)[]>(
  name: string,
  given: T | undefined,
  known: List & KeysOf<T, List>,
): Partial<T> {
  const options: Partial<T> = {};
  if (given === undefined) return options;
  plainObject(name, given);
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
  const prefix = name === 'options' ? '' : `${name}.`;
  const isMaxWait = plain === 'maxwait' && known.includes('totalTimeout');
  const advice = isMaxWait ? "Set the client's rateLimit.maxWait." : `The options are ${known.join(', ')}.`;
  const hint = meant === undefined ? advice : `Did you mean '${prefix}${meant}'?`;
  throw new InvalidRequestError(`Unknown option '${prefix}${safeName(key)}'. ${hint}`);
}

/**
 * Returns the `this` of a method.
 *
 * @throws {InvalidRequestError} when the method was detached from its object, as in `ids.map(client.users.get)`.
 */
export function boundTo<T extends object>(self: T, type: new (...args: never) => T, method: string): T {
  if (self instanceof type) return self;
  const call = `client.${method}`;
  throw new InvalidRequestError(
    `${method} was called without its client: instead of ${call}, pass (value) => ${call}(value).`,
  );
}

/**
 * Checks the parameters of a method that takes options as its last argument. An option among the parameters would be
 * sent to the API.
 *
 * @throws {InvalidRequestError} when they are not a plain object, or one of them is an option.
 */
export function checkParameters(given: unknown, options: readonly string[]): void {
  plainObject('The parameters', given);
  // The line above has checked that it is an object.
  const misplaced = options.find((name) => (given as Record<string, unknown>)[name] !== undefined);
  if (misplaced !== undefined)
    throw new InvalidRequestError(`\`${misplaced}\` is an option: pass it in the last argument.`);
}

/** Checks for a plain object. The contents of a built-in class, such as `URLSearchParams`, would be lost silently. */
export function plainObject<T>(name: string, value: T): T {
  return kindOf(value) === 'Object' ? value : throwInvalid('a plain object', name, value, true);
}

/**
 * Throws an error that says what a value must be and what it is.
 *
 * @param param The name of the call's parameter, if the value is one.
 * @throws {InvalidRequestError} always.
 */
export function throwInvalid(
  expected: string,
  name: string,
  value: unknown,
  isSecret?: boolean,
  param?: string,
): never {
  throw new InvalidRequestError(`${name} must be ${expected}; got ${describeValue(value, isSecret)}.`, { param });
}

/** A name that is safe to show. Text with digits or other characters may be a secret in the wrong place. */
export function safeName(name: string): string {
  return /^[a-z_-]*$/i.test(name) ? name : '…';
}

/**
 * Describes a value for a message. Text is shown only if it is shorter than any token.
 *
 * @param isSecret True if not even short text or a number may be shown.
 */
export function describeValue(value: unknown, isSecret = false): string {
  const type = typeof value;
  if (type === 'string' && (isSecret ? value === '' : /^[\w /:.{}-]{0,19}$/.test(String(value))))
    return `'${String(value)}'`;
  if (value === undefined || value === null || type === 'boolean' || (type === 'number' && !isSecret))
    return String(value);
  return type === 'object' ? safeName(kindOf(value)) : type;
}

/** Checks a duration that a timer can hold, or `Infinity`. */
export function milliseconds(name: string, value: number): number {
  const isDuration = typeof value === 'number' && value > 0 && (value <= maxTimer || value === Infinity);
  return isDuration
    ? value
    : throwInvalid(`a positive number of milliseconds, at most ${maxTimer}, or Infinity`, name, value);
}

export function wholeNumber(name: string, value: number, minimum: number, param?: string): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  return throwInvalid(`a whole number of at least ${minimum}`, name, value, false, param);
}

export function text(name: string, value: string): string {
  return typeof value === 'string' ? value : throwInvalid('a string', name, value);
}

/** Checks a boolean: a string such as `'false'` would count as true. */
export function boolean(name: string, value: boolean): boolean {
  return typeof value === 'boolean' ? value : throwInvalid('true or false', name, value);
}

export function callable<F>(name: string, value: F | undefined): F {
  return typeof value === 'function' ? value : throwInvalid('a function', name, value);
}

/** Checks that a string is one of the given words. */
export function oneOf<W extends string>(name: string, value: string, words: readonly W[]): W {
  if ((words as readonly string[]).includes(value)) return value as W; // it is one of the words
  return throwInvalid(`one of ${words.map((each) => `'${each}'`).join(', ')}`, name, value);
}

/** Checks an `AbortSignal`, which may be of another realm or library. */
export function abortSignal(name: string, value: AbortSignal): AbortSignal {
  return isAbortSignal(value) ? value : throwInvalid('an AbortSignal', name, value);
}

export function isAbortSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener } = Object(value) as Partial<AbortSignal>; // checked below
  return typeof aborted === 'boolean' && typeof (addEventListener && removeEventListener) === 'function';
}

/** Checks a schema. `undefined` is allowed. */
export function checkSchema(schema: unknown): void {
  // Any value but null and undefined has properties, possibly undefined ones.
  const standard = (schema as Partial<StandardSchemaV1> | null | undefined)?.['~standard'];
  if (schema !== undefined && typeof standard?.validate !== 'function')
    throwInvalid('a schema of zod, Valibot or another Standard Schema', 'schema', schema);
}
