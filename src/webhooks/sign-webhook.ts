import { InvalidRequestError } from '../errors/example-error.ts';
import { readOptions } from '../utils/arguments.ts';
import { rawBody, type WebhookBody } from './body.ts';
import type { SignatureHeaders } from './headers.ts';
import { hmacKeys, listSecrets, type WebhookSecret } from './secrets.ts';
import { signatureVersion, signedPrefix, timeOf } from './signature.ts';

/** Parameters of {@link signWebhook}. */
export interface SignWebhookParams {
  /** The body, exactly as it will be sent. */
  body: NonNullable<WebhookBody>;
  /** The endpoint's secret; each of several adds a signature. Default: `EXAMPLE_WEBHOOK_SECRET` of the environment. */
  secret?: WebhookSecret;
  /** Identifies the event. Keep it when you retry a delivery. Default: a new id. */
  id?: string | undefined;
  /** Time of the attempt: a date, or epoch seconds. Default: now. */
  timestamp?: Date | number | undefined;
}

/**
 * Signs a body as the API does and returns the headers. Use it to test your endpoint.
 *
 * @throws {WebhookVerificationError} when the secret can't be used or the body is not raw: `invalid_secret`,
 * `body_already_parsed`.
 * @throws {InvalidRequestError} when `id` has a space, a period or a character beyond printable ASCII, or when
 * `timestamp` is not a time.
 *
 * @example
 * const body = JSON.stringify({ event: 'user.created', data: { … }, timestamp: new Date().toISOString() });
 * await fetch(url, { method: 'POST', body, headers: await signWebhook({ body, secret }) });
 */
export async function signWebhook(params: SignWebhookParams): Promise<SignatureHeaders> {
  const given = readOptions('params', params, ['body', 'secret', 'id', 'timestamp']);
  const { body, secret, id = `msg_${crypto.randomUUID().replaceAll('-', '')}`, timestamp = new Date() } = given;
  const keys = hmacKeys(listSecrets(secret));
  const raw = rawBody(body);
  // A period separates the parts of what is signed.
  if (typeof id !== 'string' || !/^[!-~]+$/.test(id) || id.includes('.')) {
    throw new InvalidRequestError('id must be printable ASCII without spaces and periods.');
  }
  const seconds = typeof timestamp === 'number' ? Math.floor(timestamp) : Math.floor(timeOf(timestamp) / 1_000);
  if (!(seconds >= 0 && seconds < 1e12)) {
    throw new InvalidRequestError('timestamp must be a valid date or a number of seconds since 1970.');
  }

  const prefix = signedPrefix(id, String(seconds));
  const signatures = await Promise.all(keys.map(async (hmac) => signatureVersion + (await hmac(prefix, raw))));
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}
