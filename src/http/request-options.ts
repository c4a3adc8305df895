import type { ZodMiniType } from 'zod/mini';
import type { CallPriority } from '../rate-limit/priority.ts';
import type { APIPromise } from './api-promise.ts';

/** Options of one call; they win over the client's. */
export interface RequestOptions {
  /** Ends the call early, wherever it is; it then rejects with the signal's `reason`, as `fetch` does. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt, headers and body. Default: the client's, 30 000. */
  timeout?: number | undefined;
  /** Milliseconds for the whole call, waiting and retries included. Default: the client's, none. */
  totalTimeout?: number | undefined;
  /** How often a failed attempt is tried again, where that can't repeat anything. Default: the client's, 2. */
  maxRetries?: number | undefined;
  /** Headers to add to the request, or to replace the client's. */
  headers?: Record<string, string | undefined> | Headers | undefined;
  /** Sent as `Idempotency-Key`: the API then does the call once, however often it arrives, so that a POST may be retried. */
  idempotencyKey?: string | undefined;
}

/** What the SDK itself says of a call, beside what the caller does. */
export interface InternalRequestOptions extends RequestOptions {
  /** Given for a call that works ahead and lets others go first. */
  priority?: CallPriority | undefined;
}

/** One endpoint of the API, filled in: what to send, and what to expect. */
export interface RequestSpec<T> {
  readonly method: 'GET' | 'POST';
  /** As the reference writes it: `/users/{id}`. */
  readonly route: string;
  /** What stands for the route's `{names}`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** What a POST sends as JSON: an object. */
  readonly body?: unknown;
  /** Fields of `body` whose values must not show up in anything that the SDK hands out. */
  readonly secretFields?: readonly string[] | undefined;
  /** What the API documents for a success. */
  readonly schema: ZodMiniType<T>;
  /** Whether a body can be used at all, even if it is not what the schema says. Default: it is an object. */
  readonly isUsable?: ((body: unknown) => boolean) | undefined;
}

/** What resources know of HTTP: a specification goes in, a promise comes out. */
export interface Requester {
  /** Where the API is. */
  readonly baseUrl: string;
  request<T>(spec: RequestSpec<T>, options?: InternalRequestOptions): APIPromise<T>;
}
