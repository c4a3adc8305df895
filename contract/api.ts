import { Client, type ClientOptions, type EndpointOptions, type FetchInit, type HttpMethod } from '@example/sdk';

/** A request of the run, and its response. */
export interface Exchange {
  /** Such as `GET /projects?page=2`. */
  readonly request: string;
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  /** The body as JSON; `undefined` if it isn't JSON. */
  readonly body: unknown;
  /** Size of the body in bytes. */
  readonly size: number;
  /** The `X-Request-Id`, for questions to the API's team; `undefined` if there is none. */
  readonly id: string | undefined;
}

/** The function that sends requests. Tests replace it. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** The API. The SDK sends the requests, and the checks see each request and response. */
export class Api {
  /** All requests of the run, oldest first. */
  readonly exchanges: Exchange[] = [];
  readonly client: Client;
  readonly #options: ClientOptions;

  constructor(baseUrl: string, apiToken: string, send: Fetch = fetch) {
    const record: Fetch = async (url, init) => {
      const response = await send(url, init);
      const text = await response.clone().text();
      const { status, ok, headers } = response;
      const request = `${init.method} ${url.slice(baseUrl.replace(/\/+$/, '').length)}`;
      const id = headers.get('x-request-id') ?? undefined;
      this.exchanges.push({ request, status, ok, headers, body: parsed(text), size: Buffer.byteLength(text), id });
      return response;
    };
    this.#options = { baseUrl, apiToken, fetch: record, logLevel: 'off' };
    this.client = new Client(this.#options);
  }

  /** Sends as the SDK does: within the limit, and again after a 429. Resolves to the last response of any status. */
  async send(method: HttpMethod, path: string, options?: EndpointOptions): Promise<Exchange> {
    return this.#last(this.client.request(method, path, options));
  }

  /** Sends a GET once, without waiting for the limit. */
  async sendAtOnce(path: string, options?: ClientOptions): Promise<Exchange> {
    const client = new Client({ ...this.#options, rateLimit: false, maxRetries: 0, ...options });
    return this.#last(client.request('GET', path));
  }

  async #last(call: PromiseLike<unknown>): Promise<Exchange> {
    const before = this.exchanges.length;
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const last = this.exchanges.at(-1);
    if (last === undefined || this.exchanges.length === before) throw error;
    return last;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
