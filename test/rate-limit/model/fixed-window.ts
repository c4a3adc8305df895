/** Requests of others with the same token. */
export interface ForeignUse {
  readonly at: number;
  readonly count: number;
}

export interface FixedWindowOptions {
  /** Requests per window. Default: 100, as documented. */
  readonly limit?: number;
  /** Milliseconds. Default: a minute, as documented. */
  readonly duration?: number;
  /** Whether a window begins where the last one ended, or with the first request after that. Default: `'aligned'`. */
  readonly windows?: 'aligned' | 'first';
  /** For how long the first window has lasted when the world begins. With windows that begin with a request, 0 means that there is none yet. */
  readonly begun?: number;
  /** The limit changes at these times, also in mid-window. */
  readonly changes?: readonly { readonly at: number; readonly limit: number }[];
  /** In the order of time. */
  readonly foreign?: readonly ForeignUse[];
}

/** The count of one token: so many requests per window of fixed length. */
export class FixedWindow {
  readonly #options: FixedWindowOptions;
  readonly #duration: number;
  #foreignSeen = 0;
  #end: number;
  used = 0;
  /** Requests that arrived in this window, refused ones included. */
  arrived = 0;
  mostArrived = 0;

  constructor(options: FixedWindowOptions) {
    this.#options = options;
    this.#duration = options.duration ?? 60_000;
    const { begun = 0, windows } = options;
    this.#end = windows === 'first' && begun === 0 ? -Infinity : this.#duration - begun;
  }

  limit(now: number): number {
    const { limit = 100, changes = [] } = this.#options;
    return changes.reduce((current, change) => (now >= change.at ? change.limit : current), limit);
  }

  /** When the window ends, or would end if a request arrived now. */
  end(now: number): number {
    return now < this.#end ? this.#end : this.#nextEnd(now);
  }

  left(now: number): number {
    this.#catchUp(now);
    return now < this.#end ? Math.max(0, this.limit(now) - this.used) : this.limit(now);
  }

  /** Counts a request. @returns Whether it is within the limit. */
  take(now: number): boolean {
    this.#catchUp(now);
    this.#arrive(now);
    this.mostArrived = Math.max(this.mostArrived, ++this.arrived);
    if (this.used >= this.limit(now)) return false;
    this.used++;
    return true;
  }

  /** Others are refused like the client, and try no further. */
  #catchUp(now: number): void {
    const { foreign = [] } = this.#options;
    for (; this.#foreignSeen < foreign.length; this.#foreignSeen++) {
      const { at, count } = foreign[this.#foreignSeen]!;
      if (at > now) return;
      this.#arrive(at);
      this.used = Math.min(Math.max(this.used, this.limit(at)), this.used + count);
    }
  }

  #arrive(now: number): void {
    if (now < this.#end) return;
    this.#end = this.#nextEnd(now);
    this.used = 0;
    this.arrived = 0;
  }

  #nextEnd(now: number): number {
    if (this.#options.windows === 'first') return now + this.#duration;
    return this.#end + (Math.floor((now - this.#end) / this.#duration) + 1) * this.#duration;
  }
}
