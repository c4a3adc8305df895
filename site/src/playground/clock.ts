/** The timers and clocks that a clock is built on. */
export interface RealTime {
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, milliseconds: number) => number;
  readonly clearTimeout: (timer: number) => void;
}

interface Timer {
  due: number;
  readonly every: number | undefined;
  readonly callback: () => void;
}

/**
 * A clock that runs faster than the real one, with its own timers, so that a minute's window takes seconds. It never
 * runs past a timer that has not rung yet, so a busy machine makes a program take longer, but not its virtual time.
 */
export class VirtualClock {
  readonly #real: RealTime;
  readonly #timers = new Map<number, Timer>();
  readonly #speed: number;
  #virtualStart = 0;
  #realStart: number;
  #wake: number | undefined;
  #ids = 0;

  /** @param speed - Virtual milliseconds per real one. */
  constructor(real: RealTime, speed: number) {
    this.#real = real;
    this.#speed = speed;
    this.#realStart = real.now();
  }

  /** Milliseconds since the clock was made. */
  now(): number {
    return Math.min(this.#virtualStart + (this.#real.now() - this.#realStart) * this.#speed, this.#nextDue());
  }

  setTimer(callback: () => void, milliseconds: number, repeats = false): number {
    const delay = Math.max(0, milliseconds || 0);
    const id = ++this.#ids;
    this.#timers.set(id, { due: this.now() + delay, every: repeats ? Math.max(1, delay) : undefined, callback });
    this.#schedule();
    return id;
  }

  clearTimer(id: number | undefined): void {
    if (id === undefined || !this.#timers.has(id)) return;
    this.#rebase();
    this.#timers.delete(id);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#wake !== undefined) this.#real.clearTimeout(this.#wake);
    this.#wake = undefined;
    if (this.#timers.size === 0) return;
    const delay = (this.#nextDue() - this.now()) / this.#speed;
    this.#wake = this.#real.setTimeout(() => this.#run(), delay);
  }

  #nextDue(): number {
    let next = Infinity;
    for (const { due } of this.#timers.values()) next = Math.min(next, due);
    return next;
  }

  /** Goes on from what the clock shows, however late that is. */
  #rebase(): void {
    this.#virtualStart = this.now();
    this.#realStart = this.#real.now();
  }

  #run(): void {
    this.#rebase();
    const now = this.now();
    const due = [...this.#timers].filter(([, timer]) => timer.due <= now).sort(([, a], [, b]) => a.due - b.due);
    try {
      for (const [id, timer] of due) {
        // An earlier timer may have cleared it.
        if (!this.#timers.has(id)) continue;
        if (timer.every === undefined) this.#timers.delete(id);
        else timer.due += timer.every;
        timer.callback();
      }
    } finally {
      // A callback that throws ends only itself.
      this.#schedule();
    }
  }
}

/** Replaces the clocks and timers of a global scope. Returns the clock that they follow. */
export function installClock(scope: typeof globalThis, speed: number): VirtualClock {
  const { Date: RealDate, setTimeout, clearTimeout } = scope;
  const readPerformance = scope.performance.now.bind(scope.performance);
  const [start, startedAt] = [RealDate.now(), readPerformance()];
  const real = {
    now: readPerformance,
    setTimeout: (callback: () => void, delay: number) => Number(setTimeout(callback, delay)),
    clearTimeout: (timer: number) => clearTimeout(timer),
  };
  const clock = new VirtualClock(real, speed);
  const timers =
    (repeats: boolean) =>
    (callback: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) =>
      clock.setTimer(() => callback(...args), delay ?? 0, repeats);
  const now = () => Math.floor(start + clock.now());
  Object.assign(scope, {
    Date: new Proxy(RealDate, {
      construct: (target, args: [] | [number]) => (args.length === 0 ? new target(now()) : new target(...args)),
      get: (target, name): unknown => (name === 'now' ? now : Reflect.get(target, name)),
    }),
    setTimeout: timers(false),
    setInterval: timers(true),
    clearTimeout: (id?: number) => clock.clearTimer(id),
    clearInterval: (id?: number) => clock.clearTimer(id),
  });
  Object.defineProperty(scope.performance, 'now', { value: () => startedAt + clock.now() });
  return clock;
}
