/** A second limit, which refuses requests with budget left, and which no header reports. */
export type Hidden = 'none' | 'concurrency' | 'rate' | 'bucket';

/** Requests in progress at once, and the milliseconds that each takes. */
const concurrency = { limit: 5, takes: 20 };

/** Requests in each quarter of a window. */
const rate = { limit: 25, parts: 4 };

/** nginx's `limit_req` with `nodelay`: so many requests at once, and then this multiple of the announced rate. */
const bucket = { burst: 10, rate: 2 };

/** Says of each request whether the hidden limit admits it, and how many milliseconds it then takes. */
export class HiddenLimit {
  readonly #hidden: Hidden;
  readonly #window: number;
  /** Requests in a millisecond that the bucket lets out. */
  readonly #drain: number;
  #inProgress = 0;
  #excess = 0;
  #lastAt = -Infinity;
  #part = -1;
  #used = 0;

  constructor(hidden: Hidden, limit: number, window: number) {
    this.#hidden = hidden;
    this.#window = window;
    this.#drain = (bucket.rate * limit) / window;
  }

  get takes(): number {
    return this.#hidden === 'concurrency' ? concurrency.takes : 0;
  }

  admits(now: number): boolean {
    if (this.#hidden === 'concurrency') return this.#inProgress < concurrency.limit;
    if (this.#hidden === 'none') return true;
    if (this.#hidden === 'bucket') return this.#excessAt(now) <= bucket.burst;
    const part = Math.floor((now * rate.parts) / this.#window);
    if (part !== this.#part) this.#used = 0;
    this.#part = part;
    return this.#used < rate.limit;
  }

  begin(now: number): void {
    this.#excess = this.#excessAt(now);
    this.#lastAt = now;
    this.#inProgress += 1;
    this.#used += 1;
  }

  #excessAt(now: number): number {
    return this.#lastAt < 0 ? 0 : Math.max(0, this.#excess - (now - this.#lastAt) * this.#drain + 1);
  }

  end(): void {
    this.#inProgress -= 1;
  }
}

/** Milliseconds that `calls` take at the least in the last window, because of the hidden limit. */
export function hiddenTime(hidden: Hidden, calls: number, limit: number, window: number): number {
  switch (hidden) {
    case 'none':
      return 0;
    case 'concurrency':
      return Math.ceil(calls / concurrency.limit) * concurrency.takes;
    case 'rate':
      return (Math.ceil(calls / rate.limit) - 1) * (window / rate.parts);
    case 'bucket':
      return (Math.max(0, calls - bucket.burst - 1) * window) / (bucket.rate * limit);
  }
}
