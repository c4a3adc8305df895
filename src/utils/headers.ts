import { InvalidRequestError } from '../errors/example-error.ts';
import { safeName, throwInvalid } from './arguments.ts';
import { kindOf } from './values.ts';

/** Headers that the SDK or the connection sets. `fetch` would drop them, or fail. */
const reserved = /^(authorization|connection|content-length|expect|host|keep-alive|transfer-encoding|upgrade)$/;

/** Headers to send: an object, or a list of names and values, such as a `Headers` or a `Map`. */
export type HeadersInput = Record<string, string | undefined> | Iterable<readonly [string, string]> | Headers;

/**
 * Combines headers, with names in lower case. `more` overrides `base`; `undefined` removes a header. If `more` has a
 * name twice, both values are sent.
 */
export function mergeHeaders(
  base: Readonly<Record<string, string>>,
  name: string,
  more: HeadersInput = {},
): Readonly<Record<string, string>> {
  const given = new Map<string, string | undefined>();
  for (const pair of headerList(name, more)) {
    if (!Array.isArray(pair) || pair.length !== 2) throwInvalid('[name, value]', `An entry of ${name}`, pair, true);
    const [key, value] = pair as unknown[]; // `isArray` makes it `any[]`
    if (typeof key !== 'string' || !/^[!#$%&'*+.^_`|~\w-]+$/.test(key)) {
      throwInvalid('one that HTTP allows', `A name in ${name}`, key);
    }
    const header = key.toLowerCase();
    if (reserved.test(header)) {
      const source = header === 'authorization' ? 'the SDK sets it from apiToken' : 'it belongs to the connection';
      throw new InvalidRequestError(`${name} must not set ${header}: ${source}.`);
    }
    const checked = value === undefined ? undefined : headerValue(`${name}['${safeName(header)}']`, value);
    const earlier = given.get(header);
    given.set(header, earlier === undefined || checked === undefined ? checked : `${earlier}, ${checked}`);
  }
  const merged = Object.entries<string | undefined>({ ...base, ...Object.fromEntries(given) });
  return Object.fromEntries(merged.filter((header): header is [string, string] => header[1] !== undefined));
}

/** Copies headers of any library. `valueOf` may change a value, or return `undefined` to leave the header out. */
export function copyHeaders(
  headers: { forEach(callback: (value: string, name: string) => void): void },
  valueOf: (value: string, name: string) => string | undefined,
): Headers {
  const copy = new Headers();
  headers.forEach((given, name) => {
    try {
      const value = valueOf(given, name);
      if (value !== undefined) copy.append(name, value);
    } catch {
      // Another library's response may have a header that the runtime's `Headers` rejects.
    }
  });
  return copy;
}

/** The entries of headers, unchecked. */
export function headerList(name: string, given: object | null): Iterable<unknown> {
  if (typeof given === 'object' && given !== null) {
    // Not an iterator, which can be read only once: options are used for many calls. The caller checks the entries.
    if (Symbol.iterator in given && !('next' in given)) return given as Iterable<unknown>;
    // Anything else, such as a promise or a date, has no entries, so it would be ignored silently.
    if (kindOf(given) === 'Object') return Object.entries(given);
  }
  return throwInvalid('an object, a Headers object, or a list of names and values', name, given);
}

/** Checks a header's value, which must not be able to end the header and start another one. */
export function headerValue(name: string, value: unknown): string {
  // oxlint-disable-next-line no-control-regex -- the point is to find control characters
  if (typeof value === 'string' && /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/.test(value)) return value;
  const expected = 'a string without line breaks, control characters or characters beyond Latin-1';
  return throwInvalid(expected, name, value, true);
}
