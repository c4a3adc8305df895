import {
  verifyWebhook,
  WebhookVerificationError,
  type VerifyWebhookOptions,
  type WebhookBody,
  type WebhookHeaders,
  type WebhookSecret,
} from '@example/sdk/webhooks';

/** The error with which `verifyWebhook` rejects arguments, which may be of any type. */
export async function rejection(
  body: unknown,
  headers: unknown,
  secret: unknown,
  options?: VerifyWebhookOptions,
): Promise<WebhookVerificationError> {
  const error: unknown = await verifyWebhook(
    body as WebhookBody,
    headers as WebhookHeaders,
    secret as WebhookSecret,
    options,
  ).catch((reason: unknown) => reason);
  if (!(error instanceof WebhookVerificationError)) throw new Error('It was accepted.', { cause: error });
  return error;
}
