import { WebhookVerificationError } from './verification-error.ts';

/** A body as it came over the network, in one of the two forms everything else comes down to. */
export type RawBody = string | Uint8Array;

/** A request's body, exactly as received: text, or bytes in any of the usual forms (Node's `Buffer` is a `Uint8Array`). */
export type WebhookBody = string | ArrayBuffer | ArrayBufferView;

/** @throws {WebhookVerificationError} `body_already_parsed`, with the way to get at the raw body. */
export function rawBody(body: unknown): RawBody {
  // Not `instanceof`: test runners such as Jest give each file its own `Uint8Array` and `ArrayBuffer`.
  if (typeof body === 'string') return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (isArrayBuffer(body)) return new Uint8Array(body);
  throw bodyAlreadyParsed();
}

/** Whether the body has more bytes than that. */
export function isLonger(body: RawBody, maxBytes: number): boolean {
  if (typeof body !== 'string') return body.length > maxBytes;
  // A UTF-16 unit takes one to three bytes of UTF-8; only in between one has to look.
  return body.length > maxBytes || (body.length * 3 > maxBytes && new TextEncoder().encode(body).length > maxBytes);
}

function isArrayBuffer(body: unknown): body is ArrayBuffer {
  return Object.prototype.toString.call(body) === '[object ArrayBuffer]';
}

/** The most frequent mistake with webhooks deserves the longest message. */
export function bodyAlreadyParsed(): WebhookVerificationError {
  return new WebhookVerificationError(
    'body_already_parsed',
    `The body is not the text or bytes that were received: it was parsed before, or was never read, and serialising it again won't give back what was signed. Get the raw body:
- Express: app.post('/webhooks', express.raw({ type: '*/*' }), …) above app.use(express.json())
- Fastify: fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body))
- Next.js: await request.text() in a route handler; export const config = { api: { bodyParser: false } } in an API route`,
  );
}
