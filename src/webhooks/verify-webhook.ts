import { parseEvent, type WebhookEvent } from './events.ts';
import type { WebhookHeaders } from './headers.ts';
import { rawBody, type WebhookBody } from './raw-body.ts';
import type { WebhookSecret } from './secrets.ts';
import { verifySignature, type VerifyWebhookOptions } from './verify-signature.ts';

/**
 * Checks that a webhook comes from the API and is recent, and gives its event.
 *
 * It does not know which events were handled before, and does not check the fields of an event: for that, and to answer as
 * the API expects, see {@link Webhooks}.
 *
 * @param body The body exactly as received, not parsed.
 * @param headers All headers of the request, as they came.
 * @param secret The endpoint's secret from the dashboard; several while one replaces another.
 * @throws {WebhookVerificationError} if the webhook is not to be trusted; `code` and message say why.
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
