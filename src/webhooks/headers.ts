import { WebhookVerificationError } from './verification-error.ts';

/** Headers of a request: a `Headers`, Node's `request.headers`, or a plain object with names in any case. */
export type WebhookHeaders =
  | {
      /** Returns the value of a header. */
      get(name: string): string | null | undefined;
    }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The three headers of the specification. A type, not an interface, so that it is assignable to `HeadersInit`. */
export type SignatureHeaders = {
  /** Identifies the event. It is the same for every attempt. */
  'webhook-id': string;
  /** When this attempt was made, in epoch seconds. */
  'webhook-timestamp': string;
  /** One or more signatures, separated by spaces. */
  'webhook-signature': string;
};

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
  const id = header(headers, 'webhook-id', /^[!-~]+$/, 'printable ASCII without spaces');
  const timestamp = header(headers, 'webhook-timestamp', /^\d+$/, 'a whole number of seconds since 1970');
  const signature = header(headers, 'webhook-signature', /,/, '`v1,<base64>`, or several of these separated by spaces');
  return { id, timestamp, signatures: signature.split(' ') };
}

function header(headers: unknown, name: keyof SignatureHeaders, pattern: RegExp, expected: string): string {
  const value = lookUp(headers, name) ?? '';
  if (value === '') {
    throw new WebhookVerificationError(
      'missing_header',
      `The header ${name} is missing. Pass all headers of the request; every request of the API has this one.`,
    );
  }
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw new WebhookVerificationError('malformed_header', `The header ${name} must be ${expected}.`);
  }
  return value;
}

function lookUp(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (hasGet(headers)) return headers.get(name);

  const exact: unknown = Reflect.get(headers, name);
  const value: unknown = exact ?? (Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] as unknown);
  // Node and some proxies list the values of a repeated header.
  return isStrings(value) ? value.join(' ') : value;
}

function hasGet(headers: object): headers is { get(name: string): unknown } {
  return 'get' in headers && typeof headers.get === 'function';
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
