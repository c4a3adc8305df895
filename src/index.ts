/**
 * The client, its errors and its types.
 *
 * @module @example/sdk
 */
export { Client } from './client.ts';
export {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  ExampleError,
  InternalServerError,
  InvalidRequestError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  RateLimitWaitError,
  ResponseValidationError,
  TimeoutError,
  UnprocessableEntityError,
} from './errors/index.ts';
export { VERSION } from './utils/version.ts';

export type { APIErrorInit, RateLimitInfo, RequestTarget, ValidationIssue } from './errors/index.ts';
export type {
  ClientEventListener,
  ClientEvents,
  ListDriftEvent,
  RateLimitStoreEvent,
  RateLimitWaitEvent,
  RequestEvent,
  ResponseEvent,
  RetryEvent,
  ValidationIssueEvent,
} from './telemetry/events.ts';
export type { APIPromise, WithResponse } from './http/api-promise.ts';
export type { RequestOptions } from './http/request-options.ts';
export type { Logger, LogLevel } from './telemetry/logger.ts';
export type { ClientOptions, Fetch, RateLimitOptions } from './http/client-options.ts';
export type { ListOptions, PageParams } from './pagination/list-options.ts';
export type { ListPromise } from './pagination/list-promise.ts';
export type { PageMeta } from './pagination/page-body.ts';
export type { Page } from './pagination/page.ts';
export type { LearnedLimit, RateLimitSnapshot } from './rate-limit/limiter.ts';
export type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from './rate-limit/store.ts';
export type { Project, ProjectListParams, Projects } from './resources/projects.ts';
export type { User, UserCreateParams, Users } from './resources/users.ts';
