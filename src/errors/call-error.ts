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

  constructor(message: string, { method, path, route }: RequestTarget, status?: number, options?: ErrorOptions) {
    super(`${message} (${status === undefined ? '' : `${status} `}${method} ${route})`, options);
    this.method = method;
    this.path = path;
    this.route = route;
  }
}
