import { InvalidRequestError } from '../errors/invalid-request-error.ts';
import type { SignatureHeaders } from './headers.ts';
import { rawBody, type WebhookBody } from './raw-body.ts';
import { signingKeys } from './keys.ts';
import type { WebhookSecret } from './secrets.ts';
import { signedHead } from './signed-content.ts';

/** What to sign, and with what. */
export interface SignWebhookParams {
  /** The body, exactly as it will be sent. */
  body: WebhookBody;
  /** `whsec_…` for a `v1` signature, `whsk_…` (an Ed25519 private key) for `v1a`; several give a signature each. */
  secret: WebhookSecret;
  /** Identifies the event; keep it when the delivery is tried again. Default: a new one. */
  id?: string | undefined;
  /** When the attempt is made: a date, or epoch seconds. Default: now. */
  timestamp?: Date | number | undefined;
}

/**
 * Makes the headers that sign a body, as the API does: to test your own endpoint.
 *
 * @throws {WebhookVerificationError} `invalid_secret` or `body_already_parsed`.
 * @throws {InvalidRequestError} for an id with characters other than printable ASCII, or with a full stop, which
 * separates the parts of what is signed.
 *
 * @example
 * const body = JSON.stringify({ event: 'user.created', data: { … }, timestamp: new Date().toISOString() });
 * await fetch(url, { method: 'POST', body, headers: await signWebhook({ body, secret }) });
 */
export async function signWebhook({ body, secret, id, timestamp }: SignWebhookParams): Promise<SignatureHeaders> {
  const keys = signingKeys(secret);
  const raw = rawBody(body);
  const eventId = id ?? `msg_${crypto.randomUUID().replaceAll('-', '')}`;
  if (!/^[!-~]+$/.test(eventId) || eventId.includes('.')) {
    throw new InvalidRequestError('`id` must be printable ASCII without spaces and full stops.');
  }
  const seconds = Math.floor(typeof timestamp === 'number' ? timestamp : (timestamp?.getTime() ?? Date.now()) / 1_000);
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw new InvalidRequestError('`timestamp` must be a valid date or a number of seconds since 1970.');
  }

  const head = signedHead(eventId, String(seconds));
  const signatures = await Promise.all(keys.map((sign) => sign(head, raw)));
  return { 'webhook-id': eventId, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}
