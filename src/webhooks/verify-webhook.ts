import { parseEvent, type ValidationIssueListener, type WebhookEvent } from './events.ts';
import type { WebhookHeaders } from './headers.ts';
import { rawBody, type WebhookBody } from './raw-body.ts';
import type { WebhookSecret } from './secrets.ts';
import { verifySignature, type VerifySignatureOptions } from './verify-signature.ts';

/** How strictly to verify. */
export interface VerifyWebhookOptions extends VerifySignatureOptions {
  /**
   * Told where an event differs from the documentation; it is passed through all the same. Throw from it to refuse such
   * an event. Default: nobody is told.
   */
  onValidationIssue?: ValidationIssueListener | undefined;
}

/**
 * Checks that a webhook comes from the API and is recent, and gives its event.
 *
 * It does not know which events were handled before: for that, and to answer as the API expects, see {@link Webhooks}.
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
  return parseEvent(rawBody(body), options?.onValidationIssue);
}
