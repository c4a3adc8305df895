import { Client, type EndpointOptions, type FetchInit, type HttpMethod } from '@example/sdk';

/** One request of the run, and the response to it. */
export interface Exchange {
  /** Such as `GET /projects?page=2`. */
  readonly request: string;
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  /** The body as JSON; `undefined` if it isn't JSON. */
  readonly body: unknown;
  /** Bytes of the body. */
  readonly size: number;
  /** The `X-Request-Id`, to ask the API's team about; `undefined` if there is none. */
  readonly id: string | undefined;
}

/** What the checks call, and what tests replace. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** The API. The SDK paces the requests, and the checks see what it sent and got. */
export class Api {
  /** All requests of the run, oldest first. */
  readonly exchanges: Exchange[] = [];
  readonly client: Client;
  readonly #get: (path: string, token: string) => Promise<unknown>;
  readonly #token: string;

  constructor(baseUrl: string, apiToken: string, fetch: Fetch = globalThis.fetch) {
    this.#token = apiToken;
    const base = baseUrl.replace(/\/+$/, '');
    const recording: Fetch = async (url, init) => {
      const response = await fetch(url, init);
      const text = await response.clone().text();
      const { status, ok, headers } = response;
      const request = `${init.method} ${url.slice(base.length)}`;
      const id = headers.get('x-request-id') ?? undefined;
      this.exchanges.push({ request, status, ok, headers, body: parsed(text), size: Buffer.byteLength(text), id });
      return response;
    };
    this.client = new Client({ baseUrl, apiToken, fetch: recording, logLevel: 'off' });
    this.#get = (path, token) => {
      const headers = { accept: 'application/json', authorization: `Bearer ${token}` };
      const signal = AbortSignal.timeout(60_000);
      return recording(base + path, { method: 'GET', headers, redirect: 'manual', signal });
    };
  }

  /** Sends as the SDK does: within the limit, and again after a 429. Resolves to the last response, whatever its status. */
  async send(method: HttpMethod, path: string, options?: EndpointOptions): Promise<Exchange> {
    return this.#last(this.client.request(method, path, options));
  }

  /** Sends a GET at once: the SDK neither paces nor sees it. */
  async sendAtOnce(path: string, token: string = this.#token): Promise<Exchange> {
    return this.#last(this.#get(path, token));
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
