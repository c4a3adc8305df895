import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { installClock } from '../../site/src/playground/clock.ts';

let log: unknown[];
let scope: typeof globalThis;
let clock: ReturnType<typeof installClock>;
const add = (name: string, delay: number) => scope.setTimeout(() => log.push(name), delay);

beforeEach(() => {
  vi.useFakeTimers();
  log = [];
  // What a worker has of it.
  scope = { Date, setTimeout, clearTimeout, performance: { now: () => performance.now() } } as typeof globalThis;
  clock = installClock(scope, 10);
});
afterEach(() => vi.useRealTimers());

it('runs timers in the order in which they are due, and none that was cleared', () => {
  const start = scope.Date.now();
  add('second', 200);
  scope.setTimeout(() => scope.clearTimeout(cleared), 100);
  const cleared = add('cleared', 150);
  const interval = scope.setInterval(() => log.push('every'), 90);

  vi.advanceTimersByTime(18);
  scope.clearInterval(interval);
  vi.advanceTimersByTime(1);
  expect([log, clock.isAwaited()]).toEqual([['every', 'every'], true]);
  vi.advanceTimersByTime(1);
  expect([log, clock.isAwaited()]).toEqual([['every', 'every', 'second'], false]);
  expect([clock.elapsed(), scope.Date.now() - start, new scope.Date().getTime() - start]).toEqual([200, 200, 200]);
});

it('goes on after a timer that throws, and waits for none after unref()', () => {
  scope.setTimeout(() => {
    throw new Error('thrown');
  }, 100);
  add('at once', 100);
  add('later', 200).unref();

  expect(() => vi.advanceTimersByTime(10)).toThrow('thrown');
  expect(clock.isAwaited()).toBe(true);
  vi.advanceTimersByTime(1);
  expect([log, clock.isAwaited()]).toEqual([['at once'], false]);
  vi.advanceTimersByTime(20);
  expect(log).toEqual(['at once', 'later']);
});
