/** What a call requested. */
export interface RequestTarget {
  /** HTTP method, in capitals: `GET`. */
  readonly method: string;
  /** Path below the base URL, without the query: `/users/user_123`. */
  readonly path: string;
}
