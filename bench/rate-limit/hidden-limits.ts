/** A second limit, which refuses requests with budget left, and which no header reports. */
export type Hidden = 'none' | 'concurrency' | 'rate';

/** Requests in progress at once, and the milliseconds that each takes. */
const concurrency = { limit: 5, takes: 20 };

/** Requests in each quarter of a window. */
const rate = { limit: 25, parts: 4 };

/** Says of each request whether the hidden limit admits it, and how many milliseconds it then takes. */
export class HiddenLimit {
  readonly #hidden: Hidden;
  readonly #window: number;
  #inProgress = 0;
  #part = -1;
  #used = 0;

  constructor(hidden: Hidden, window: number) {
    this.#hidden = hidden;
    this.#window = window;
  }

  get takes(): number {
    return this.#hidden === 'concurrency' ? concurrency.takes : 0;
  }

  admits(now: number): boolean {
    if (this.#hidden === 'concurrency') return this.#inProgress < concurrency.limit;
    if (this.#hidden === 'none') return true;
    const part = Math.floor((now * rate.parts) / this.#window);
    if (part !== this.#part) this.#used = 0;
    this.#part = part;
    return this.#used < rate.limit;
  }

  begin(): void {
    this.#inProgress += 1;
    this.#used += 1;
  }

  end(): void {
    this.#inProgress -= 1;
  }
}

/** Milliseconds that `calls` take at the least in the last window, because of the hidden limit. */
export function hiddenTime(hidden: Hidden, calls: number, window: number): number {
  if (hidden === 'concurrency') return Math.ceil(calls / concurrency.limit) * concurrency.takes;
  return hidden === 'rate' ? (Math.ceil(calls / rate.limit) - 1) * (window / rate.parts) : 0;
}
