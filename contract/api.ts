/** One request of the run, and the response to it. */
export interface Exchange {
  /** Such as `GET /projects?page=2`. */
  readonly request: string;
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  /** The body as JSON; `undefined` if it isn't JSON, or has more than 64 MiB. */
  readonly body: unknown;
  /** Bytes of the body. Of a body of more than 64 MiB, those that were read. */
  readonly size: number;
  /** The `X-Request-Id`, to ask the API's team about; `undefined` if there is none. */
  readonly requestId: string | undefined;
}

export interface RequestParts {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in place of the account's token. */
  readonly token?: string;
  /** Sends without waiting for the window. Default: false. */
  readonly isUnpaced?: boolean;
}

/** What the checks call, and what tests replace. */
export type Fetch = (url: string, init: ApiRequest) => Promise<Response>;

interface ApiRequest extends RequestInit {
  method: string;
  headers: Record<string, string>;
  body?: string;
}

/** The largest body that the SDK reads by default, in bytes. */
export const maxBody = 64 * 1024 * 1024;

/** What the reference documents. */
const documented = { limit: 100, window: 60_000 };

/**
 * The API, as plain `fetch` sees it: nothing of the SDK stands between the checks and what they check. Waits for the next
 * window where the limit is used up.
 */
export class Api {
  /** All requests of the run, oldest first. */
  readonly exchanges: Exchange[] = [];
  readonly #baseUrl: string;
  readonly #token: string;
  readonly #fetch: Fetch;
  #left = documented.limit;
  #windowEnd = Date.now() + documented.window;

  constructor(baseUrl: string, token: string, fetch: Fetch = globalThis.fetch) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#token = token;
    this.#fetch = fetch;
  }

  /** A GET that the limit refused is sent once more, in the next window. */
  async send(method: string, path: string, parts: RequestParts = {}): Promise<Exchange> {
    if (parts.isUnpaced !== true) await this.waitForRoom(1);
    const exchange = await this.#sendOnce(method, path, parts);
    if (exchange.status !== 429 || method !== 'GET' || parts.isUnpaced === true) return exchange;
    await this.waitForNextWindow();
    return this.#sendOnce(method, path, parts);
  }

  /** Waits until the window has room for so many requests. */
  async waitForRoom(requests: number): Promise<void> {
    if (this.#left < requests && Date.now() < this.#windowEnd) await this.waitForNextWindow();
    if (Date.now() < this.#windowEnd) return;
    this.#left = documented.limit;
    this.#windowEnd = Date.now() + documented.window;
  }

  /** Waits until a second after the window's end: a window may end a second later than announced. */
  async waitForNextWindow(): Promise<void> {
    await sleep(Math.max(0, this.#windowEnd - Date.now()) + 1_000);
  }

  async #sendOnce(method: string, path: string, { body, headers, token = this.#token }: RequestParts) {
    this.#left--;
    const response = await this.#fetch(this.#baseUrl + path, {
      method,
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${token}`,
        'User-Agent': 'example-sdk-contract',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      redirect: 'manual', // The token goes to this origin only.
      signal: AbortSignal.timeout(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { text, size } = await readBody(response);
    const exchange: Exchange = {
      request: `${method} ${path}`,
      status: response.status,
      ok: response.ok,
      headers: response.headers,
      body: parseJson(text),
      size,
      requestId: response.headers.get('x-request-id') ?? undefined,
    };
    this.exchanges.push(exchange);
    if (token === this.#token) this.#learn(exchange);
    return exchange;
  }

  /** Takes over what a response says about the window. */
  #learn(exchange: Exchange): void {
    const remaining = Number(exchange.headers.get('x-ratelimit-remaining') ?? NaN);
    const untilReset = untilWindowEnd(exchange);
    if (untilReset === undefined || Number.isNaN(remaining)) return;
    const end = Date.now() + untilReset;
    // Requests in flight may have used what an earlier response calls remaining.
    this.#left = end > this.#windowEnd + 1_500 ? remaining : Math.min(this.#left, remaining);
    this.#windowEnd = end;
  }
}

/** Milliseconds until the announced window ends, by the server's clock; `undefined` if `reset` is no time in epoch seconds. */
export function untilWindowEnd({ headers }: Exchange): number | undefined {
  const reset = headers.get('x-ratelimit-reset');
  const servedAt = Date.parse(headers.get('date') ?? '') || Date.now();
  const left = Number(reset ?? NaN) * 1_000 - servedAt;
  // Beyond two days, the SDK doesn't believe it either.
  return Math.abs(left) <= 2 * 86_400_000 ? Math.max(0, left) : undefined;
}

export async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function readBody({ body }: Response): Promise<{ text: string; size: number }> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBody) return { text: '', size };
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode(), size };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
