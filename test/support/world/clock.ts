import { setImmediate } from 'node:timers/promises';
import { seeded } from '../random.ts';

/** A timer as Node.js returns it. */
class VirtualTimer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled = false;

  constructor(at: number, order: number, run: () => void) {
    [this.at, this.order, this.run] = [at, order, run];
  }

  ref = (): this => this;
  unref = (): this => this;
  hasRef = (): boolean => true;
}

/** Timers of Node.js run after 1 ms if they were set to more. */
const longestDelay = 2 ** 31 - 1;

const isBefore = (a: VirtualTimer, b: VirtualTimer) => (a.at === b.at ? a.order < b.order : a.at < b.at);

/**
 * Time that passes from timer to timer, without a test runner. While a program runs, it replaces `Date`, `performance.now`,
 * `setTimeout`, `clearTimeout`, `AbortSignal.timeout` and `Math.random`, so run one at a time.
 */
export class Clock {
  /** Milliseconds since the world began. */
  now = 0;
  /** `Date` when the world began. */
  readonly epoch: number;
  /** A heap: each timer is before the two at twice its place. */
  readonly #timers: VirtualTimer[] = [];
  #created = 0;
  readonly #random = seeded(1);
  /** Work of other threads, which takes no virtual time. */
  #held = 0;

  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.epoch = epoch;
  }

  at(time: number, run: () => void): VirtualTimer {
    const timer = new VirtualTimer(Math.max(time, this.now), this.#created++, run);
    const timers = this.#timers;
    let place = timers.push(timer) - 1;
    for (let above = (place - 1) >> 1; place > 0 && isBefore(timer, timers[above]!); above = (place - 1) >> 1) {
      timers[place] = timers[above]!;
      place = above;
    }
    timers[place] = timer;
    return timer;
  }

  sleep(duration: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + duration, resolve));
  }

  /** Holds time until real work has settled. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.#held++;
    return work.finally(() => this.#held--);
  }

  /** The process is frozen: time passes, and no timer runs before its end. */
  freeze(duration: number): void {
    this.now += duration;
  }

  /**
   * Runs a program, and lets time pass until it settles.
   *
   * @param limit Milliseconds after which the program counts as stuck.
   * @throws if it waits for nothing, or for too long.
   */
  async run<T>(program: () => Promise<T>, limit = 7_200_000): Promise<T> {
    const restore = this.#replaceGlobals();
    try {
      let isSettled = false;
      const result = program();
      const settle = () => (isSettled = true);
      result.then(settle, settle);
      for (;;) {
        do await setImmediate();
        while (this.#held > 0);
        // Set by the promise while this function waited.
        if (isSettled as boolean) return await result;
        const next = this.#take();
        if (next === undefined) throw new Error('The program waits, but for no timer.');
        if (next.at > limit) throw new Error(`The program has not ended after ${limit} ms.`);
        this.now = Math.max(this.now, next.at);
        next.run();
      }
    } finally {
      restore();
    }
  }

  #take(): VirtualTimer | undefined {
    for (;;) {
      const first = this.#removeFirst();
      if (first?.isCancelled !== true) return first;
    }
  }

  #removeFirst(): VirtualTimer | undefined {
    const timers = this.#timers;
    const [first] = timers;
    const last = timers.pop();
    if (last === undefined || timers.length === 0) return first;
    let place = 0;
    for (let below = 1; below < timers.length; below = 2 * place + 1) {
      if (below + 1 < timers.length && isBefore(timers[below + 1]!, timers[below]!)) below++;
      if (isBefore(last, timers[below]!)) break;
      timers[place] = timers[below]!;
      place = below;
    }
    timers[place] = last;
    return first;
  }

  #replaceGlobals(): () => void {
    const { Date: RealDate, setTimeout, clearTimeout } = globalThis;
    const { timeout } = AbortSignal;
    const { random } = Math;
    Math.random = this.#random;
    const { digest } = crypto.subtle;
    const dateNow = () => Math.floor(this.epoch + this.now);
    class VirtualDate extends RealDate {
      constructor(value: string | number | Date = dateNow()) {
        super(value);
      }
      static override now = dateNow;
    }
    const set = (run: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) =>
      this.at(this.now + (delay >= 1 && delay <= longestDelay ? Math.trunc(delay) : 1), () => run(...args));
    const clear = (timer: unknown) => {
      if (timer instanceof VirtualTimer) timer.isCancelled = true;
    };
    AbortSignal.timeout = (delay) => {
      const controller = new AbortController();
      set(() => controller.abort(new DOMException('The operation timed out.', 'TimeoutError')), delay);
      return controller.signal;
    };
    crypto.subtle.digest = (...input) => this.hold(digest.apply(crypto.subtle, input));
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
