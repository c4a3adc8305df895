import { brandErrors, ExampleError } from '../errors/example-error.ts';

/**
 * What is wrong with a webhook.
 *
 * - `missing_header`, `malformed_header`: a `webhook-*` header is absent or does not follow the specification.
 * - `timestamp_too_old`, `timestamp_too_new`: the attempt is further from now than `tolerance`, or a clock is wrong.
 * - `no_matching_signature`: it was signed with another secret, or the body is not the one that was signed.
 * - `invalid_secret`: there is no secret, or it can't be used.
 * - `unknown_secret`: the function that you passed as `secret` returned none for this request.
 * - `missing_body`: the body is `undefined`, `null` or a promise.
 * - `body_already_parsed`: the body was parsed before, and the signed bytes are lost.
 * - `body_too_large`: the body is longer than `maxBodyBytes`.
 * - `invalid_payload`: the signature matches, but the body is not an event.
 */
export type WebhookVerificationErrorCode =
  | 'missing_header'
  | 'malformed_header'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'no_matching_signature'
  | 'invalid_secret'
  | 'unknown_secret'
  | 'missing_body'
  | 'body_already_parsed'
  | 'body_too_large'
  | 'invalid_payload';

/** A webhook can't be verified. The message says what to do. It contains no secret, signature or body. */
export class WebhookVerificationError extends ExampleError {
  /** What is wrong, machine-readable. */
  readonly code: WebhookVerificationErrorCode;

  constructor(code: WebhookVerificationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

brandErrors({ WebhookVerificationError });
