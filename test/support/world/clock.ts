import { setImmediate } from 'node:timers/promises';
import { seeded } from '../random.ts';
import { epoch } from './api.ts';

/** Node.js runs timers with a longer delay after 1 ms. */
const longestDelay = 2 ** 31 - 1;

/**
 * Virtual time that passes from timer to timer, without a test runner. While a program runs, it replaces `Date`,
 * `performance.now`, `setTimeout`, `clearTimeout`, `AbortSignal.timeout` and `Math.random`, so run one at a time.
 */
export class Clock {
  /** Milliseconds since the world began. */
  now = 0;
  /** The timers in the order in which they run. */
  readonly #timers: { readonly at: number; readonly run: () => void; readonly unref: () => void }[] = [];
  readonly #random = seeded(1);
  /** Pending work on other threads, which takes no virtual time. */
  #held = 0;

  /** Returns a timer that programs can use like one of Node.js. */
  at(time: number, run: () => void): object {
    const timer = { at: Math.max(time, this.now), run, unref: () => undefined };
    this.#timers.splice(this.#timers.findLastIndex(({ at }) => at <= timer.at) + 1, 0, timer);
    return timer;
  }

  cancel(timer: unknown): void {
    const place = this.#timers.findIndex((each) => each === timer);
    if (place >= 0) this.#timers.splice(place, 1);
  }

  sleep(duration: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + duration, resolve));
  }

  /**
   * Runs a program, and lets time pass until the program settles.
   *
   * @throws if the program waits for nothing, or for more than two hours.
   */
  async run<T>(program: () => Promise<T>): Promise<T> {
    const restore = this.#replaceGlobals();
    try {
      let isSettled = false;
      const result = program();
      const settle = () => (isSettled = true);
      result.then(settle, settle);
      for (;;) {
        do await setImmediate();
        while (this.#held > 0);
        // The promise set this while this function waited.
        if (isSettled as boolean) return await result;
        const next = this.#timers.shift();
        if (next === undefined) throw new Error('The program waits, but for no timer.');
        if (next.at > 7_200_000) throw new Error('The program has not ended after two hours.');
        this.now = Math.max(this.now, next.at);
        next.run();
      }
    } finally {
      restore();
    }
  }

  #replaceGlobals(): () => void {
    const { Date: RealDate, setTimeout, clearTimeout } = globalThis;
    const { timeout } = AbortSignal;
    const { random } = Math;
    const { digest } = crypto.subtle;
    const dateNow = () => Math.floor(epoch + this.now);
    class VirtualDate extends RealDate {
      constructor(value: string | number | Date = dateNow()) {
        super(value);
      }
      static override now = dateNow;
    }
    const set = (run: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) =>
      this.at(this.now + (delay >= 1 && delay <= longestDelay ? Math.trunc(delay) : 1), () => run(...args));
    AbortSignal.timeout = (delay) => {
      const controller = new AbortController();
      set(() => controller.abort(new DOMException('The operation timed out.', 'TimeoutError')), delay);
      return controller.signal;
    };
    Math.random = this.#random;
    crypto.subtle.digest = (...input) => {
      this.#held++;
      return digest.apply(crypto.subtle, input).finally(() => this.#held--);
    };
    const clear = (timer: unknown) => this.cancel(timer);
    Object.assign(globalThis, { Date: VirtualDate, setTimeout: set, clearTimeout: clear });
    Object.defineProperty(performance, 'now', { configurable: true, value: () => 1000 + this.now });
    return () => {
      Object.assign(globalThis, { Date: RealDate, setTimeout, clearTimeout });
      AbortSignal.timeout = timeout;
      Math.random = random;
      Reflect.deleteProperty(crypto.subtle, 'digest');
      Reflect.deleteProperty(performance, 'now');
    };
  }
}
