/**
 * The client, its errors and its types.
 *
 * @module @example/sdk
 */
export { Client } from './client.ts';
export * from './errors/index.ts';
export { APIPromise } from './http/api-promise.ts';
export { ListPromise } from './pagination/list-promise.ts';
export { Page } from './pagination/page.ts';
export { Projects } from './resources/projects.ts';
export { Users } from './resources/users.ts';
export { VERSION } from './utils/version.ts';

export type { ApiToken, ApiTokenContext } from './auth/api-token.ts';
export type {
  CallEndEvent,
  CallEvent,
  ClientEventListener,
  ClientEvents,
  ListUnverifiedEvent,
  RateLimitStoreEvent,
  RateLimitWaitEvent,
  RequestEvent,
  ResponseEvent,
  RetryEvent,
  ValidationIssueEvent,
} from './telemetry/events.ts';
export type { WithResponse } from './http/api-promise.ts';
export type { HeadersInput } from './utils/headers.ts';
export type { Logger, LogLevel } from './telemetry/logger.ts';
export type { RetryContext, ShouldRetry } from './http/retry.ts';
export type {
  ClientOptions,
  EndpointOptions,
  HttpMethod,
  QueryValue,
  RateLimitOptions,
  RequestOptions,
} from './http/options.ts';
export type { Fetch, FetchInit, FetchResponse } from './http/fetch.ts';
export type { ListEndpointOptions, ListOptions, PageParams } from './pagination/list-options.ts';
export type { PageMeta } from './pagination/page-body.ts';
export type { Priority } from './rate-limit/limited-call.ts';
export type { RateLimitSnapshot } from './rate-limit/limiter.ts';
export type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from './sharing/store.ts';
export type { StandardSchemaV1, StandardTypedV1 } from '@standard-schema/spec';
export type { Project, ProjectListParams } from './resources/projects.ts';
export type { User, UserCreateParams } from './resources/users.ts';
