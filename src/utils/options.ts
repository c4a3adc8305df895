import { InvalidRequestError } from '../errors/example-error.ts';

/** What other SDKs call an option. Names that differ in case or underscores only are found without this. */
const otherNames: Readonly<Partial<Record<string, string>>> = {
  baseUrl: 'prefixurl',
  apiToken: 'accesstoken apikey auth token',
  maxRetries: 'maxnetworkretries retries retry',
  signal: 'abortsignal',
  headers: 'defaultheaders',
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
  const meant =
    plain === 'maxwait' && known.includes('rateLimit')
      ? 'rateLimit.maxWait'
      : known.find((each) => [each.toLowerCase(), ...(otherNames[each]?.split(' ') ?? [])].includes(plain));
  const prefix = name === 'options' ? '' : `${name}.`;
  const hint = meant === undefined ? `The options are ${known.join(', ')}.` : `Did you mean '${prefix}${meant}'?`;
  throw new InvalidRequestError(`Unknown option '${prefix}${shown(key)}'. ${hint}`);
}

/**
 * What a method was called on.
 *
 * @throws {InvalidRequestError} when it was detached from its object, as in `ids.map(client.users.get)`.
 */
export function attached<T extends object>(self: T, type: new (...args: never) => T, method: string): T {
  if (self instanceof type) return self;
  const call = `client.${method}`;
  throw new InvalidRequestError(
    `${method} was called without its client: instead of ${call}, pass (value) => ${call}(value).`,
  );
}

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

/** An object with fields. Those of a class of the runtime, such as `URLSearchParams`, would be dropped without a word. */
export function record<T>(name: string, value: T): T {
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
  throw new InvalidRequestError(`${name} must be ${expected}; got ${described(value, isSecret)}.`, { param });
}

/** A name for a message. What has digits, or is no name at all, may be a secret in the wrong place. */
export function shown(name: string): string {
  return /^[a-z_-]*$/i.test(name) ? name : '…';
}

/**
 * What a value is. A text is repeated if it is shorter than any token.
 *
 * @param isSecret Whether even that may be a secret.
 */
export function described(value: unknown, isSecret = false): string {
  const type = typeof value;
  if (type === 'string' && (isSecret ? value === '' : /^[\w /:.{}-]{0,19}$/.test(String(value))))
    return `'${String(value)}'`;
  if (value === undefined || value === null || type === 'boolean' || (type === 'number' && !isSecret))
    return String(value);
  return type === 'object' ? shown(kindOf(value)) : type;
}
