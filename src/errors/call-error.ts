import { brandError, ExampleError } from './example-error.ts';

/** What a call is about. */
export interface RequestTarget {
  /** HTTP method, in capitals: `GET`. */
  readonly method: string;
  /** Path below the base URL, without the query: `/users/user_123`. */
  readonly path: string;
  /** The path as the API reference writes it: `/users/{id}`. It is the same for all ids. */
  readonly route: string;
}

/** A call, and what is known of its last attempt. */
export interface CallErrorInit extends RequestTarget {
  /** Where it was sent. */
  readonly url?: string | undefined;
  /** HTTP status code of the response. */
  readonly status?: number | undefined;
  /** The response's `X-Request-Id`. */
  readonly requestId?: string | undefined;
}

/**
 * A call failed: the base class of all errors about one call. The message ends with what was called and how it was
 * answered: `(404 GET /users/{id})`.
 */
export abstract class CallError extends ExampleError implements RequestTarget {
  static {
    brandError(this, 'CallError');
  }

  readonly method: string;
  readonly path: string;
  readonly route: string;
  /** Where it was sent, without secrets; `undefined` if it was not. */
  readonly url: string | undefined;
  /** HTTP status code; `undefined` if no headers arrived. */
  readonly status: number | undefined;
  /** The response's `X-Request-Id`. Quote it when you contact support. */
  readonly requestId: string | undefined;

  constructor(message: string, { method, path, route, url, status, requestId }: CallErrorInit, options?: ErrorOptions) {
    super(`${message} (${status === undefined ? '' : `${status} `}${method} ${route})`, options);
    this.method = method;
    this.path = path;
    this.route = route;
    this.url = url;
    this.status = status;
    this.requestId = requestId;
  }
}
