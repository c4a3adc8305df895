/** What a call is about. */
export interface RequestTarget {
  /** HTTP method, in capitals: `GET`. */
  readonly method: string;
  /** Path below the base URL, without the query: `/users/user_123`. */
  readonly path: string;
  /** The path as the API reference writes it: `/users/{id}`. It is the same for all ids. */
  readonly route: string;
}

/** The message of an error about a call. It ends with what was called and how it was answered: `(404 GET /users/{id})`. */
export function about({ method, route }: RequestTarget, message: string, status?: number): string {
  return `${message} (${status === undefined ? '' : `${status} `}${method} ${route})`;
}
