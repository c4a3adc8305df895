/** Where a failed call was going. */
export interface RequestTarget {
  /** HTTP method, in capitals. */
  readonly method: string;
  /** Path below the base URL, without the query: `/users/user_123`. */
  readonly path: string;
}
