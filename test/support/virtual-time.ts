import { setImmediate } from 'node:timers/promises';
import { vi } from 'vitest';

/** Requests that are being processed in real time. */
let inFlight = 0;

/**
 * Replaces the timers and clocks that the SDK uses until the test ends. Sockets stay real: let time pass after the
 * request has reached the server.
 */
export function useVirtualTime(): void {
  vi.useFakeTimers({
    now: Date.UTC(2026, 0, 1),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  });
  inFlight = 0;
}

/** Lets virtual time pass, and runs the timers that become due. */
export async function passTime(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** Fixes the random part of the backoff until the test ends: 0 for none, which never happens; 1 for all of it. */
export function fixJitter(part: number): void {
  vi.spyOn(Math, 'random').mockReturnValue(3 * part - 2);
}

/** Resolves after this much virtual time. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Stops virtual time during a request, for a `fetch` whose work fake timers can't control. */
export function holdingTime<Init, R>(fetch: (url: string, init: Init) => Promise<R>) {
  return async (url: string, init: Init): Promise<R> => {
    inFlight++;
    return fetch(url, init).finally(() => inFlight--);
  };
}

/** Lets virtual time pass, timer by timer, until the call settles. For calls that use no socket. */
export async function settled<T>(call: PromiseLike<T>): Promise<T> {
  const state = { isSettled: false };
  const settle = () => (state.isSettled = true);
  call.then(settle, settle);
  for (;;) {
    do await setImmediate();
    while (inFlight > 0);
    if (state.isSettled) return call;
    if (vi.getTimerCount() === 0) throw new Error('The call waits, but for no timer and no request.');
    vi.advanceTimersToNextTimer();
  }
}
