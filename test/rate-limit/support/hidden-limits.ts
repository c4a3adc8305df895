import type { LimitedServer } from './servers.ts';
import { seeded, type ServerReply, type SimulatedRequest, type SimulatedServer } from './simulation.ts';

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
  readonly #inner: LimitedServer;
  #busyUntil: number[] = [];
  #refused = 0;

  constructor(
    inner: LimitedServer,
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
  readonly #inner: LimitedServer;
  #excess = 0;
  #last: number | undefined;
  #refused = 0;

  constructor(
    inner: LimitedServer,
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

/** A second window in front of the announced one, of which no header tells. */
export class TwoWindowsServer implements CountingServer {
  readonly #short: LimitedServer;
  readonly #inner: LimitedServer;
  #refused = 0;

  constructor(short: LimitedServer, inner: LimitedServer) {
    this.#short = short;
    this.#inner = inner;
  }

  get refused(): number {
    return this.#refused + this.#inner.refused;
  }

  answer(now: number): ServerReply {
    if (this.#short.answer(now).status === 200) return this.#inner.answer(now);
    this.#refused += 1;
    return { status: 429, headers: this.#inner.peek(now).headers };
  }
}

/** A limit per route. */
export class RoutedServer implements CountingServer {
  readonly #servers: Readonly<Record<string, LimitedServer>>;

  constructor(servers: Readonly<Record<string, LimitedServer>>) {
    this.#servers = servers;
  }

  get refused(): number {
    return Object.values(this.#servers).reduce((sum, { refused }) => sum + refused, 0);
  }

  answer(now: number, { route = '' }: SimulatedRequest): ServerReply {
    const server = this.#servers[route];
    if (server === undefined) throw new Error(`There is no route ${route}.`);
    return server.answer(now);
  }
}

/**
 * Cloudflare's sliding window counter: the requests of this window, and of the one before in proportion to how much of it
 * lies within the last `window` milliseconds.
 * https://blog.cloudflare.com/counting-things-a-lot-of-different-things/
 */
export class SlidingCounterServer implements CountingServer {
  readonly #limit: number;
  readonly #window: number;
  #number = -Infinity;
  #current = 0;
  #previous = 0;
  refused = 0;

  constructor(limit: number, window: number) {
    this.#limit = limit;
    this.#window = window;
  }

  answer(now: number): ServerReply {
    const number = Math.floor(now / this.#window);
    if (number !== this.#number) {
      this.#previous = number === this.#number + 1 ? this.#current : 0;
      this.#current = 0;
      this.#number = number;
    }
    const end = (number + 1) * this.#window;
    const count = () => (this.#previous * (end - now)) / this.#window + this.#current;
    const admitted = count() + 1 <= this.#limit;
    if (admitted) this.#current += 1;
    else this.refused += 1;
    return {
      status: admitted ? 200 : 429,
      headers: new Headers({
        date: new Date(now).toUTCString(),
        'x-ratelimit-limit': String(this.#limit),
        'x-ratelimit-remaining': String(Math.max(0, Math.floor(this.#limit - count()))),
        'x-ratelimit-reset': String(end / 1000),
      }),
    };
  }
}

/** A CDN that answers a part of the requests from its cache, with the headers that it has stored and an `Age`. */
export class CdnServer implements CountingServer {
  readonly #inner: LimitedServer;
  readonly #random: () => number;
  #stored: { readonly at: number; readonly reply: ServerReply } | undefined;

  constructor(inner: LimitedServer, seed: number) {
    this.#inner = inner;
    this.#random = seeded(seed);
  }

  get refused(): number {
    return this.#inner.refused;
  }

  answer(now: number): ServerReply {
    if (this.#stored !== undefined && this.#random() < 0.3) {
      const headers = new Headers(this.#stored.reply.headers);
      headers.set('age', String(Math.floor((now - this.#stored.at) / 1000)));
      return { status: 200, headers };
    }
    const reply = this.#inner.answer(now);
    // It is fetched again now and then, so that what is stored gets old.
    if (reply.status === 200 && this.#random() < 0.05) this.#stored = { at: now, reply };
    return reply;
  }
}
