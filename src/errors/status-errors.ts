import { APIError, type APIErrorInit } from './api-error.ts';
import { brandError } from './example-error.ts';

/** 400: the API could not understand the request. */
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

/** 403: the token is valid, but does not allow this request. */
export class PermissionDeniedError extends APIError {
  static {
    brandError(this, 'PermissionDeniedError');
  }
}

/** 404: nothing exists at this path. */
export class NotFoundError extends APIError {
  static {
    brandError(this, 'NotFoundError');
  }
}

/**
 * 409: the request conflicts with existing data, such as a user with the same email address (`email_taken`), or its
 * idempotency key was used for another request (`idempotency_key_reused`). {@link APIError.code} says which.
 */
export class ConflictError extends APIError {
  static {
    brandError(this, 'ConflictError');
  }
}

/** 422: a field of the request is invalid. {@link APIError.details} says which. */
export class UnprocessableEntityError extends APIError {
  static {
    brandError(this, 'UnprocessableEntityError');
  }
}

/** 429: the API refused the call because of a rate limit. */
export class RateLimitError extends APIError {
  static {
    brandError(this, 'RateLimitError');
  }

  /** Seconds until a retry makes sense; `undefined` if the API does not say. */
  readonly retryAfter: number | undefined;

  constructor(init: APIErrorInit & { readonly retryAfter?: number | undefined }) {
    super(init);
    this.retryAfter = init.retryAfter;
  }
}

/** 500 or above: the API failed. */
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

/** Creates the error of the class that belongs to the status. */
export function apiError(init: APIErrorInit & { readonly retryAfter?: number | undefined }): APIError {
  const errorClass = errorClasses[init.status] ?? (init.status >= 500 ? InternalServerError : APIError);
  return new errorClass(init);
}
