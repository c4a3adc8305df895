import type { Timing } from './timing.ts';

/** The longest time that a timer of every platform can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** One timer, which is set anew each time. */
export class Alarm {
  readonly #timing: Timing;
  readonly #callback: () => void;
  #cancel: (() => void) | undefined;

  constructor(timing: Timing, callback: () => void) {
    this.#timing = timing;
    this.#callback = callback;
  }

  /** Calls back at `time`, and not at the time that was set before; `Infinity` for never. */
  set(time: number): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (time === Infinity) return;
    const delay = Math.ceil(Math.max(0, time - this.#timing.now()));
    this.#cancel = this.#timing.after(Math.min(delay, longestTimer), this.#callback);
  }
}
