import { WebhookVerificationError } from './verification-error.ts';

/** Body of a request exactly as received: text, or bytes in any of the usual forms (Node's `Buffer` is a `Uint8Array`). */
export type WebhookBody = string | ArrayBuffer | ArrayBufferView;

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
  if (isArrayBuffer(body)) return new Uint8Array(body);
  throw body === undefined || body === null ? missingBody(body) : bodyAlreadyParsed();
}

function isArrayBuffer(body: unknown): body is ArrayBuffer {
  return Object.prototype.toString.call(body) === '[object ArrayBuffer]';
}

/** Whether the body has more than `maxBytes` bytes. */
export function exceeds(body: RawBody, maxBytes: number): boolean {
  if (typeof body !== 'string') return body.length > maxBytes;
  // A UTF-16 unit takes one to three bytes in UTF-8. Only in between does the text have to be encoded.
  return body.length > maxBytes || (body.length * 3 > maxBytes && new TextEncoder().encode(body).length > maxBytes);
}

/** Joins the chunks of a body. `length` is the sum of their lengths. */
export function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;

  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The most frequent mistake with webhooks. The message says how to get the raw body. */
export function bodyAlreadyParsed(): WebhookVerificationError {
  return new WebhookVerificationError(
    'body_already_parsed',
    "The body was parsed before, and serializing it again does not restore the bytes that were signed. Get the raw body. Express: app.post('/webhooks', express.raw({ type: '*/*' }), …) above app.use(express.json()). Fastify: call nodeHandler() in the onRequest hook of the route; for receive() or verifyWebhook(), app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body)) and pass request.body. NestJS: NestFactory.create(AppModule, { rawBody: true }). Next.js: await request.text() in a route handler; export const config = { api: { bodyParser: false } } in an API route.",
  );
}

function missingBody(body: undefined | null): WebhookVerificationError {
  return new WebhookVerificationError(
    'missing_body',
    `There is no body: it is ${String(body)}. Pass what was received, as text or bytes, such as await request.text(). In Express, express.raw({ type: '*/*' }) sets req.body.`,
  );
}
