import type { ServerReply, SimulatedServer } from './simulation.ts';

/** The API behind a limit. */
interface InnerServer {
  readonly refused: number;
  answer(now: number): ServerReply;
  /** What a response would report now, without counting a request. */
  peek(now: number): ServerReply;
}

/** Counts what a server in front of another one, or that one, has refused. */
export interface CountingServer extends SimulatedServer {
  readonly refused: number;
}

function refusal(now: number, retryAfter: number | undefined): ServerReply {
  const headers = new Headers({ date: new Date(now).toUTCString() });
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
  return { status: 429, headers };
}

/** Refuses requests while others are in progress: `limit` at once, each of which takes `takes` milliseconds. */
export class ConcurrencyLimitedServer implements CountingServer {
  readonly #options: { readonly limit: number; readonly takes: number; readonly retryAfter?: number | undefined };
  readonly #inner: InnerServer;
  #busyUntil: number[] = [];
  #refused = 0;

  constructor(
    inner: InnerServer,
    options: { readonly limit: number; readonly takes: number; readonly retryAfter?: number | undefined },
  ) {
    this.#inner = inner;
    this.#options = options;
  }

  get refused(): number {
    return this.#refused + this.#inner.refused;
  }

  answer(now: number): ServerReply {
    const { limit, takes, retryAfter } = this.#options;
    this.#busyUntil = this.#busyUntil.filter((end) => end > now);
    if (this.#busyUntil.length >= limit) {
      this.#refused += 1;
      // It reports the budget of the window, of which something is left.
      const { headers } = this.#inner.peek(now);
      if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
      return { status: 429, headers };
    }
    const reply = this.#inner.answer(now);
    if (reply.status !== 200) return reply;
    this.#busyUntil.push(now + takes);
    return { ...reply, took: takes };
  }
}

/**
 * nginx's limit_req: a leaky bucket. Requests beyond `rate` per second are delayed, or with `nodelay` admitted at once,
 * until more than `burst` are in excess; then they are refused, with no header of the API.
 * https://nginx.org/en/docs/http/ngx_http_limit_req_module.html
 */
export class NginxServer implements CountingServer {
  readonly #options: {
    readonly rate: number;
    readonly burst: number;
    readonly nodelay: boolean;
    readonly retryAfter?: number | undefined;
  };
  readonly #inner: InnerServer;
  #excess = 0;
  #last: number | undefined;
  #refused = 0;

  constructor(
    inner: InnerServer,
    options: {
      readonly rate: number;
      readonly burst: number;
      readonly nodelay: boolean;
      readonly retryAfter?: number | undefined;
    },
  ) {
    this.#inner = inner;
    this.#options = options;
  }

  get refused(): number {
    return this.#refused + this.#inner.refused;
  }

  answer(now: number): ServerReply {
    const { rate, burst, nodelay, retryAfter } = this.#options;
    const elapsed = this.#last === undefined ? Infinity : now - this.#last;
    const excess = this.#last === undefined ? 0 : Math.max(0, this.#excess - (elapsed * rate) / 1000 + 1);
    if (excess > burst) {
      this.#refused += 1;
      return refusal(now, retryAfter);
    }
    this.#excess = excess;
    this.#last = now;
    return { ...this.#inner.answer(now), took: nodelay ? 0 : (excess * 1000) / rate };
  }
}
