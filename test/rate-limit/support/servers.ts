import type { ServerReply, SimulatedServer } from './simulation.ts';

export type Rounding = 'up' | 'down' | 'nearest' | 'exact';
export type Dialect = 'x-ratelimit' | 'draft-03' | 'draft-07' | 'draft-08' | 'none';

export interface ServerOptions {
  /** Windows aligned to the clock, windows that begin with the first request, or a bucket that refills continuously. */
  readonly kind: 'aligned' | 'first-request' | 'bucket';
  limit: number;
  /** Milliseconds. */
  readonly window: number;
  readonly rounding?: Rounding;
  readonly dialect?: Dialect;
  /** Whether responses carry a `Date`. */
  readonly date?: boolean;
  /** Whether a refusal carries `Retry-After`. */
  readonly retryAfter?: boolean;
  /** Whether the `reset` of a bucket is when it is full again, or when the next request is allowed. */
  readonly bucketReset?: 'full' | 'next';
  /** One in so many responses reports no limit, as if a proxy in front of the API had answered. */
  readonly silentEvery?: number;
}

/** An API with a rate limit, on a clock that is passed in. It counts what it admits and refuses. */
export class LimitedServer implements SimulatedServer {
  readonly options: ServerOptions;
  granted = 0;
  refused = 0;
  #windowEnd = -Infinity;
  #used = 0;
  #tokens: number;
  #filledAt = -Infinity;
  #answered = 0;

  constructor(options: ServerOptions) {
    this.options = options;
    this.#tokens = options.limit;
  }

  /** When the current window ends: epoch milliseconds. */
  get windowEnd(): number {
    return this.#windowEnd;
  }

  answer(now: number): ServerReply {
    const { kind, limit, window } = this.options;
    let remaining: number;
    let reset: number;
    let granted: boolean;
    if (kind === 'bucket') {
      const rate = limit / window;
      this.#tokens = Math.min(limit, this.#tokens + Math.max(0, now - this.#filledAt) * rate);
      this.#filledAt = now;
      granted = this.#tokens >= 1;
      if (granted) this.#tokens -= 1;
      remaining = Math.floor(this.#tokens);
      const missing = this.options.bucketReset === 'next' ? Math.max(0, 1 - this.#tokens) : limit - this.#tokens;
      reset = now + missing / rate;
    } else {
      // A clock that is set back leaves the window in the future.
      if (now >= this.#windowEnd || now < this.#windowEnd - window) {
        this.#windowEnd = kind === 'aligned' ? (Math.floor(now / window) + 1) * window : now + window;
        this.#used = 0;
      }
      granted = this.#used < limit;
      if (granted) this.#used += 1;
      remaining = Math.max(0, limit - this.#used);
      reset = this.#windowEnd;
    }
    if (granted) this.granted += 1;
    else this.refused += 1;
    return { status: granted ? 200 : 429, headers: this.#headers(now, remaining, reset, granted) };
  }

  /** What a response would report now, without counting a request. */
  peek(now: number): ServerReply {
    const { limit, window } = this.options;
    const isOver = now >= this.#windowEnd;
    const remaining = isOver ? limit : Math.max(0, limit - this.#used);
    return { status: 200, headers: this.#headers(now, remaining, isOver ? now + window : this.#windowEnd, true) };
  }

  #headers(now: number, remaining: number, reset: number, granted: boolean): Headers {
    const { limit, window, dialect = 'x-ratelimit', date = true, retryAfter = false } = this.options;
    const headers = new Headers();
    if (++this.#answered % (this.options.silentEvery ?? Infinity) === 0) return headers;
    if (date) headers.set('date', new Date(now).toUTCString());
    const epoch = round(reset / 1000, this.options.rounding ?? 'up');
    // The IETF's are whole seconds in any case.
    const delta = Math.max(0, round(round((reset - now) / 1000, this.options.rounding ?? 'up'), 'up'));
    if (retryAfter && !granted) headers.set('retry-after', String(Math.ceil((reset - now) / 1000)));
    switch (dialect) {
      case 'x-ratelimit':
        headers.set('x-ratelimit-limit', String(limit));
        headers.set('x-ratelimit-remaining', String(remaining));
        headers.set('x-ratelimit-reset', String(epoch));
        break;
      case 'draft-03':
        headers.set('ratelimit-limit', `${limit}, ${limit};w=${window / 1000}`);
        headers.set('ratelimit-remaining', String(remaining));
        headers.set('ratelimit-reset', String(delta));
        break;
      case 'draft-07':
        headers.set('ratelimit', `limit=${limit}, remaining=${remaining}, reset=${delta}`);
        headers.set('ratelimit-policy', `${limit};w=${window / 1000}`);
        break;
      case 'draft-08':
        headers.set('ratelimit', `"default";r=${remaining};t=${delta}`);
        headers.set('ratelimit-policy', `"default";q=${limit};w=${window / 1000}`);
        break;
      case 'none':
        break;
    }
    return headers;
  }
}

function round(value: number, rounding: Rounding): number {
  switch (rounding) {
    case 'up':
      return Math.ceil(value);
    case 'down':
      return Math.floor(value);
    case 'nearest':
      return Math.round(value);
    case 'exact':
      return value;
  }
}
