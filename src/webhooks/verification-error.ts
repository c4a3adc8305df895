import { brandError, ExampleError } from '../errors/example-error.ts';

/**
 * What is wrong with a webhook.
 *
 * - `missing_header`, `malformed_header`: a `webhook-*` header is absent, or is not what the specification says.
 * - `timestamp_too_old`, `timestamp_too_new`: sent further from now than `tolerance`, or a clock is wrong.
 * - `no_matching_signature`: signed with another secret, or the body is not the one that was signed.
 * - `invalid_secret`: your own secret can't be used.
 * - `body_already_parsed`: something parsed the body first, and the bytes that were signed are gone.
 * - `invalid_payload`: the signature is right, but the body is no event.
 */
export type WebhookVerificationErrorCode =
  | 'missing_header'
  | 'malformed_header'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'no_matching_signature'
  | 'invalid_secret'
  | 'body_already_parsed'
  | 'invalid_payload';

/** A webhook is not to be trusted, or can't be checked. The message says what to do; it holds no secret, signature or body. */
export class WebhookVerificationError extends ExampleError {
  static {
    brandError(this, 'WebhookVerificationError');
  }

  /** What is wrong, for programs. */
  readonly code: WebhookVerificationErrorCode;

  constructor(code: WebhookVerificationErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), code: this.code };
  }
}
