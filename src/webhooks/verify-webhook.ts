import { InvalidRequestError } from '../errors/example-error.ts';
import { readOptions, throwInvalid } from '../utils/arguments.ts';
import type { WebhookEvent } from './events.ts';
import { parseEvent, rawBody, type WebhookBody } from './body.ts';
import type { WebhookHeaders } from './headers.ts';
import { readSecrets, type WebhookSecretSource } from './secrets.ts';
import { checkTolerance, timeOf, verifySignature, type Tolerated } from './signature.ts';

/** Options of {@link verifyWebhook}. */
export interface VerifyWebhookOptions {
  /** How far the attempt may be from now, in the past or the future, in seconds. Default: 300. */
  tolerance?: number | undefined;
  /** The current time. Default: the system clock. */
  now?: Date | undefined;
}

/** A verified event, with its id. */
export type VerifiedWebhook = WebhookEvent & {
  /** The `webhook-id`. It is the same for every attempt to deliver the event, so use it to detect duplicates. */
  readonly id: string;
};

/**
 * Verifies that a webhook comes from the API and is recent, and returns its event.
 *
 * It does not detect replays within `tolerance`: {@link Webhooks} does, and responds as the API expects. Neither checks
 * the fields of the event.
 *
 * @param body The body exactly as received, not parsed.
 * @param headers All headers of the request.
 * @param secret The endpoint's secret from the dashboard, several while you rotate secrets, or a function. Default: the
 * environment variable `EXAMPLE_WEBHOOK_SECRET`.
 * @throws {WebhookVerificationError} when the webhook can't be trusted; `code` and `message` say why.
 * @throws {InvalidRequestError} when an option is invalid, or the arguments are in the wrong order.
 * @see https://www.standardwebhooks.com
 *
 * @example
 * const event = await verifyWebhook(await request.text(), request.headers);
 * if (event.event === 'user.created') await welcome(event.data.email);
 */
export async function verifyWebhook(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret?: WebhookSecretSource,
  options?: VerifyWebhookOptions,
): Promise<VerifiedWebhook> {
  checkArgumentOrder(body, headers, secret);
  const given = readVerifyOptions(options);
  const raw = rawBody(body);
  const { id } = await verifySignature(raw, headers, await readSecrets(secret, headers, raw), given);
  return { ...parseEvent(raw), id };
}

/** Rejects arguments that an untyped program passes in the wrong order, or as one object. */
function checkArgumentOrder(body: unknown, headers: unknown, secret: unknown): void {
  const isBody = typeof headers === 'string' || ArrayBuffer.isView(headers);
  const isSecret = typeof body === 'string' && body.startsWith('whsec_');
  const isOptions = typeof secret === 'object' && !Array.isArray(secret) && secret !== null;
  // Cheap whatever the body is: anyone can send megabytes.
  const isRequest = 'headers' in Object(body);
  if (!isBody && !isSecret && !isOptions && !isRequest) return;
  throw new InvalidRequestError(
    'The arguments are in another order. Write verifyWebhook(await request.text(), request.headers, secret, options).',
  );
}

function readVerifyOptions(options?: VerifyWebhookOptions): Tolerated {
  const { tolerance, now } = readOptions('options', options, ['tolerance', 'now']);
  const time = now === undefined ? Date.now() : timeOf(now);
  if (!Number.isFinite(time)) throwInvalid('a valid Date', 'now', now);
  return { tolerance: checkTolerance(tolerance), now: time };
}
