/** A request as it arrives at the server. */
export interface ServerRequest {
  /** Without the base URL, such as `/users/user_1`. */
  readonly path: string;
  readonly token: string;
}

export interface Reply {
  /** HTTP status, or why there is no answer. */
  readonly status: number | 'connection refused' | 'connection reset';
  readonly headers: Readonly<Record<string, string>>;
}

/** A rate-limited server. Times are true milliseconds since the world began, and never go back. */
export interface Server {
  /** Whether a request would be accepted now. */
  admits(request: ServerRequest, now: number): boolean;
  /** @param work Milliseconds for which the request is being handled if it is accepted. */
  receive(request: ServerRequest, now: number, work: number): Reply;
  /** The most requests that arrived in one window, where there are windows. */
  readonly mostInWindow?: number;
}

export const accepted: Reply = { status: 200, headers: {} };

export function refused(retryAfter?: number, headers: Record<string, string> = {}): Reply {
  return {
    status: 429,
    headers: retryAfter === undefined ? headers : { ...headers, 'retry-after': String(retryAfter) },
  };
}

/** Users have limits of their own where endpoints have: `/users/user_1` belongs to `/users`. */
export function endpointOf({ path }: ServerRequest): string {
  return path.slice(0, path.indexOf('/', 1));
}
