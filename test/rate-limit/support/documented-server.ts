import type { ServerReply, SimulatedServer } from './simulation.ts';

// The API as its reference documents it: 100 requests a minute for each token, in X-RateLimit-Limit, -Remaining and -Reset. What
// the reference leaves open is an option.

export interface DocumentedOptions {
  /** Whether windows follow the clock, or begin with the first request after the last one. Default: the clock. */
  readonly windows?: 'aligned' | 'first-request';
  /** Milliseconds by which aligned windows end after a multiple of their length. */
  readonly phase?: number;
  limit?: number;
  readonly window?: number;
  /** How `reset` is rounded to a second. Default: up. */
  readonly rounding?: 'up' | 'down' | 'exact';
  /** Milliseconds by which each of so many replicas lags behind in what it reports. */
  readonly lag?: { readonly replicas: number; readonly by: number };
}

interface State {
  readonly at: number;
  readonly end: number;
  readonly used: number;
}

export class DocumentedServer implements SimulatedServer {
  limit: number;
  admitted = 0;
  refused = 0;
  /** The most requests that it admitted in one window. */
  most = 0;
  readonly #options: DocumentedOptions;
  readonly #window: number;
  #end = -Infinity;
  #used = 0;
  #answers = 0;
  /** What was true when, for replicas that lag. */
  readonly #history: State[] = [];

  constructor(options: DocumentedOptions = {}) {
    this.#options = options;
    this.limit = options.limit ?? 100;
    this.#window = options.window ?? 60_000;
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
    const { windows = 'aligned', phase = 0 } = this.#options;
    if (now >= this.#end || now < this.#end - this.#window) {
      this.#used = 0;
      const next = (Math.floor((now - phase) / this.#window) + 1) * this.#window + phase;
      this.#end = windows === 'aligned' ? next : now + this.#window;
    }
    const admitted = Math.min(requests, Math.max(0, this.limit - this.#used));
    this.#used += admitted;
    this.most = Math.max(this.most, this.#used);
    this.#history.push({ at: now, end: this.#end, used: this.#used });
    return admitted;
  }

  /** When the window ends: epoch milliseconds. */
  get end(): number {
    return this.#end;
  }

  #headers(now: number): Headers {
    const { rounding = 'up', lag } = this.#options;
    let state: State = { at: now, end: this.#end, used: this.#used };
    if (lag !== undefined && this.#answers++ % lag.replicas > 0) {
      state = this.#history.findLast(({ at }) => at <= now - lag.by) ?? { ...state, used: 0 };
    }
    const seconds = state.end / 1000;
    const reset = rounding === 'up' ? Math.ceil(seconds) : rounding === 'down' ? Math.floor(seconds) : seconds;
    return new Headers({
      date: new Date(now).toUTCString(),
      'x-ratelimit-limit': String(this.limit),
      'x-ratelimit-remaining': String(Math.max(0, this.limit - state.used)),
      'x-ratelimit-reset': String(reset),
    });
  }
}
