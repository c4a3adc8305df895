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

/** The fields of an {@link APIError}. */
export interface APIErrorInit extends RequestTarget {
  /** HTTP status code. */
  readonly status: number;
  /** What went wrong. */
  readonly message: string;
  /** The API's error code. */
  readonly code?: string | undefined;
  /** Details, by field where a field is at fault. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The response's headers. */
  readonly headers: Headers;
  /** The rate limit as the response reported it. */
  readonly rateLimit?: RateLimitInfo | undefined;
}

/**
 * The API answered with a status other than 2xx.
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
  /** The API's error code, such as `invalid_request`; `undefined` if the body was not the API's. */
  readonly code: string | undefined;
  /** Details of the error, by field where a field is at fault. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The response's headers. Not enumerable, so that they are left out when the error is logged. */
  declare readonly headers: Headers;
  /** The response's `X-Request-Id`. Quote it when you contact support. */
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
