/**
 * An error code of the API. Editors suggest those that are known, and any other is accepted, because the API may add
 * codes. `docs/errors.md` says what each of them means.
 */
export type ErrorCode =
  | 'invalid_json'
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'email_taken'
  | 'idempotency_key_reused'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limit_exceeded'
  | 'internal_error'
  // Keeps the union from becoming `string`, in which editors suggest nothing.
  | (string & Record<never, never>);
