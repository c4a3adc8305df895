export type {
  UnknownEventName,
  UnknownWebhookEvent,
  UserCreatedEvent,
  ValidationIssueListener,
  WebhookEvent,
  WebhookEventMap,
  WebhookEventName,
} from './events.ts';
export type { SignatureHeaders, WebhookHeaders } from './headers.ts';
export type { WebhookBody } from './raw-body.ts';
export type { WebhookSecret } from './secrets.ts';
export { signWebhook, type SignWebhookParams } from './sign.ts';
export { WebhookVerificationError, type WebhookVerificationErrorCode } from './verification-error.ts';
export { verifySignature, type VerifySignatureOptions, type WebhookAttempt } from './verify-signature.ts';
export { verifyWebhook, type VerifyWebhookOptions } from './verify-webhook.ts';
