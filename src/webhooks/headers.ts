import { WebhookVerificationError } from './verification-error.ts';

/**
 * Headers of a request: a `Headers`, Node's `request.headers`, a plain object with names in any case and one or several
 * values, or a list of pairs. `null` and `undefined` are rejected with `missing_header`.
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

/** The three headers of Standard Webhooks. A type, because an interface is not assignable to `HeadersInit`. */
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
  /** Returns a header by its name, in any case; `undefined` if there is none. Repeated headers are joined. */
  get(name: string): string | undefined;
}

/**
 * Reads the three headers of Standard Webhooks. Returns the timestamp exactly as sent, because that is what was signed.
 *
 * @throws {WebhookVerificationError} when one is missing or malformed: `missing_header`, `malformed_header`.
 */
export function parseHeaders(headers: unknown): { id: string; timestamp: string; signatures: string[] } {
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
  // Servers join repeated headers with a comma and a space.
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

/** Returns the value of a header; `undefined` if there is none, or if reading it throws. */
function lookUp(given: unknown, name: string): unknown {
  try {
    const headers = given as { get?: unknown }; // reading anything else throws
    const { get } = headers;
    const value: unknown =
      (typeof get === 'function' ? get.call(headers, name) : Reflect.get(headers, name)) ?? search(headers, name);
    // Node and some proxies pass repeated headers as an array.
    return Array.isArray(value) ? value.join(', ') : value;
  } catch {
    return undefined;
  }
}

/** Finds a header by its name, in any case. Throws on anything but pairs or an object. */
function search(headers: object, name: string): unknown {
  const isList = Symbol.iterator in headers;
  const entries = isList ? [...(headers as Iterable<[string, unknown]>)] : Object.entries(headers); // else it throws
  return entries.find(([key]) => key.toLowerCase() === name)?.[1];
}
