/**
 * Verifies, handles and signs webhooks.
 *
 * @module @example/sdk/webhooks
 */
export { ExampleError } from '../errors/example-error.ts';
export { memoryReplayStore, type MemoryReplayStoreOptions } from '../replay/store.ts';
export { signWebhook, type SignWebhookParams } from './sign-webhook.ts';
export { WebhookVerificationError, type WebhookVerificationErrorCode } from './verification-error.ts';
export { verifyWebhook, type VerifiedWebhook, type VerifyWebhookOptions } from './verify-webhook.ts';
export { Webhooks, type WebhooksOptions } from './webhooks.ts';

export type { Logger, LogLevel } from '../telemetry/logger.ts';
export type {
  UnknownEventName,
  UnknownWebhookEvent,
  UserCreatedEvent,
  WebhookEvent,
  WebhookEventMap,
  WebhookEventName,
} from './events.ts';
export type { WebhookContext, WebhookEventNamed, WebhookHandler } from './handlers.ts';
export type { HeaderReader, SignatureHeaders, WebhookHeaders } from './headers.ts';
export type { NodeRequest, NodeResponse } from './adapters.ts';
export type { WebhookBody } from './body.ts';
export type { WebhookResponse } from './receiver.ts';
export type { ClaimedEvent, ReplayClaim, ReplayStore } from '../replay/store.ts';
export type { WebhookErrorContext, WebhookErrorListener } from './reporter.ts';
export type { UnverifiedWebhook, WebhookSecret, WebhookSecretSource } from './secrets.ts';
export type { WebhookAttempt } from './signature.ts';
export type { VerifiedAttempt, WebhookToVerify, WebhookVerifier } from './verifier.ts';
