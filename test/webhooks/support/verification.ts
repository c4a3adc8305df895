import {
  verifyWebhook,
  WebhookVerificationError,
  type VerifyWebhookOptions,
  type WebhookAttempt,
  type WebhookBody,
  type WebhookHeaders,
  type WebhookSecret,
} from '@example/sdk/webhooks';
import { rawBody } from '../../../src/webhooks/body.ts';
import { listSecrets } from '../../../src/webhooks/secrets.ts';
import { verifySignature as verify } from '../../../src/webhooks/signature.ts';

/** What `verifyWebhook` does before it parses: most bodies that other libraries test with are no events. */
export async function verifySignature(
  body: WebhookBody,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  { tolerance = 300, now = new Date() }: VerifyWebhookOptions = {},
): Promise<WebhookAttempt> {
  return verify(rawBody(body), headers, listSecrets(secret), { tolerance, now: now.getTime() });
}

/** The error with which `verifyWebhook` rejects arguments, which may be of any type. */
export async function rejection(
  body: unknown,
  headers: unknown,
  secret: unknown,
  options?: VerifyWebhookOptions,
): Promise<WebhookVerificationError> {
  const verified = verifyWebhook(body as WebhookBody, headers as WebhookHeaders, secret as WebhookSecret, options);
  const error: unknown = await verified.catch((reason: unknown) => reason);
  if (!(error instanceof WebhookVerificationError)) throw new Error('It was accepted.', { cause: error });
  return error;
}
