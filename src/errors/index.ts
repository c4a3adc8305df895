import { brandErrors, ExampleError, InvalidRequestError } from './example-error.ts';

// Everything here is public: `@example/sdk` exports it.
export { ExampleError, InvalidRequestError };

/** What a call is about. */
export interface RequestTarget {
  /** HTTP method, in capitals: `GET`. */
  readonly method: string;
  /** Path below the base URL, without the query: `/users/user_123`. */
  readonly path: string;
  /** The path as the API reference writes it: `/users/{id}`. The same for all ids. */
  readonly route: string;
}

/** A call, and what is known about its last attempt. */
export interface CallErrorInit extends RequestTarget, Partial<Pick<CallError, 'url' | 'status' | 'requestId'>> {}

/**
 * The base class of all errors about a call. The message ends with the status and what was called: `(500 GET
 * /users/{id})`. For a 404, it also contains the URL.
 */
export abstract class CallError extends ExampleError implements RequestTarget {
  readonly method: string;
  readonly path: string;
  readonly route: string;
  /** The URL of the last attempt, without secrets; `undefined` if nothing was sent. */
  readonly url: string | undefined;
  /** HTTP status code; `undefined` if no headers arrived. */
  readonly status: number | undefined;
  /** The response's `X-Request-Id`. Quote it when you contact support. */
  readonly requestId: string | undefined;
  /** @internal What the message says, without what was called. Not enumerable, so that logs have it once. */
  declare readonly problem: string;

  constructor(message: string, init: CallErrorInit, options?: ErrorOptions) {
    const { method, path, route, url, status, requestId } = init;
    // A 404 may mean a wrong id or a wrong base URL.
    const target = status === 404 && url !== undefined ? `${route}, ${url}` : route;
    super(`${message} (${status === undefined ? '' : `${status} `}${method} ${target})`, options);
    this.method = method;
    this.path = path;
    this.route = route;
    this.url = url;
    this.status = status;
    this.requestId = requestId;
    Object.defineProperty(this, 'problem', { value: message });
  }
}

/**
 * No complete response arrived: the connection could not be established, or it broke. `cause` says why. If the headers
 * arrived before it broke, `status` and `requestId` are set.
 */
export class ConnectionError extends CallError {}

/** An attempt took longer than `timeout`, or the whole call took longer than `totalTimeout`. */
export class TimeoutError extends ConnectionError {}

/**
 * The API failed for longer than the call may wait (`outageWait`). `cause` is the last failure: of this call, or, if it
 * didn't fail itself, a copy of another call's.
 */
export class UnavailableError extends ConnectionError {}

/**
 * The call was not sent, because it would have had to wait for the rate limit longer than `rateLimit.maxWait` or
 * `totalTimeout` allows.
 */
export class RateLimitWaitError extends CallError {
  /** Seconds until the rate limit is expected to allow the call. */
  readonly retryAfter: number;

  constructor(message: string, target: RequestTarget, retryAfter: number) {
    super(message, target);
    this.retryAfter = retryAfter;
  }
}

/**
 * The body of a successful response is larger than `maxResponseSize`. The rest was not read, and the call is not
 * retried.
 */
export class ResponseTooLargeError extends CallError {
  /** HTTP status code. */
  declare readonly status: number;

  constructor(init: CallErrorInit & { readonly status: number }, maxResponseSize: number) {
    super(`The body has more than ${maxResponseSize} bytes (maxResponseSize).`, init);
  }
}

/** One difference between a response and the API reference. It contains no values from the response. */
export interface ValidationIssue {
  /** Where it is in the body: `['data', 3, 'created_at']`. */
  readonly path: readonly (string | number)[];
  /** What was expected, and what was received. */
  readonly message: string;
}

/**
 * A successful response can't be used, or it differs from its schema and `responseValidation` is `'throw'`, which is
 * the default if you pass a `schema`.
 */
export class ResponseValidationError extends CallError {
  /** All differences from the schema. */
  readonly issues: readonly ValidationIssue[];
  /** The body: parsed if it is JSON, or its first 16 384 characters. Not enumerable, so that it stays out of logs. */
  declare readonly body: unknown;
  /** HTTP status code. */
  declare readonly status: number;

  constructor(
    message: string,
    init: CallErrorInit & {
      readonly status: number;
      readonly issues: readonly ValidationIssue[];
      readonly body: unknown;
    },
  ) {
    super(message, init);
    this.issues = init.issues;
    Object.defineProperty(this, 'body', { value: init.body });
  }
}

/** An error code of the API. Editors suggest the documented one. Any other string is accepted, too. */
export type ErrorCode =
  | 'invalid_request'
  // A plain `string` would absorb the union, and editors would suggest nothing.
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

/** The fields of an {@link APIError}. Its message also says what was called. */
export interface APIErrorInit
  extends
    CallErrorInit,
    Pick<APIError, 'status' | 'message' | 'headers'>,
    Partial<Pick<APIError, 'code' | 'details' | 'body' | 'rateLimit' | 'retryAfter'>> {
  /** HTTP status code. */
  readonly status: number;
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
  /** HTTP status code. */
  declare readonly status: number;
  /** The API's error code, such as `invalid_request`; `undefined` if the body has none. */
  readonly code: ErrorCode | undefined;
  /** Details of the error, keyed by field if a field is invalid. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The response's headers. Not enumerable, so that they stay out of logs. */
  declare readonly headers: Headers;
  /**
   * The first 1 024 characters of a body that is not in the API's error format, such as a proxy's page. Secrets are
   * redacted. Otherwise `undefined`. Not enumerable, so that it stays out of logs.
   */
  declare readonly body: string | undefined;
  /** The rate limit as the response reported it. */
  readonly rateLimit: RateLimitInfo | undefined;
  /** Seconds until a retry makes sense; `undefined` if the API does not say. */
  readonly retryAfter: number | undefined;

  constructor(init: APIErrorInit) {
    super(init.message, init);
    this.code = init.code;
    this.details = init.details;
    this.rateLimit = init.rateLimit;
    this.retryAfter = init.retryAfter;
    Object.defineProperties(this, { headers: { value: init.headers }, body: { value: init.body } });
  }
}

/** 400: the API could not understand the request. */
export class BadRequestError extends APIError {}

/** 401: the token is missing, unknown or revoked. */
export class AuthenticationError extends APIError {}

/** 403: the token is valid, but does not allow this request. */
export class PermissionDeniedError extends APIError {}

/**
 * 404: the API has no resource with this id. A 404 from another server, about a path without an id, or about a path
 * that the API doesn't have is an {@link APIError} that asks you to check `baseUrl`.
 */
export class NotFoundError extends APIError {}

/** 409: the request conflicts with existing data. {@link APIError.code} may say how. */
export class ConflictError extends APIError {}

/** 422: a field of the request is invalid. {@link APIError.details} says which. */
export class UnprocessableEntityError extends APIError {}

/** 429: the API refused the call because of a rate limit. */
export class RateLimitError extends APIError {}

/** 500 or above: the API failed. */
export class InternalServerError extends APIError {}

brandErrors({
  CallError,
  ConnectionError,
  TimeoutError,
  UnavailableError,
  RateLimitWaitError,
  ResponseTooLargeError,
  ResponseValidationError,
  APIError,
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  UnprocessableEntityError,
  RateLimitError,
  InternalServerError,
});
