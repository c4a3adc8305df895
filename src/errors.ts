import { brandError, ExampleError } from './example-error.ts';
import type { RateLimitInfo } from './rate-limit/headers.ts';

export { InvalidRequestError } from './invalid-request-error.ts';
export { ExampleError };

/** Where a failed call was going. */
export interface CallSite {
  /** HTTP method, in capitals. */
  readonly method: string;
  /** Path below the base URL, without the query: `/users/user_123`. */
  readonly path: string;
}

/** What an {@link APIError} is made of. */
export interface APIErrorInit extends CallSite {
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
export class APIError extends ExampleError implements CallSite {
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

/** 400: the API could not make sense of the request. */
export class BadRequestError extends APIError {
  static {
    brandError(this, 'BadRequestError');
  }
}

/** 401: the token is missing, unknown or revoked. */
export class AuthenticationError extends APIError {
  static {
    brandError(this, 'AuthenticationError');
  }
}

/** 403: the token is good, but not for this. */
export class PermissionDeniedError extends APIError {
  static {
    brandError(this, 'PermissionDeniedError');
  }
}

/** 404: there is nothing at that id or path. */
export class NotFoundError extends APIError {
  static {
    brandError(this, 'NotFoundError');
  }
}

/** 409: the request contradicts what exists, such as a second user with the same email. */
export class ConflictError extends APIError {
  static {
    brandError(this, 'ConflictError');
  }
}

/** 422: the request was understood, but a field is invalid; {@link APIError.details} says which. */
export class UnprocessableEntityError extends APIError {
  static {
    brandError(this, 'UnprocessableEntityError');
  }
}

/** 429, or a call that would have waited longer for the rate limit than `maxWait` allows. */
export class RateLimitError extends APIError {
  static {
    brandError(this, 'RateLimitError');
  }

  /** Seconds until a call is worth trying again, where known. */
  readonly retryAfter: number | undefined;

  constructor(init: APIErrorInit & { readonly retryAfter?: number | undefined }) {
    super(init);
    this.retryAfter = init.retryAfter;
  }
}

/** 500 and above: the API failed. */
export class InternalServerError extends APIError {
  static {
    brandError(this, 'InternalServerError');
  }
}

const errorClasses: Readonly<Record<number, typeof APIError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: UnprocessableEntityError,
  429: RateLimitError,
};

/** The error of the class that belongs to the status. */
export function apiError(init: APIErrorInit & { readonly retryAfter?: number | undefined }): APIError {
  const errorClass = errorClasses[init.status] ?? (init.status >= 500 ? InternalServerError : APIError);
  return new errorClass(init);
}

/** No complete answer came: the connection could not be made, or broke. Its `cause` says why. */
export class ConnectionError extends ExampleError implements CallSite {
  static {
    brandError(this, 'ConnectionError');
  }

  readonly method: string;
  readonly path: string;

  constructor(message: string, site: CallSite, options?: ErrorOptions) {
    super(message, options);
    this.method = site.method;
    this.path = site.path;
  }
}

/** One attempt took longer than `timeout`, or the whole call longer than `totalTimeout`. */
export class TimeoutError extends ConnectionError {
  static {
    brandError(this, 'TimeoutError');
  }
}

/** One place where a response differs from what the API documents. It holds no value of the response. */
export interface ValidationIssue {
  /** Where: `['data', 3, 'created_at']`. */
  readonly path: readonly (string | number)[];
  /** What is wrong there. */
  readonly message: string;
}

/** A successful response that can't be used, or that differs from the documentation under `responseValidation: 'throw'`. */
export class ResponseValidationError extends ExampleError implements CallSite {
  static {
    brandError(this, 'ResponseValidationError');
  }

  /** Every place where the response is not as documented. */
  readonly issues: readonly ValidationIssue[];
  /** The body as received: parsed if it was JSON, else its text. Not enumerable: it is left out when the error is logged. */
  declare readonly body: unknown;
  /** HTTP status code. */
  readonly status: number;
  readonly method: string;
  readonly path: string;

  constructor(
    message: string,
    init: CallSite & { readonly status: number; readonly issues: readonly ValidationIssue[]; readonly body: unknown },
  ) {
    super(message);
    this.issues = init.issues;
    this.status = init.status;
    this.method = init.method;
    this.path = init.path;
    Object.defineProperty(this, 'body', { value: init.body });
  }
}
