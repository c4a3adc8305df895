import { InvalidRequestError } from '../errors/invalid-request-error.ts';

// Checks of what callers pass in. Each message names the option and says what is expected. It repeats numbers, but no
// text, which may be a secret.

const longestTimer = 2 ** 31 - 1;

/** A duration that a timer can hold, or `Infinity`. */
export function milliseconds(name: string, value: number): number {
  if (typeof value === 'number' && value > 0 && (value <= longestTimer || value === Infinity)) return value;
  throw new InvalidRequestError(
    `${name} must be a positive number of milliseconds, at most ${longestTimer}, or Infinity; it is ${described(value)}.`,
  );
}

/** A whole number of at least `minimum`. */
export function wholeNumber(name: string, value: number, minimum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  throw new InvalidRequestError(`${name} must be a whole number of at least ${minimum}; it is ${described(value)}.`);
}

/** A function. */
export function callable<F>(name: string, value: F | undefined): F {
  if (typeof value === 'function') return value;
  throw new InvalidRequestError(`${name} must be a function; it is ${described(value)}.`);
}

/** One of the given words. */
export function oneOf<W extends string>(name: string, value: string, words: readonly W[]): W {
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new InvalidRequestError(`${name} must be one of ${words.map((known) => `'${known}'`).join(', ')}.`);
}

/** Combines headers by lower-case name. Those of `more` override those of `base`; `undefined` removes a header. */
export function mergeHeaders(
  base: Readonly<Record<string, string>>,
  name: string,
  more: Record<string, string | undefined> | Headers = {},
): Readonly<Record<string, string>> {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of more instanceof Headers ? more : Object.entries(more)) {
    const header = key.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(header)) {
      throw new InvalidRequestError(
        `${name} has a header name that is empty or contains a character that HTTP does not allow.`,
      );
    }
    if (header === 'authorization') {
      throw new InvalidRequestError(`${name} must not set authorization: the SDK sets it, from apiToken.`);
    }
    if (value === undefined) merged.delete(header);
    else merged.set(header, headerValue(`${name}['${header}']`, value));
  }
  return Object.fromEntries(merged);
}

/** A header value, which can't end the header and start another one. */
export function headerValue(name: string, value: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (typeof value === 'string' && /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/.test(value)) return value;
  throw new InvalidRequestError(
    `${name} must be a string without line breaks, control characters or characters beyond Latin-1.`,
  );
}

function described(value: unknown): string {
  return typeof value === 'number' ? String(value) : value === null ? 'null' : typeof value;
}
