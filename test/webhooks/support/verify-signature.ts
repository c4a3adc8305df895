import type {
  VerifyWebhookOptions,
  WebhookAttempt,
  WebhookBody,
  WebhookHeaders,
  WebhookSecret,
} from '@example/sdk/webhooks';
import { rawBody } from '../../../src/webhooks/raw-body.ts';
import { listSecrets } from '../../../src/webhooks/secrets.ts';
import { verifySignature as verify } from '../../../src/webhooks/verify-webhook.ts';

type Parameters = [body: WebhookBody, headers: WebhookHeaders, secret: WebhookSecret, options?: VerifyWebhookOptions];

/** What `verifyWebhook` does before it parses: most bodies that other libraries test with are no events. */
export async function verifySignature(...[body, headers, secret, options]: Parameters): Promise<WebhookAttempt> {
  return verify(rawBody(body), headers, listSecrets(secret), options);
}

/** The same, where it returns no promise. */
export function verifySignatureSync(...[body, headers, secret, options]: Parameters): WebhookAttempt {
  const attempt = verify(rawBody(body), headers, listSecrets(secret), options);
  if (attempt instanceof Promise) throw new Error('This runtime has no node:crypto.');
  return attempt;
}
