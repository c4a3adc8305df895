import { WebhookVerificationError } from './verification-error.ts';

/** A request's headers: a `Headers`, Node's `request.headers`, or a plain object with names in any case. */
export type WebhookHeaders =
  | {
      /** The value of a header. */
      get(name: string): string | null | undefined;
    }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The three headers of the specification. A type, not an interface, so that it fits wherever headers are expected. */
export type SignatureHeaders = {
  /** Identifies the event; the same each time its delivery is tried. */
  'webhook-id': string;
  /** When this attempt was made: epoch seconds. */
  'webhook-timestamp': string;
  /** One or several signatures, separated by spaces. */
  'webhook-signature': string;
};

/** What the headers say, as far as can be told without a secret. */
export interface Claims {
  readonly id: string;
  /** As sent, because that is what was signed: digits only. */
  readonly timestamp: string;
  /** Each as `version,base64`. */
  readonly signatures: readonly string[];
}

/** @throws {WebhookVerificationError} `missing_header` or `malformed_header`. */
export function readHeaders(headers: unknown): Claims {
  const id = header(headers, 'webhook-id', /^[!-~]+$/, 'printable ASCII without spaces');
  const timestamp = header(headers, 'webhook-timestamp', /^\d+$/, 'a whole number of seconds since 1970');
  const signature = header(headers, 'webhook-signature', /,/, '`v1,<base64>`, or several of these with spaces between');
  return { id, timestamp, signatures: signature.split(' ') };
}

function header(headers: unknown, name: keyof SignatureHeaders, pattern: RegExp, expected: string): string {
  const value = lookUp(headers, name) ?? '';
  if (value === '') {
    throw new WebhookVerificationError(
      'missing_header',
      `The header ${name} is missing. Pass the headers of the request as they came; a request without it was not sent by the API.`,
    );
  }
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw new WebhookVerificationError('malformed_header', `The header ${name} should be ${expected}.`);
  }
  return value;
}

function lookUp(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (hasGet(headers)) return headers.get(name);

  const exact: unknown = Reflect.get(headers, name);
  const value: unknown = exact ?? (Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] as unknown);
  // A header that came several times: Node and some proxies keep a list.
  return isStrings(value) ? value.join(' ') : value;
}

function hasGet(headers: object): headers is { get(name: string): unknown } {
  return 'get' in headers && typeof headers.get === 'function';
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
