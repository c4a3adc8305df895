import { APIError, type APIErrorInit } from './api-error.ts';
import { brandError } from './example-error.ts';

/** 400: the API could not understand the request. */
export class BadRequestError extends APIError {}

/** 401: the token is missing, unknown or revoked. */
export class AuthenticationError extends APIError {}

/** 403: the token is valid, but does not allow this request. */
export class PermissionDeniedError extends APIError {}

/** 404: nothing exists at this path, as the API itself says. A 404 of something else is an {@link APIError}. */
export class NotFoundError extends APIError {}

/** 409: the request conflicts with existing data. {@link APIError.code} may say how. */
export class ConflictError extends APIError {}

/** 422: a field of the request is invalid. {@link APIError.details} says which. */
export class UnprocessableEntityError extends APIError {}

/** 429: the API refused the call because of a rate limit. */
export class RateLimitError extends APIError {
  /** Seconds until a retry makes sense; `undefined` if the API does not say. */
  readonly retryAfter: number | undefined;

  constructor(init: APIErrorInit & { readonly retryAfter?: number | undefined }) {
    super(init);
    this.retryAfter = init.retryAfter;
  }
}

/** 500 or above: the API failed. */
export class InternalServerError extends APIError {}

const errorClasses: Readonly<Record<number, typeof APIError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: UnprocessableEntityError,
  429: RateLimitError,
};

const names = {
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  UnprocessableEntityError,
  RateLimitError,
  InternalServerError,
};
for (const [name, errorClass] of Object.entries(names)) brandError(errorClass, name);

/**
 * Creates the error of the class that belongs to the status.
 *
 * @param init `isOther` says that the API did not write the body. A 404 then says nothing about what was called.
 */
export function apiError(
  init: APIErrorInit & { readonly retryAfter?: number | undefined; readonly isOther?: boolean },
): APIError {
  const { status, isOther } = init;
  if (status === 404 && isOther) return new APIError(init);
  const errorClass = errorClasses[status] ?? (status >= 500 ? InternalServerError : APIError);
  return new errorClass(init);
}
