import { type Timer, Timers } from '../simulation.ts';

const realImmediate = setImmediate;

let now = 0;
let timers = new Timers();

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
    if (timer !== undefined) timer.isCancelled = true;
  }) as typeof clearTimeout;
  crypto.subtle.digest = () => Promise.resolve(new ArrayBuffer(32));
}

/** Calls back after some milliseconds. */
export function after(delay: number, run: () => void): Timer {
  return timers.add({ at: now + Math.max(0, delay), run, isCancelled: false, unref: () => undefined });
}

/** Forgets all timers, and starts anew. */
export function restartTime(): void {
  timers = new Timers();
  now = 0;
}

/** Runs until `isDone`, or until virtual time has reached the limit. Returns whether it is done. */
export async function runUntil(isDone: () => boolean, limit: number): Promise<boolean> {
  for (let idle = 0; ;) {
    // All that promises have to do, the body of a response included.
    await new Promise((resolve) => realImmediate(resolve));
    if (isDone()) return true;
    const next = timers.take();
    // The runtime may take longer to read a body.
    if (next === undefined && ++idle < 100) continue;
    if (next === undefined || next.at > limit) return false;
    idle = 0;
    now = next.at;
    next.run();
  }
}
