import { setImmediate } from 'node:timers/promises';
import { type Timer, Timers } from '../support/simulation.ts';

/** How the clocks of the client differ from the server's, which are true. */
export interface ClientClock {
  /** Milliseconds by which the client's `Date` is ahead. */
  readonly offset?: number;
  /** Seconds that the client's `Date` gains each second, such as 0.02. */
  readonly drift?: number;
  /** The same for `performance.now()` and timers, which run on it. */
  readonly timerDrift?: number;
  /** Somebody sets the client's `Date`. */
  readonly jumps?: readonly { readonly at: number; readonly by: number }[];
}

/** A timer as Node.js returns it. */
class NodeTimer implements Timer {
  readonly at: number;
  readonly run: () => void;
  isCancelled = false;

  constructor(at: number, run: () => void) {
    this.at = at;
    this.run = run;
  }

  ref = (): this => this;
  unref = (): this => this;
  hasRef = (): boolean => true;
}

/** Timers of Node.js run after 1 ms if they were set to more. */
const longestDelay = 2 ** 31 - 1;

/**
 * A world whose time passes from timer to timer. While it runs, it replaces `Date`, `performance.now`, `setTimeout` and
 * `clearTimeout`, so run one at a time.
 */
export class World {
  /** True milliseconds since the world began. */
  now = 0;
  /** The server's clock when the world began, in milliseconds since 1970. */
  readonly epoch: number;
  readonly #clock: ClientClock;
  readonly #timers = new Timers();

  constructor(epoch: number, clock: ClientClock = {}) {
    this.epoch = epoch;
    this.#clock = clock;
  }

  /** Runs something at a true time. */
  at(time: number, run: () => void): NodeTimer {
    return this.#timers.add(new NodeTimer(Math.max(time, this.now), run));
  }

  /** Resolves after so many true milliseconds. */
  sleep(duration: number): Promise<void> {
    return new Promise((resolve) => this.at(this.now + duration, resolve));
  }

  /**
   * Lets time pass until the program settles.
   *
   * @param limit True milliseconds after which the program counts as stuck.
   * @returns Whether it settled. If not, it waits for nothing, or has waited for too long.
   */
  async run(program: () => Promise<unknown>, limit: number): Promise<boolean> {
    const restore = this.#replaceGlobals();
    try {
      const state = { isSettled: false };
      const settle = () => (state.isSettled = true);
      program().then(settle, settle);
      await setImmediate();
      while (!state.isSettled) {
        const next = this.#timers.take();
        if (next === undefined && !(await somethingSettles(state))) break;
        if (next === undefined) continue;
        if (next.at > limit) break;
        this.now = next.at;
        next.run();
        // What went on after the end would do so in real time, and set the SDK's clock in a later world.
        await setImmediate();
      }
      return state.isSettled;
    } finally {
      restore();
    }
  }

  #timerNow(): number {
    return 1000 + this.now * (1 + (this.#clock.timerDrift ?? 0));
  }

  #dateNow(): number {
    const { offset = 0, drift = 0, jumps = [] } = this.#clock;
    const jumped = jumps.reduce((sum, { at, by }) => (this.now >= at ? sum + by : sum), 0);
    return Math.floor(this.epoch + this.now * (1 + drift) + offset + jumped);
  }

  #replaceGlobals(): () => void {
    const { Date: RealDate, setTimeout, clearTimeout } = globalThis;
    const dateNow = () => this.#dateNow();
    class ClientDate extends RealDate {
      constructor(value: string | number | Date = dateNow()) {
        super(value);
      }
      static override now = dateNow;
    }
    const rate = 1 + (this.#clock.timerDrift ?? 0);
    const set = (run: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) => {
      const whole = delay >= 1 && delay <= longestDelay ? Math.trunc(delay) : 1;
      return this.at(this.now + whole / rate, () => run(...args));
    };
    const clear = (timer: unknown) => {
      if (timer instanceof NodeTimer) timer.isCancelled = true;
    };
    Object.assign(globalThis, { Date: ClientDate, setTimeout: set, clearTimeout: clear });
    Object.defineProperty(performance, 'now', { configurable: true, value: () => this.#timerNow() });
    return () => {
      Object.assign(globalThis, { Date: RealDate, setTimeout, clearTimeout });
      Reflect.deleteProperty(performance, 'now');
    };
  }
}

/** Without a timer, work in another thread, such as a digest, may still go on. Waits for it in real time. */
async function somethingSettles(state: { isSettled: boolean }): Promise<boolean> {
  for (let turn = 0; turn < 20 && !state.isSettled; turn++) await setImmediate();
  return state.isSettled;
}
