import { APIError, type APIErrorInit } from './api-error.ts';
import { brandError } from './example-error.ts';

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

/** 429: the API refused the call, because the token's rate limit is used up. */
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
