const realImmediate = setImmediate;

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCleared: boolean;
  unref(): void;
}

let now = 0;
let order = 0;
let timers: Timer[] = [];

/** Milliseconds since the beginning of virtual time. */
export function virtualNow(): number {
  return now;
}

/** Replaces the clocks, the timers and the digest of this process by ones that take no real time. */
export function installVirtualRuntime(): void {
  performance.now = virtualNow;
  Date.now = () => 1_700_000_000_000 + now;
  // The SDK passes a function, and uses what it gets only for `clearTimeout` and `unref`.
  globalThis.setTimeout = ((run: () => void, delay = 0) => after(delay, run)) as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((timer?: Timer) => {
    if (timer !== undefined) timer.isCleared = true;
  }) as typeof clearTimeout;
  crypto.subtle.digest = () => Promise.resolve(new ArrayBuffer(32));
}

/** Calls back after some milliseconds. */
export function after(delay: number, run: () => void): Timer {
  const timer = { at: now + Math.max(0, delay), order: order++, run, isCleared: false, unref: () => undefined };
  timers.push(timer);
  let index = timers.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(timer, timers[parent]!)) break;
    timers[index] = timers[parent]!;
    index = parent;
  }
  timers[index] = timer;
  return timer;
}

/** Forgets all timers, and starts anew. */
export function restartTime(): void {
  timers = [];
  now = 0;
}

/** Runs until `isDone`, or until virtual time has reached the limit. Returns whether it is done. */
export async function runUntil(isDone: () => boolean, limit: number): Promise<boolean> {
  for (let idle = 0; ;) {
    // All that promises have to do, the body of a response included.
    await new Promise((resolve) => realImmediate(resolve));
    if (isDone()) return true;
    const next = take();
    // The runtime may take longer to read a body.
    if (next === undefined && ++idle < 100) continue;
    if (next === undefined || next.at > limit) return false;
    idle = 0;
    now = next.at;
    next.run();
  }
}

function take(): Timer | undefined {
  for (;;) {
    const first = timers[0];
    const last = timers.pop();
    if (first === undefined || last === undefined) return undefined;
    if (last !== first) sink(last);
    if (!first.isCleared) return first;
  }
}

function sink(timer: Timer): void {
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child + 1 < timers.length && isBefore(timers[child + 1]!, timers[child]!)) child += 1;
    if (child >= timers.length || !isBefore(timers[child]!, timer)) break;
    timers[index] = timers[child]!;
    index = child;
  }
  timers[index] = timer;
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
