// All of them are public: `@example/sdk` exports what is here.
export { APIError, type APIErrorInit, type ErrorCode, type RateLimitInfo } from './api-error.ts';
export { CallError, type CallErrorInit, type RequestTarget } from './call-error.ts';
export { ConnectionError, TimeoutError } from './connection-error.ts';
export { ExampleError } from './example-error.ts';
export { InvalidRequestError } from './invalid-request-error.ts';
export { RateLimitWaitError } from './rate-limit-wait-error.ts';
export { ResponseTooLargeError } from './response-too-large-error.ts';
export { ResponseValidationError, type ValidationIssue } from './response-validation-error.ts';
export {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from './status-errors.ts';
