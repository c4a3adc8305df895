import { redact } from '../utils/redact.ts';

/** A request that the sandbox received, with secrets redacted. */
export interface RecordedRequest {
  /** The response's `X-Request-Id`. */
  readonly id: string;
  /** HTTP method, in upper case. */
  readonly method: string;
  /** Path without the query, such as `/v1/users/user_123`. */
  readonly path: string;
  /** Query parameters. A repeated parameter has its last value. */
  readonly query: Readonly<Record<string, string>>;
  /** Headers, with names in lower case. Tokens and cookies are `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON body, with passwords `[redacted]`; `undefined` if there was none or it could not be read. */
  readonly body: unknown;
  /** Id of the request's token; `undefined` if the token was missing or unknown. */
  readonly token: string | undefined;
  /** When the request arrived, by the sandbox's clock: ISO 8601. */
  readonly received_at: string;
  /** Status of the response; `undefined` while the request is in flight, and if the connection was reset. */
  readonly status: number | undefined;
  /** Milliseconds until the response; `undefined` while the request is in flight. */
  readonly duration: number | undefined;
  /** Requests left in the token's window; `undefined` while the request is in flight. */
  readonly remaining: number | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A request in flight, whose fields are filled in as they become known. */
export type PendingRequest = Mutable<RecordedRequest>;

/** Number of requests to keep. */
const keptRequests = 1000;

/** The latest requests, oldest first, and the subscribers to new ones. */
export class RequestLog {
  #entries: PendingRequest[] = [];
  readonly #listeners = new Set<(entry: RecordedRequest) => void>();

  get entries(): readonly RecordedRequest[] {
    return this.#entries.slice(-keptRequests);
  }

  open(id: string, request: Request, receivedAt: number): PendingRequest {
    const url = new URL(request.url);
    const entry: PendingRequest = {
      id,
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: redact.headers(request.headers),
      body: undefined,
      token: undefined,
      received_at: new Date(receivedAt).toISOString(),
      status: undefined,
      duration: undefined,
      remaining: undefined,
    };
    this.#entries.push(entry);
    // Trimmed in batches: moving a thousand entries for each request would cost more than the request.
    if (this.#entries.length >= 2 * keptRequests) this.#entries = this.#entries.slice(-keptRequests);
    return entry;
  }

  /** Notifies the subscribers once the response is known. */
  close(entry: RecordedRequest): void {
    for (const listener of this.#listeners) listener(entry);
  }

  /** Calls `listener` with each new request once it has a response. Returns a function that unsubscribes. */
  subscribe(listener: (entry: RecordedRequest) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#entries = [];
  }
}
