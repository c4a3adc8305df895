import { setImmediate } from 'node:timers/promises';
import { vi } from 'vitest';

/** Requests that are being answered in real time. */
let inFlight = 0;

/**
 * Replaces the timers and clocks that the SDK uses until the test ends. Sockets stay real: let time pass once the
 * request has reached the server.
 */
export function useVirtualTime(): void {
  vi.useFakeTimers({
    now: Date.UTC(2026, 0, 1),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  });
  inFlight = 0;
}

/** Lets virtual time pass. Timers that are due run on the way. */
export async function passTime(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** Fixes the part of the backoff that retries wait until the test ends: with 0 none of it, which is never so; with 1 all. */
export function fixJitter(part: number): void {
  vi.spyOn(Math, 'random').mockReturnValue(3 * part - 2);
}

/** Resolves after so much virtual time. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Holds virtual time while a request is being answered, for a `fetch` that does work which fake timers can't control. */
export function holdingTime<Init, R>(fetch: (url: string, init: Init) => Promise<R>) {
  return async (url: string, init: Init): Promise<R> => {
    inFlight++;
    return fetch(url, init).finally(() => inFlight--);
  };
}

/** Lets virtual time pass, from timer to timer, until the call settles. For calls that use no socket. */
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
