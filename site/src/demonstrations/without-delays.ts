import type { RealTime } from '../playground/clock.ts';

/** Browsers let a timer that another one has set wait for at least so many milliseconds. */
const leastDelay = 4;

/**
 * Time that skips the delays which browsers add to short timers. A run with a thousand timers would take seconds longer,
 * for nothing.
 */
export function withoutDelays({ now, setTimeout, clearTimeout }: RealTime): RealTime {
  let skipped = 0;
  let waiting: (() => void) | undefined;
  const ring = afterMessages(() => {
    const callback = waiting;
    waiting = undefined;
    callback?.();
  });
  return {
    now: () => now() + skipped,
    // The clock has one timer at a time.
    setTimeout: (callback, delay) => {
      if (delay >= leastDelay) return setTimeout(callback, delay);
      waiting = () => {
        skipped += delay;
        callback();
      };
      ring();
      return 0;
    },
    clearTimeout: (timer) => {
      if (timer === 0) waiting = undefined;
      else clearTimeout(timer);
    },
  };
}

/** Returns a function that has `callback` called once all that is due now is done. */
export function afterMessages(callback: () => void): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', callback);
  port1.start();
  return () => port2.postMessage(undefined);
}
