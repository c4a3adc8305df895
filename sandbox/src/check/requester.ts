import { type Exchange, numberHeader, serverTime, statusOf } from './exchange.ts';

/** The server to check. */
export interface Target {
  /** Base URL without a slash at its end, such as `https://api.example.com/v1`. */
  readonly baseUrl: string;
  readonly token: string;
}

/** What checking needs from its platform. */
export interface Platform {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits for some milliseconds. */
  readonly sleep: (delay: number) => Promise<void>;
  /** Is called before a wait for the rate limit, in milliseconds. */
  readonly onWait?: (delay: number) => void;
}

/** What to send. */
export interface Outgoing {
  readonly json?: unknown;
  /** Body that is not JSON. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `Authorization` header in place of the token's; `null` for none. */
  readonly authorization?: string | null;
}

/** The documented rate limit. */
export const documentedLimit = 100;
const documentedWindow = 60_000;

/** How often a check waits for a new window: a server that never opens one is found out, and not waited for. */
const maxWaits = 2;

/** How long a response may take, in milliseconds. */
const timeout = 15_000;

/** Sends requests within the rate limit, and records the exchanges. */
export class Requester {
  readonly exchanges: Exchange[] = [];
  readonly #target: Target;
  readonly #platform: Platform;
  /** When requests with the token were sent, in epoch milliseconds. */
  readonly #sent: number[] = [];
  #waits = 0;

  constructor(target: Target, platform: Platform) {
    this.#target = target;
    this.#platform = platform;
  }

  /** Sends a request when the rate limit allows it, again if it is refused. */
  async send(method: string, path: string, outgoing: Outgoing = {}): Promise<Exchange> {
    if (outgoing.authorization === undefined) await this.#wait(this.#delay());
    let exchange = await this.sendNow(method, path, outgoing);
    // Another client may use the same token.
    while (statusOf(exchange) === 429 && this.#waits < maxWaits) {
      await this.#wait((numberHeader(exchange, 'Retry-After') ?? documentedWindow / 1000) * 1000);
      exchange = await this.sendNow(method, path, outgoing);
    }
    this.exchanges.push(exchange);
    return exchange;
  }

  /** Sends a request at once. */
  async sendNow(method: string, path: string, outgoing: Outgoing = {}): Promise<Exchange> {
    const { json, body, authorization } = outgoing;
    const { baseUrl, token } = this.#target;
    const sent = json === undefined ? body : JSON.stringify(json);
    const headers = { ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }), ...outgoing.headers };
    const credentials = authorization === undefined ? `Bearer ${token}` : authorization;
    if (authorization === undefined) this.#sent.push(this.#platform.now());
    const answer = await this.#answer(`${baseUrl}${path}`, {
      method,
      headers: { ...headers, ...(credentials === null ? {} : { Authorization: credentials }) },
      ...(sent === undefined ? {} : { body: sent }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    });
    return {
      method,
      path,
      headers,
      sent,
      authorized: authorization === undefined,
      at: this.#platform.now(),
      ...answer,
    };
  }

  async #answer(url: string, init: RequestInit): Promise<Pick<Exchange, 'answer' | 'error'>> {
    try {
      const { status, headers, ...response } = await responseWithText(await this.#platform.fetch(url, init));
      return { answer: { status, headers, text: response.text, json: parsed(response.text) }, error: undefined };
    } catch (error) {
      return { answer: undefined, error: messageOf(error) };
    }
  }

  /** Milliseconds until the server, or the documented limit if it says nothing, allows another request. */
  #delay(): number {
    const now = this.#platform.now();
    const last = this.exchanges.findLast(({ authorized }) => authorized);
    const reset = last === undefined ? undefined : numberHeader(last, 'X-RateLimit-Reset');
    if (last !== undefined && reset !== undefined && numberHeader(last, 'X-RateLimit-Remaining') === 0) {
      const delay = reset * 1000 - (serverTime(last) + now - last.at);
      return Math.min(Math.max(delay, 0), documentedWindow);
    }
    const oldest = this.#sent.at(-documentedLimit);
    return oldest === undefined ? 0 : Math.max(oldest + documentedWindow - now, 0);
  }

  async #wait(delay: number): Promise<void> {
    if (delay <= 0 || this.#waits >= maxWaits) return;
    this.#waits += 1;
    const bounded = Math.min(delay, documentedWindow);
    this.#platform.onWait?.(bounded);
    await this.#platform.sleep(bounded);
  }
}

async function responseWithText(response: Response) {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An error's message with that of its cause, which says what went wrong on the connection. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
