import { redact } from './redact.ts';

/** One request that the local API received, with nothing secret in it. */
export interface RecordedRequest {
  /** The response's `X-Request-Id`. */
  readonly id: string;
  /** HTTP method, in capitals. */
  readonly method: string;
  /** Path without the query: `/v1/users/user_123`. */
  readonly path: string;
  /** Query parameters; the last one where a name is repeated. */
  readonly query: Readonly<Record<string, string>>;
  /** Headers in lower case; the token, cookies and the like are `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body, passwords `[redacted]`; `undefined` where there was none, or none that could be read. */
  readonly body: unknown;
  /** Id of the token it came with; `undefined` where that was missing or unknown. */
  readonly token: string | undefined;
  /** When it came in: ISO 8601, by the local API's clock. */
  readonly received_at: string;
  /** Status of the answer; `undefined` while there is none, and where the connection was cut. */
  readonly status: number | undefined;
  /** Milliseconds until the answer; `undefined` while there is none. */
  readonly duration: number | undefined;
  /** Requests left to the token after this one; `undefined` while there is no answer. */
  readonly remaining: number | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is filled in while the request is under way. */
export type PendingRequest = Mutable<RecordedRequest>;

/** Requests that are kept; older ones are forgotten. */
const KEPT = 1000;

/** The requests that came in, oldest first, and who wants to know of new ones. */
export class RequestLog {
  #entries: PendingRequest[] = [];
  readonly #listeners = new Set<(entry: RecordedRequest) => void>();

  get entries(): readonly RecordedRequest[] {
    return this.#entries.slice(-KEPT);
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
    // Cut in lots: to move a thousand entries for each request would cost more than the request.
    if (this.#entries.length >= 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
    return entry;
  }

  /** The answer is known: tells the listeners. */
  close(entry: RecordedRequest): void {
    for (const listener of this.#listeners) listener(entry);
  }

  /** Calls `listener` with every request from now on, once it is answered. Returns what ends it. */
  subscribe(listener: (entry: RecordedRequest) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#entries = [];
  }
}
