import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../site/src/playground/clock.ts';

/** Milliseconds for which the thread did something else. */
let busy = 0;
let clock: VirtualClock;
let log: string[];
const add = (name: string, delay: number, repeats?: boolean) => clock.setTimer(() => log.push(name), delay, repeats);

beforeEach(() => {
  vi.useFakeTimers();
  [busy, log] = [0, []];
  const [start, set] = [performance.now(), setTimeout];
  const real = {
    now: () => performance.now() - start + busy,
    setTimeout: (callback: () => void, delay: number) => Number(set(callback, delay)),
    clearTimeout,
  };
  clock = new VirtualClock(real, 10);
});
afterEach(() => vi.useRealTimers());

it('runs timers in the order in which they are due, and none that was cleared', () => {
  add('second', 200);
  clock.setTimer(() => clock.clearTimer(cleared), 100);
  const cleared = add('cleared', 150);
  const interval = add('every', 90, true);

  vi.advanceTimersByTime(18);
  clock.clearTimer(interval);
  vi.advanceTimersByTime(1);
  expect(log).toEqual(['every', 'every']);
  vi.advanceTimersByTime(1);
  expect([log, clock.now()]).toEqual([['every', 'every', 'second'], 200]);
});

it('goes on after a timer that throws', () => {
  clock.setTimer(() => {
    throw new Error('thrown');
  }, 100);
  add('at once', 100);
  add('later', 200);

  expect(() => vi.advanceTimersByTime(10)).toThrow('thrown');
  vi.advanceTimersByTime(20);

  expect(log).toEqual(['at once', 'later']);
});

it('does not run past a timer on a busy machine', () => {
  const cleared = add('cleared', 50);
  clock.setTimer(() => log.push(`at ${clock.now()}`), 100);

  busy = 1_000;
  expect(clock.now()).toBe(50);
  clock.clearTimer(cleared);
  expect(clock.now()).toBe(50);
  vi.advanceTimersByTime(5);
  expect(log).toEqual(['at 100']);
});
