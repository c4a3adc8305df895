import { brandErrors, ExampleError } from '../errors/example-error.ts';
import { describeValue, kindOf } from '../utils/arguments.ts';
import { isRecord } from '../utils/json.ts';
import type { WebhookEvent } from './events.ts';

// The headers and the body of a webhook as they arrive, and errors about them.

/**
 * What is wrong with a webhook.
 *
 * - `missing_header`, `malformed_header`: a `webhook-*` header is absent or does not follow the specification.
 * - `timestamp_too_old`, `timestamp_too_new`: the attempt is further from now than `tolerance`, or a clock is wrong.
 * - `no_matching_signature`: signed with another secret, or the body is not the one that was signed.
 * - `invalid_secret`: there is no secret, or it can't be used.
 * - `unknown_secret`: the function that you passed as `secret` knows none for this request, such as that of a tenant.
 * - `missing_body`: the body is `undefined`, `null` or a promise.
 * - `body_already_parsed`: the body was parsed before, and the signed bytes are lost.
 * - `body_too_large`: the body is longer than `maxBodyBytes`.
 * - `invalid_payload`: the signature matches, but the body is not an event.
 */
export type WebhookVerificationErrorCode =
  | 'missing_header'
  | 'malformed_header'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'no_matching_signature'
  | 'invalid_secret'
  | 'unknown_secret'
  | 'missing_body'
  | 'body_already_parsed'
  | 'body_too_large'
  | 'invalid_payload';

/** A webhook can't be trusted or verified. The message says what to do. It contains no secret, signature or body. */
export class WebhookVerificationError extends ExampleError {
  /** What is wrong, machine-readable. */
  readonly code: WebhookVerificationErrorCode;

  constructor(code: WebhookVerificationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), code: this.code };
  }
}

brandErrors({ WebhookVerificationError });

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
  /** The value of a header, whose name may be in any case; `undefined` if there is none. Repeated ones are joined. */
  get(name: string): string | undefined;
}

/**
 * Parses the three headers of the specification. The timestamp is exactly as sent, because that is what was signed.
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

/** The value of a header, or of a field; `undefined` if there is none, or it can't be read. */
function lookUp(given: unknown, name: string): unknown {
  try {
    const headers = given as { get?: unknown }; // anything else throws below
    const { get } = headers;
    const value: unknown =
      (typeof get === 'function' ? get.call(headers, name) : Reflect.get(headers, name)) ?? search(headers, name);
    // Node and some proxies list the values of a repeated header.
    return Array.isArray(value) ? value.join(', ') : value;
  } catch {
    return undefined;
  }
}

/** Finds a name in any case. What is no list of pairs throws. */
function search(headers: object, name: string): unknown {
  const isList = Symbol.iterator in headers;
  const entries = isList ? [...(headers as Iterable<[string, unknown]>)] : Object.entries(headers); // by its type
  return entries.find(([key]) => key.toLowerCase() === name)?.[1];
}

/**
 * Body of a request exactly as received: text, or bytes in any of the usual forms (Node's `Buffer` is a `Uint8Array`).
 * What servers pass for no body is refused: `missing_body`.
 */
export type WebhookBody = string | ArrayBuffer | ArrayBufferView | null | undefined;

/** A body as received, in one of the two forms that the others are converted to. */
export type RawBody = string | Uint8Array;

/**
 * Converts a body to one of two forms, without copying it.
 *
 * @throws {WebhookVerificationError} when it is neither text nor bytes: `missing_body`, `body_already_parsed`.
 */
export function rawBody(body: unknown): RawBody {
  // Not `instanceof`: test runners such as Jest give each file its own `Uint8Array` and `ArrayBuffer`.
  if (typeof body === 'string') return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (kindOf(body) === 'ArrayBuffer') return new Uint8Array(body as ArrayBuffer); // as its tag says
  if (body !== undefined && body !== null && kindOf(body) !== 'Promise') throw bodyAlreadyParsed();
  throw new WebhookVerificationError(
    'missing_body',
    `There is no body: it is ${describeValue(body)}. Pass what was received, as text or bytes, such as await request.text(). In Express, express.raw({ type: '*/*' }) sets req.body.`,
  );
}

/** The body as text. Bytes that are not UTF-8 become U+FFFD, and no signature matches. */
export function textOf(body: RawBody): string {
  return typeof body === 'string' ? body : new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
}

/** Parses a verified body. Unknown events and fields are kept: additions to the API break nobody. */
export function parseEvent(body: RawBody): WebhookEvent {
  let event: unknown;
  try {
    event = JSON.parse(typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own message quotes the body.
    throw invalidPayload('it is not JSON in UTF-8.');
  }
  // Only what identifies an event is required. Its other fields are documented, but may change.
  if (isRecord(event) && typeof event['event'] === 'string') return event as unknown as WebhookEvent;
  throw invalidPayload(
    'it is not a JSON object with a string `event`. Do you use the same secret for other webhooks too?',
  );
}

function invalidPayload(reason: string): WebhookVerificationError {
  return new WebhookVerificationError(
    'invalid_payload',
    `The signature matches, but the body is not an event: ${reason}`,
  );
}

/** The body as bytes. */
export const bytesOf = (body: RawBody) => (typeof body === 'string' ? new TextEncoder().encode(body) : body);

/** Joins the chunks of a body. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let [length, offset] = [0, 0];
  for (const chunk of chunks) length += chunk.length;
  const bytes = new Uint8Array(length);
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The most frequent mistake with webhooks. The message says how to get the raw body in each framework. */
export function bodyAlreadyParsed(): WebhookVerificationError {
  return new WebhookVerificationError(
    'body_already_parsed',
    "The body was read or parsed before, and serializing it again does not restore the bytes that were signed. Get the raw body. Express: app.post('/webhooks', webhooks.nodeHandler()) above app.use(express.json()), or express.raw({ type: '*/*' }) for this route. Fastify: call nodeHandler() in the onRequest hook of the route. NestJS: NestFactory.create(AppModule, { rawBody: true }), and on Fastify webhooks.receive(request.rawBody, request.headers). Koa: put the route above the body parser, or webhooks.receive(ctx.request.rawBody, ctx.headers). Hono: webhooks.receive(await c.req.text(), c.req.raw.headers). Elysia: { parse: 'none' } as the route's third argument. Next.js: await request.text() in a route handler; export const config = { api: { bodyParser: false } } in an API route.",
  );
}
