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
   * Headers to add to the request. They override the client's; `undefined` removes one. You can't set `authorization`
   * or headers of the connection, such as `host`.
   */
  headers?: HeadersInput | undefined;
  /**
   * Sent as the `Idempotency-Key` header. With the client's `apiSupportsIdempotencyKeys`, a POST or PATCH with a key is
   * retried like a GET.
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
   * Schema of a successful response, from any library that follows Standard Schema. The value of the call is the
   * schema's output. A response that differs rejects with a `ResponseValidationError`. With `responseValidation:
   * 'warn'`, its value is the JSON as received; with `'off'`, the value is always that. Default: none; the value is the
   * JSON as received.
   */
  schema?: StandardSchema<T> | undefined;
}

export const endpointOptionNames = [...requestOptionNames, 'params', 'query', 'body', 'schema'] as const;
endpointOptionNames satisfies KeysOf<EndpointOptions, typeof endpointOptionNames>;

/** The options of one call, including those that only the SDK sets. */
export interface InternalOptions<T> extends EndpointOptions<T> {
  /** The priority of a prefetched page. It can rise while the page waits. */
  prefetchPriority?: CallPriority | undefined;
  /** Cancels a prefetched page, as the caller's `signal` does. */
  prefetchSignal?: AbortSignal | undefined;
  /** True if the schema, or that of a list's items, is the caller's. */
  isSchemaOfCaller?: boolean | undefined;
  /** Returns true if a body can be used although it differs from the schema. Default: any object or array can. */
  isUsable?: ((body: unknown) => boolean) | undefined;
}

/** The interface that resources use to make calls. */
export interface Requester {
  /**
   * @param route The path as the API reference writes it, such as `/users/{id}`.
   * @param endpoint The options that the SDK sets. They take precedence over the caller's.
   * @param options The caller's options.
   */
  request<T>(method: HttpMethod, route: string, endpoint: InternalOptions<T>, options?: RequestOptions): APIPromise<T>;
}
