import type { WebhookEvent } from './events.ts';
import type { WebhookHeaders } from './headers.ts';
import { rawBody, type RawBody, type WebhookBody } from './raw-body.ts';
import type { WebhookSecret } from './secrets.ts';
import { WebhookVerificationError } from './verification-error.ts';
import { verifySignature, verifySignatureSync, type VerifyWebhookOptions } from './verify-signature.ts';

/**
 * Verifies that a webhook comes from the API and is recent, and returns its event.
 *
 * It does not detect replays within `tolerance` and does not validate the fields of the event. {@link Webhooks} does
 * both, and answers as the API expects.
 *
 * @param body The body exactly as received, not parsed.
 * @param headers All headers of the request.
 * @param secret The endpoint's secret from the dashboard. Pass several while you rotate secrets.
 * @throws {WebhookVerificationError} when the webhook can't be trusted; `code` and `message` say why.
 * @throws {InvalidRequestError} when an option is invalid.
 *
 * @example
 * const event = await verifyWebhook(await request.text(), request.headers, process.env.EXAMPLE_WEBHOOK_SECRET);
 * if (event.event === 'user.created') await welcome(event.data.email);
 */
export async function verifyWebhook(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  options?: VerifyWebhookOptions,
): Promise<WebhookEvent> {
  await verifySignature(body, headers, secret, options);
  return parseEvent(rawBody(body));
}

/**
 * The same as {@link verifyWebhook}, synchronously. It needs `node:crypto`, which Node, Bun and Deno have.
 *
 * @throws {WebhookVerificationError} when the webhook can't be trusted; `code` and `message` say why.
 * @throws {InvalidRequestError} when an option is invalid, or when the runtime has no `node:crypto`.
 */
export function verifyWebhookSync(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  options?: VerifyWebhookOptions,
): WebhookEvent {
  verifySignatureSync(body, headers, secret, options);
  return parseEvent(rawBody(body));
}

/**
 * Parses a verified body. Unknown events and fields are kept, so that additions to the API break nobody.
 *
 * @throws {WebhookVerificationError} when the body is not an event: `invalid_payload`.
 */
export function parseEvent(body: RawBody): WebhookEvent {
  const event = parseJson(body);
  if (isEvent(event)) return event;
  throw invalidPayload(
    'it is not a JSON object with a string `event`. Do you use the same secret for other webhooks too?',
  );
}

/** Requires only what identifies an event. Its other fields are documented, but may change. */
function isEvent(value: unknown): value is WebhookEvent {
  return typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string';
}

function parseJson(body: RawBody): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own message quotes the body.
    throw invalidPayload('it is not JSON in UTF-8.');
  }
}

function invalidPayload(reason: string): WebhookVerificationError {
  return new WebhookVerificationError(
    'invalid_payload',
    `The signature matches, but the body is not an event: ${reason}`,
  );
}
