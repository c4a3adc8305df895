interface Timer {
  due: number;
  readonly every: number | undefined;
  readonly callback: () => void;
  /** As in Node.js, nothing waits for a timer after `unref()`. */
  readonly unref: () => void;
}

/**
 * Replaces the clocks and timers of a global scope by those of a virtual clock, on which a minute takes seconds. It moves
 * from timer to timer, so a busy machine makes a program take longer, but not its virtual time.
 *
 * @param speed - Virtual milliseconds per real one.
 */
export function installClock(scope: typeof globalThis, speed: number) {
  const { Date: RealDate, setTimeout, clearTimeout } = scope;
  const [start, startedAt] = [RealDate.now(), scope.performance.now()];
  const timers = new Set<Timer>();
  const awaited = new Set<Timer>();
  let elapsed = 0;
  let wake: Parameters<typeof clearTimeout>[0];

  const schedule = () => {
    clearTimeout(wake);
    const due = Math.min(...Array.from(timers, (timer) => timer.due));
    if (timers.size > 0) wake = setTimeout(run, (due - elapsed) / speed, due);
  };
  const clear = (timer?: Timer) => {
    if (!timer) return;
    timers.delete(timer);
    awaited.delete(timer);
    schedule();
  };
  const run = (due: number) => {
    elapsed = due;
    try {
      for (const timer of [...timers].filter((each) => each.due <= due)) {
        // An earlier timer may have cleared it.
        if (!timers.has(timer)) continue;
        if (timer.every === undefined) clear(timer);
        else timer.due += timer.every;
        timer.callback();
      }
    } finally {
      // A callback that throws ends only itself.
      schedule();
    }
  };
  const setter =
    (repeats: boolean) =>
    (callback: (...args: unknown[]) => void, delay?: number, ...args: unknown[]): Timer => {
      const wait = Math.max(Number(repeats), delay ?? 0) || 0;
      const timer = {
        due: elapsed + wait,
        every: repeats ? wait : undefined,
        callback: () => callback(...args),
        unref: () => awaited.delete(timer),
      };
      timers.add(timer);
      awaited.add(timer);
      schedule();
      return timer;
    };
  const now = () => Math.floor(start + elapsed);
  Object.assign(scope, {
    Date: new Proxy(RealDate, {
      construct: (target, args: [] | [number]) => (args.length === 0 ? new target(now()) : new target(...args)),
      get: (target, name): unknown => (name === 'now' ? now : Reflect.get(target, name)),
    }),
    setTimeout: setter(false),
    setInterval: setter(true),
    clearTimeout: clear,
    clearInterval: clear,
  });
  Object.defineProperty(scope.performance, 'now', { value: () => startedAt + elapsed });
  return {
    /** Virtual milliseconds since it was installed. */
    elapsed: () => elapsed,
    /** Whether a timer is left that something waits for. */
    isAwaited: () => awaited.size > 0,
  };
}
