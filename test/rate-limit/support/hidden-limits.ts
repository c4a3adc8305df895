import type { ServerReply, SimulatedServer } from './simulation.ts';
import type { DocumentedServer } from './documented-server.ts';

/** Refuses requests while others are in progress: `limit` at once, each of which takes `takes` milliseconds. */
export class ConcurrencyLimitedServer implements SimulatedServer {
  readonly #options: { readonly limit: number; readonly takes: number };
  readonly #inner: DocumentedServer;
  #busyUntil: number[] = [];
  #refused = 0;

  constructor(inner: DocumentedServer, options: { readonly limit: number; readonly takes: number }) {
    this.#inner = inner;
    this.#options = options;
  }

  get refused(): number {
    return this.#refused + this.#inner.refused;
  }

  answer(now: number): ServerReply {
    const { limit, takes } = this.#options;
    this.#busyUntil = this.#busyUntil.filter((end) => end > now);
    if (this.#busyUntil.length >= limit) {
      this.#refused += 1;
      // It reports the budget of the window, of which something is left.
      return { status: 429, headers: this.#inner.peek(now).headers };
    }
    const reply = this.#inner.answer(now);
    if (reply.status !== 200) return reply;
    this.#busyUntil.push(now + takes);
    return { ...reply, took: takes };
  }
}

/**
 * nginx's limit_req with `nodelay`: a leaky bucket. Requests are refused, with no header of the API, while more than `burst`
 * are in excess of `rate` per second.
 * https://nginx.org/en/docs/http/ngx_http_limit_req_module.html
 */
export class NginxServer implements SimulatedServer {
  readonly #options: { readonly rate: number; readonly burst: number };
  readonly #inner: DocumentedServer;
  #excess = 0;
  #last = -Infinity;
  #refused = 0;

  constructor(inner: DocumentedServer, options: { readonly rate: number; readonly burst: number }) {
    this.#inner = inner;
    this.#options = options;
  }

  get refused(): number {
    return this.#refused + this.#inner.refused;
  }

  answer(now: number): ServerReply {
    const { rate, burst } = this.#options;
    const excess = Math.max(0, this.#excess - ((now - this.#last) * rate) / 1000 + 1);
    if (excess > burst) {
      this.#refused += 1;
      return { status: 429, headers: new Headers({ date: new Date(now).toUTCString() }) };
    }
    this.#excess = excess;
    this.#last = now;
    return this.#inner.answer(now);
  }
}
