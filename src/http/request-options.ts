import type { CallPriority, Priority } from '../rate-limit/priority.ts';
import type { KeysOf } from '../utils/arguments.ts';
import type { HeadersInput } from '../utils/headers.ts';
import type { StandardSchema } from '../utils/standard-schema.ts';
import type { APIPromise } from './api-promise.ts';
import type { ShouldRetry } from './retry.ts';

/** Options for one call. They override the client's. */
export interface RequestOptions {
  /** Cancels the call at any stage. The call then rejects with the signal's `reason`, as `fetch` does. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt, from sending the request to the end of the body. Default: the client's, 30 000. */
  timeout?: number | undefined;
  /** Milliseconds for the whole call, including all waits and retries. Default: the client's, no limit. */
  totalTimeout?: number | undefined;
  /** Maximum number of retries. An attempt is retried only if that can't repeat an effect. Default: the client's, 2. */
  maxRetries?: number | undefined;
  /** Called before each retry; `false` vetoes it. Default: the client's. */
  shouldRetry?: ShouldRetry | undefined;
  /**
   * Headers to add to the request. They replace the client's; `undefined` removes one. Not `authorization`, nor those
   * of the connection, such as `host`.
   */
  headers?: HeadersInput | undefined;
  /**
   * Sent as the `Idempotency-Key` header. Whether a POST with a key is retried like a GET depends on the client's
   * `apiSupportsIdempotencyKeys`.
   */
  idempotencyKey?: string | undefined;
  /** Which waiting calls are sent first. Default: the client's, `'normal'`. */
  priority?: Priority | undefined;
  /** What to do with a usable response that differs from its schema. Default: the client's. */
  responseValidation?: 'warn' | 'throw' | 'off' | undefined;
}

export const requestOptionNames = [
  'signal',
  'timeout',
  'totalTimeout',
  'maxRetries',
  'shouldRetry',
  'headers',
  'idempotencyKey',
  'priority',
  'responseValidation',
] as const;
requestOptionNames satisfies KeysOf<RequestOptions, typeof requestOptionNames>;

/** An HTTP method. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A value in a query. `undefined` leaves the parameter out. */
export type QueryValue = string | number | boolean | undefined;

/**
 * Options of `client.request`: the options of every call, the parameters, the body and the schema.
 *
 * @typeParam T The value of the call.
 */
export interface EndpointOptions<T = unknown> extends RequestOptions {
  /** Values of the path's `{names}`. Each becomes exactly one segment of the path, percent-encoded. */
  params?: Readonly<Record<string, string>> | undefined;
  /** Query parameters. An array repeats the parameter. */
  query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>> | undefined;
  /** Object or array to send as JSON. Fields such as `password` or `api_key` are redacted in errors and logs. */
  body?: unknown;
  /**
   * Schema of a success, from any library that follows Standard Schema. The value of the call is the schema's output. A
   * response that differs rejects with a `ResponseValidationError`, unless you set `responseValidation`: with `'warn'`,
   * the value is then the JSON as it was received, and with `'off'` it always is. Default: none; the JSON is returned
   * as it is.
   */
  schema?: StandardSchema<T> | undefined;
}

export const endpointOptionNames = [...requestOptionNames, 'params', 'query', 'body', 'schema'] as const;
endpointOptionNames satisfies KeysOf<EndpointOptions, typeof endpointOptionNames>;

/** The options for one call, including those that only the SDK itself sets. */
export interface InternalOptions<T> extends EndpointOptions<T> {
  /** The priority of a page that is requested ahead. It can rise while the page waits. */
  prefetchPriority?: CallPriority | undefined;
  /** Cancels a page that is requested ahead, as the caller's `signal` does. */
  prefetchSignal?: AbortSignal | undefined;
  /** Whether the caller has passed the schema, or that of an item. */
  isSchemaOfCaller?: boolean | undefined;
  /** Whether a body that differs from the schema can be used. Default: an object or an array can. */
  isUsable?: ((body: unknown) => boolean) | undefined;
}

/** The interface that resources use to make calls. */
export interface Requester {
  /**
   * @param route The path as the API reference writes it, such as `/users/{id}`.
   * @param endpoint What the SDK itself sets. It takes precedence over the caller's options.
   * @param options The caller's.
   */
  request<T>(method: HttpMethod, route: string, endpoint: InternalOptions<T>, options?: RequestOptions): APIPromise<T>;
}
