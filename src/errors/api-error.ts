import { brandError, ExampleError } from './example-error.ts';
import type { RequestTarget } from './request-target.ts';

/** The rate limit as a response reported it. */
export interface RateLimitInfo {
  /** Requests allowed in a window. */
  readonly limit: number;
  /** Requests left in the current window. */
  readonly remaining: number;
  /** When the window ends: epoch seconds on the server's clock. */
  readonly reset: number;
}

/** What an {@link APIError} is made of. */
export interface APIErrorInit extends RequestTarget {
  /** HTTP status code. */
  readonly status: number;
  /** What went wrong, in words. */
  readonly message: string;
  /** The API's own code for it. */
  readonly code?: string | undefined;
  /** More about it, by field where a field is at fault. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The response's headers. */
  readonly headers: Headers;
  /** The rate limit as the response reported it. */
  readonly rateLimit?: RateLimitInfo | undefined;
}

/**
 * The API answered with something other than success.
 *
 * @example
 * try {
 *   await client.users.get('user_123');
 * } catch (error) {
 *   if (error instanceof NotFoundError) return undefined;
 *   throw error;
 * }
 */
export class APIError extends ExampleError implements RequestTarget {
  static {
    brandError(this, 'APIError');
  }

  /** HTTP status code. */
  readonly status: number;
  /** The API's own code for what went wrong, such as `invalid_request`; absent when the body was not the API's. */
  readonly code: string | undefined;
  /** More about the error, by field where a field is at fault. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The response's headers. Not enumerable: they are left out when the error is logged. */
  declare readonly headers: Headers;
  /** The response's `X-Request-Id`, to quote to support. */
  readonly requestId: string | undefined;
  /** The rate limit as the response reported it. */
  readonly rateLimit: RateLimitInfo | undefined;
  readonly method: string;
  readonly path: string;

  constructor(init: APIErrorInit) {
    super(init.message);
    this.status = init.status;
    this.code = init.code;
    this.details = init.details;
    this.requestId = init.headers.get('x-request-id') ?? undefined;
    this.rateLimit = init.rateLimit;
    this.method = init.method;
    this.path = init.path;
    Object.defineProperty(this, 'headers', { value: init.headers });
  }
}
