import { CallError, type CallErrorInit } from './call-error.ts';
import { brandError } from './example-error.ts';

/**
 * An error code of the API. Editors suggest the one that its reference documents, and any other is accepted.
 */
export type ErrorCode =
  | 'invalid_request'
  // Keeps the union from becoming `string`, in which editors suggest nothing.
  | (string & Record<never, never>);

/** The rate limit as a response reported it. */
export interface RateLimitInfo {
  /** Requests allowed in a window. */
  readonly limit: number;
  /** Requests left in the current window. */
  readonly remaining: number;
  /** When the window ends: epoch seconds on the server's clock. */
  readonly reset: number;
}

/** The fields of an {@link APIError}. */
export interface APIErrorInit extends CallErrorInit {
  /** HTTP status code. */
  readonly status: number;
  /** What went wrong. The message of the error also says what was called. */
  readonly message: string;
  /** The API's error code. */
  readonly code?: ErrorCode | undefined;
  /** Details, keyed by field if a field is invalid. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The response's headers. */
  readonly headers: Headers;
  /** The rate limit as the response reported it. */
  readonly rateLimit?: RateLimitInfo | undefined;
}

/**
 * The API responded with a status other than 2xx.
 *
 * @example
 * try {
 *   await client.users.get('user_123');
 * } catch (error) {
 *   if (error instanceof NotFoundError) return undefined;
 *   throw error;
 * }
 */
export class APIError extends CallError {
  static {
    brandError(this, 'APIError');
  }

  /** HTTP status code. */
  declare readonly status: number;
  /** The API's error code, such as `invalid_request`; `undefined` if the body has none. */
  readonly code: ErrorCode | undefined;
  /** Details of the error, keyed by field if a field is invalid. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The response's headers. Not enumerable, which keeps them out of logs. */
  declare readonly headers: Headers;
  /** The rate limit as the response reported it. */
  readonly rateLimit: RateLimitInfo | undefined;

  constructor(init: APIErrorInit) {
    super(init.message, { ...init, requestId: init.requestId ?? init.headers.get('x-request-id') ?? undefined });
    this.code = init.code;
    this.details = init.details;
    this.rateLimit = init.rateLimit;
    Object.defineProperty(this, 'headers', { value: init.headers });
  }
}
