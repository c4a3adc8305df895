import type { ServerReply, SimulatedServer } from './simulation.ts';

// The API as its reference documents it: 100 requests a minute for each token, in X-RateLimit-Limit, -Remaining and -Reset.

export interface DocumentedOptions {
  /** Whether windows follow the clock, or begin with the first request after the last one. Default: the clock. */
  readonly windows?: 'aligned' | 'first-request';
  readonly limit?: number;
  readonly window?: number;
}

export class DocumentedServer implements SimulatedServer {
  admitted = 0;
  refused = 0;
  /** The most requests that it admitted in one window. */
  most = 0;
  readonly #isAligned: boolean;
  readonly #limit: number;
  readonly #window: number;
  #end = -Infinity;
  #used = 0;

  constructor({ windows = 'aligned', limit = 100, window = 60_000 }: DocumentedOptions = {}) {
    this.#isAligned = windows === 'aligned';
    this.#limit = limit;
    this.#window = window;
  }

  answer(now: number): ServerReply {
    const isAdmitted = this.use(now, 1) === 1;
    if (isAdmitted) this.admitted += 1;
    else this.refused += 1;
    return { status: isAdmitted ? 200 : 429, headers: this.#headers(now) };
  }

  /** What a response would report now, without counting a request. */
  peek(now: number): ServerReply {
    this.use(now, 0);
    return { status: 200, headers: this.#headers(now) };
  }

  /** Somebody makes so many requests. Returns how many are admitted. */
  use(now: number, requests: number): number {
    if (now >= this.#end) {
      this.#used = 0;
      this.#end = this.#isAligned ? (Math.floor(now / this.#window) + 1) * this.#window : now + this.#window;
    }
    const admitted = Math.min(requests, this.#limit - this.#used);
    this.#used += admitted;
    this.most = Math.max(this.most, this.#used);
    return admitted;
  }

  #headers(now: number): Headers {
    return new Headers({
      date: new Date(now).toUTCString(),
      'x-ratelimit-limit': String(this.#limit),
      'x-ratelimit-remaining': String(this.#limit - this.#used),
      'x-ratelimit-reset': String(Math.ceil(this.#end / 1000)),
    });
  }
}
