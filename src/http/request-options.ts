import type { ZodMiniType } from 'zod/mini';
import type { CallPriority, Priority } from '../rate-limit/priority.ts';
import type { APIPromise } from './api-promise.ts';

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
  /** Headers to add to the request. They replace the client's; `undefined` removes one. */
  headers?: Record<string, string | undefined> | Headers | undefined;
  /**
   * Sent as the `Idempotency-Key` header. A POST with a key is retried like a GET, which is safe only if the API
   * performs requests with the same key once.
   */
  idempotencyKey?: string | undefined;
  /** Which waiting calls are sent first. Default: the client's, `'normal'`. */
  priority?: Priority | undefined;
}

/** The options for one call, including those that only the SDK itself sets. */
export interface InternalRequestOptions extends Omit<RequestOptions, 'priority'> {
  /** With a {@link CallPriority}, the call can be raised while it waits. */
  priority?: Priority | CallPriority | undefined;
}

/** One request to the API: what to send, and what to expect. */
export interface RequestSpec<T> {
  readonly method: 'GET' | 'POST';
  /** The path as the API reference writes it: `/users/{id}`. */
  readonly route: string;
  /** Values of the route's `{names}`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** The object that a POST sends as JSON. */
  readonly body?: unknown;
  /** Fields of `body` whose values must not appear in errors, events or log lines. */
  readonly secretFields?: readonly string[] | undefined;
  /** The documented body of a success. */
  readonly schema: ZodMiniType<T>;
  /** Whether a body is usable, even if it differs from the schema. Default: any JSON object is. */
  readonly isUsable?: ((body: unknown) => boolean) | undefined;
}

/** All that resources know about HTTP. */
export interface Requester {
  /** Base URL of the API, without a trailing slash. */
  readonly baseUrl: string;
  request<T>(spec: RequestSpec<T>, options?: InternalRequestOptions): APIPromise<T>;
}
