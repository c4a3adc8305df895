import { InvalidRequestError } from '../errors/example-error.ts';
import type { StandardSchema } from './standard-schema.ts';
import { maxTimer } from './timing.ts';

// Checks what callers pass. Each message names the option, and says what is expected and what was passed.

/** Names of options in other SDKs. Names that differ only in case or underscores need no entry. */
const otherNames: Readonly<Partial<Record<string, string>>> = {
  baseUrl: 'prefixurl',
  apiToken: 'accesstoken apikey auth token',
  maxRetries: 'maxnetworkretries retries retry',
  signal: 'abortsignal',
  headers: 'defaultheaders',
  query: 'params searchparams',
  body: 'data json',
};

/** The type of a list of all keys of `T`. For a list that lacks a key, it is that key, so that it does not compile. */
export type KeysOf<T, List extends readonly (keyof T)[]> = [keyof T] extends [List[number]]
  ? List
  : Exclude<keyof T, List[number]>;

/**
 * Reads each option once, whether it is the object's own, inherited or a getter. The result lacks undefined ones.
 *
 * @param name How messages call the object.
 * @param known The names of all options.
 * @throws {InvalidRequestError} when it is not an object, or has an option that does not exist.
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
  const meant =
    plain === 'maxwait' && known.includes('rateLimit')
      ? 'rateLimit.maxWait'
      : known.find((each) => [each.toLowerCase(), ...(otherNames[each]?.split(' ') ?? [])].includes(plain));
  const prefix = name === 'options' ? '' : `${name}.`;
  const hint = meant === undefined ? `The options are ${known.join(', ')}.` : `Did you mean '${prefix}${meant}'?`;
  throw new InvalidRequestError(`Unknown option '${prefix}${safeName(key)}'. ${hint}`);
}

/**
 * Returns `this` of a method.
 *
 * @throws {InvalidRequestError} when it was detached from its object, as in `ids.map(client.users.get)`.
 */
export function boundTo<T extends object>(self: T, type: new (...args: never) => T, method: string): T {
  if (self instanceof type) return self;
  const call = `client.${method}`;
  throw new InvalidRequestError(
    `${method} was called without its client: instead of ${call}, pass (value) => ${call}(value).`,
  );
}

/**
 * Checks the parameters of a method, whose options are its last argument: an option among them would be sent to the API.
 *
 * @throws {InvalidRequestError} when they are no object, or one of them is an option.
 */
export function checkParameters(given: unknown, options: readonly string[]): void {
  plainObject('The parameters', given);
  const misplaced = options.find((name) => (given as Record<string, unknown>)[name] !== undefined);
  if (misplaced !== undefined)
    throw new InvalidRequestError(`\`${misplaced}\` is an option: pass it in the last argument.`);
}

/** An object with fields. Those of a class of the runtime, such as `URLSearchParams`, would be dropped silently. */
export function plainObject<T>(name: string, value: T): T {
  return kindOf(value) === 'Object' ? value : throwInvalid('a plain object', name, value, true);
}

/** What kind of object a value is, such as `Object`, `Array` or `Promise`. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/**
 * Says what a value must be, and what it is.
 *
 * @param param The parameter of the call that it is, if it is one.
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

/** A name for a message. A text with digits, or one that is no name, may be a secret in the wrong place. */
export function safeName(name: string): string {
  return /^[a-z_-]*$/i.test(name) ? name : '…';
}

/**
 * Describes a value for a message. A text is repeated only if it is shorter than any token.
 *
 * @param isSecret Whether not even a short text may be repeated.
 */
export function describeValue(value: unknown, isSecret = false): string {
  const type = typeof value;
  if (type === 'string' && (isSecret ? value === '' : /^[\w /:.{}-]{0,19}$/.test(String(value))))
    return `'${String(value)}'`;
  if (value === undefined || value === null || type === 'boolean' || (type === 'number' && !isSecret))
    return String(value);
  return type === 'object' ? safeName(kindOf(value)) : type;
}

/** A duration that a timer can hold, or `Infinity`. */
export function milliseconds(name: string, value: number): number {
  const isDuration = typeof value === 'number' && value > 0 && (value <= maxTimer || value === Infinity);
  return isDuration
    ? value
    : throwInvalid(`a positive number of milliseconds, at most ${maxTimer}, or Infinity`, name, value);
}

/** A whole number of at least `minimum`. */
export function wholeNumber(name: string, value: number, minimum: number, param?: string): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  return throwInvalid(`a whole number of at least ${minimum}`, name, value, false, param);
}

/** A string. */
export function text(name: string, value: string): string {
  return typeof value === 'string' ? value : throwInvalid('a string', name, value);
}

/** `true` or `false`: a text such as `'false'` would count as true. */
export function boolean(name: string, value: boolean): boolean {
  return typeof value === 'boolean' ? value : throwInvalid('true or false', name, value);
}

/** A function. */
export function callable<F>(name: string, value: F | undefined): F {
  return typeof value === 'function' ? value : throwInvalid('a function', name, value);
}

/** One of the given words. */
export function oneOf<W extends string>(name: string, value: string, words: readonly W[]): W {
  if ((words as readonly string[]).includes(value)) return value as W;
  return throwInvalid(`one of ${words.map((each) => `'${each}'`).join(', ')}`, name, value);
}

/** An `AbortSignal`, also of another realm or library, or of a runtime that tags it otherwise. */
export function abortSignal(name: string, value: AbortSignal): AbortSignal {
  return isAbortSignal(value) ? value : throwInvalid('an AbortSignal', name, value);
}

export function isAbortSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof (addEventListener && removeEventListener) === 'function';
}

/** A schema that has what the SDK calls, or none. */
export function checkSchema(schema: unknown): void {
  const standard = (schema as Partial<StandardSchema> | null | undefined)?.['~standard'];
  if (schema !== undefined && typeof standard?.validate !== 'function')
    throwInvalid('a schema of zod, Valibot or another Standard Schema', 'schema', schema);
}
