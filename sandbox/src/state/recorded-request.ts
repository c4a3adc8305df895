import type { ArmedFault } from '../faults/fault.ts';
import { parseJson } from '../utils/json.ts';
import { redact } from '../utils/redact.ts';

/**
 * How far a request got: `pending` until it has a response, `completed` once the response was handed to the connection,
 * `aborted` if the client disconnected first, and `reset` or `cut` if a fault broke the connection.
 */
export type RequestState = 'pending' | 'completed' | 'aborted' | 'reset' | 'cut';

/** The response to a recorded request, as the client received it. */
export interface RecordedResponse {
  /** Headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON body, or the text if it is not valid JSON; `undefined` if there was none. */
  readonly body: unknown;
}

/** A request that the sandbox received, and its response. Secrets are redacted. */
export interface RecordedRequest {
  /** The response's `X-Request-Id`. */
  readonly id: string;
  /** HTTP method, in upper case. */
  readonly method: string;
  /** Path and query as the client sent them, such as `/v1/projects?page=2`. */
  readonly target: string;
  /** Path without the query, such as `/v1/users/user_123`. */
  readonly path: string;
  /** Query parameters. A repeated parameter has its last value. */
  readonly query: Readonly<Record<string, string>>;
  /** Headers, with names in lower case. Tokens and cookies are `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON body, or the text if it is not valid JSON, with passwords `[redacted]`; `undefined` if there was none. */
  readonly body: unknown;
  /** Id of the request's token; `undefined` if the token was missing or unknown. */
  readonly token: string | undefined;
  /** When the request arrived, by the sandbox's clock: ISO 8601. */
  readonly received_at: string;
  /** How far the request got. */
  readonly state: RequestState;
  /**
   * Status of the response; `undefined` while the request is pending, and if the connection was reset. An aborted
   * request has the status that its client would have received, once the work is done.
   */
  readonly status: number | undefined;
  /** Milliseconds until the response, or until the client disconnected; `undefined` while the request is pending. */
  readonly duration: number | undefined;
  /** Requests left in the token's window; `undefined` while the request is pending, and without a valid token. */
  readonly remaining: number | undefined;
  /** The fault that applied to the request; `undefined` if none did. */
  readonly fault: ArmedFault | undefined;
  /** The response; `undefined` while the request is pending, and if the connection was reset. */
  readonly response: RecordedResponse | undefined;
}

/** A request that is being recorded. What is not known when it arrives is filled in as it becomes known. */
export type Recording = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };

/** Starts the record of a request that has just arrived. */
export function beginRecording(id: string, request: Request, receivedAt: number): Recording {
  const url = new URL(request.url);
  const query = redact.query(url.searchParams);
  return {
    id,
    method: request.method,
    target: url.pathname + (query === url.searchParams ? url.search : `?${query.toString()}`),
    path: url.pathname,
    query: Object.fromEntries(query),
    headers: redact.headers(request.headers),
    body: undefined,
    token: undefined,
    received_at: new Date(receivedAt).toISOString(),
    state: 'pending',
    status: undefined,
    duration: undefined,
    remaining: undefined,
    fault: undefined,
    response: undefined,
  };
}

/** The record of a response. It keeps the text of the body, which takes less memory than its value. */
export function recordedResponse(headers: Headers, text: string): RecordedResponse {
  return {
    headers: redact.headers(headers),
    get body() {
      return text === '' ? undefined : (parseJson(text) ?? text);
    },
  };
}
