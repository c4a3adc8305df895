import { describeValue } from '../utils/arguments.ts';
import { isRecord, kindOf } from '../utils/values.ts';
import type { WebhookEvent } from './events.ts';
import { WebhookVerificationError } from './verification-error.ts';

/**
 * The body of a request exactly as received: text, or bytes in any form, such as a `Buffer`. `null` and `undefined`,
 * which servers pass if there is no body, are rejected with `missing_body`.
 */
export type WebhookBody = string | ArrayBuffer | ArrayBufferView | null | undefined;

/** A body as received, as text or bytes. */
export type RawBody = string | Uint8Array;

/**
 * Returns a body as text or as a `Uint8Array`, without copying it.
 *
 * @throws {WebhookVerificationError} when it is neither text nor bytes: `missing_body`, `body_already_parsed`.
 */
export function rawBody(body: unknown): RawBody {
  // `instanceof` would fail in test runners such as Jest, which give each file its own `Uint8Array`.
  if (typeof body === 'string') return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (kindOf(body) === 'ArrayBuffer') return new Uint8Array(body as ArrayBuffer); // its tag says so
  if (body !== undefined && body !== null && kindOf(body) !== 'Promise') throw bodyAlreadyParsed();
  throw new WebhookVerificationError(
    'missing_body',
    `There is no body: it is ${describeValue(body)}. Pass what was received, as text or bytes, such as await request.text(). In Express, express.raw({ type: '*/*' }) sets req.body.`,
  );
}

/** The body as text. Bytes that are not UTF-8 become U+FFFD, so that no signature matches. */
export function textOf(body: RawBody): string {
  return typeof body === 'string' ? body : new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
}

/** Parses a verified body. Keeps unknown events and fields, so that additions to the API break nothing. */
export function parseEvent(body: RawBody): WebhookEvent {
  let event: unknown;
  try {
    event = JSON.parse(typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own message would quote the body.
    throw invalidPayload('it is not JSON in UTF-8.');
  }
  // `event` identifies an event, so it is required. The other fields may change.
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

export const bytesOf = (body: RawBody) => (typeof body === 'string' ? new TextEncoder().encode(body) : body);

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

/** The error for the most frequent mistake. Its message says how to get the raw body in each framework. */
export function bodyAlreadyParsed(): WebhookVerificationError {
  return new WebhookVerificationError(
    'body_already_parsed',
    "The body was read or parsed before, and serializing it again does not restore the bytes that were signed. Get the raw body. Express: app.post('/webhooks', webhooks.nodeHandler()) above app.use(express.json()), or express.raw({ type: '*/*' }) for this route. Fastify: call nodeHandler() in the onRequest hook of the route. NestJS: NestFactory.create(AppModule, { rawBody: true }), and on Fastify webhooks.receive(request.rawBody, request.headers). Koa: put the route above the body parser, or webhooks.receive(ctx.request.rawBody, ctx.headers). Hono: webhooks.receive(await c.req.text(), c.req.raw.headers). Elysia: { parse: 'none' } as the route's third argument. Next.js: await request.text() in a route handler; export const config = { api: { bodyParser: false } } in an API route.",
  );
}
