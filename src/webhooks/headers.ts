import { WebhookVerificationError } from './verification-error.ts';

/**
 * Headers of a request: a `Headers`, Node's `request.headers`, a plain object with names in any case and one or several
 * values, or a list of pairs. What servers pass for no headers is refused: `missing_header`.
 */
export type WebhookHeaders =
  | {
      /** Returns the value of a header. */
      get(name: string): string | null | undefined;
    }
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [name: string, value: string]>
  | null
  | undefined;

/** The three headers of the specification. A type, because an interface is not assignable to `HeadersInit`. */
export type SignatureHeaders = {
  /** Identifies the event. It is the same for every attempt. */
  'webhook-id': string;
  /** When this attempt was made, in epoch seconds. */
  'webhook-timestamp': string;
  /** One or more signatures, separated by spaces. */
  'webhook-signature': string;
};

/** Reads headers by name. */
export interface HeaderReader {
  /** The value of a header, whose name may be in any case; `undefined` if there is none. Repeated headers are joined. */
  get(name: string): string | undefined;
}

/** What the headers claim. Nothing of it is verified yet. */
export interface ParsedHeaders {
  readonly id: string;
  /** Digits only, and exactly as sent, because that is what was signed. */
  readonly timestamp: string;
  /** Each as `version,base64`. */
  readonly signatures: readonly string[];
}

/**
 * Parses the three headers of the specification.
 *
 * @throws {WebhookVerificationError} when one is missing or malformed: `missing_header`, `malformed_header`.
 */
export function parseHeaders(headers: unknown): ParsedHeaders {
  const header = (name: keyof SignatureHeaders, pattern: RegExp, expected: string): string => {
    const value = lookUp(headers, name) ?? '';
    if (value === '') {
      const advice = 'Pass all headers of the request; every request of the API has this one.';
      throw new WebhookVerificationError('missing_header', `The header ${name} is missing. ${advice}`);
    }
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw new WebhookVerificationError('malformed_header', `The header ${name} must be ${expected}.`);
  };
  const id = header('webhook-id', /^[!-~]+$/, 'printable ASCII without spaces');
  const timestamp = header('webhook-timestamp', /^\d{1,12}$/, 'a whole number of seconds since 1970');
  const signatures = header('webhook-signature', /,/, '`v1,<base64>`, or several of these separated by spaces');
  // Servers join the values of a repeated header with a comma and a space.
  return { id, timestamp, signatures: signatures.split(/,? /) };
}

/** Reads headers in any of their forms. */
export function headerReader(headers: unknown): HeaderReader {
  return {
    get(name) {
      const value = lookUp(headers, name.toLowerCase());
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function lookUp(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    const { get } = headers as { get?: unknown };
    const value: unknown =
      (typeof get === 'function' ? get.call(headers, name) : Reflect.get(headers, name)) ?? search(headers, name);
    // Node and some proxies list the values of a repeated header.
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(', ') : value;
  } catch {
    throw new WebhookVerificationError('malformed_header', 'The headers threw an error when they were read.');
  }
}

/** Finds a name in any case. What is no list of pairs throws. */
function search(headers: object, name: string): unknown {
  const entries = Symbol.iterator in headers ? [...(headers as Iterable<unknown[]>)] : Object.entries(headers);
  return entries.find(([key]) => typeof key === 'string' && key.toLowerCase() === name)?.[1];
}
