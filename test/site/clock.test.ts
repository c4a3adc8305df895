import { expect, it } from 'vitest';
import { VirtualClock } from '../../site/src/playground/clock.ts';

/** Real time that passes by hand. */
function realTime() {
  let now = 0;
  let timer: { due: number; callback: () => void } | undefined;
  return {
    now: () => now,
    setTimeout: (callback: () => void, milliseconds: number) => {
      timer = { due: now + milliseconds, callback };
      return 1;
    },
    clearTimeout: () => (timer = undefined),
    /** Time passes while the thread does something else. */
    beBusy: (milliseconds: number) => (now += milliseconds),
    pass(milliseconds: number) {
      const end = now + milliseconds;
      while (timer && timer.due <= end) {
        const { due, callback } = timer;
        timer = undefined;
        now = due;
        callback();
      }
      now = end;
    },
  };
}

it('lets a minute pass in two seconds', () => {
  const real = realTime();
  const clock = new VirtualClock(real, 30);
  const log: number[] = [];
  clock.setTimer(() => log.push(clock.now()), 60_000);

  real.pass(1_999);
  expect(log).toEqual([]);
  real.pass(1);
  expect(log).toEqual([60_000]);
  expect(clock.now()).toBe(60_000);
});

it('follows a change of its speed, also for timers that run, and stops at 0', () => {
  const real = realTime();
  const clock = new VirtualClock(real, 1);
  let rang = false;
  clock.setTimer(() => (rang = true), 60_000);

  real.pass(30_000);
  clock.speed = 0;
  real.pass(100_000);
  expect([clock.now(), rang]).toEqual([30_000, false]);
  clock.speed = 10;
  real.pass(2_999);
  expect(rang).toBe(false);
  real.pass(1);
  expect([clock.now(), rang]).toEqual([60_000, true]);
});

it('runs timers in the order in which they are due, and none that was cleared', () => {
  const real = realTime();
  const clock = new VirtualClock(real, 10);
  const log: string[] = [];
  clock.setTimer(() => log.push('second'), 200);
  clock.setTimer(() => {
    log.push('first');
    clock.clearTimer(cleared);
  }, 100);
  const cleared = clock.setTimer(() => log.push('cleared'), 150);
  const interval = clock.setTimer(() => log.push('every'), 90, true);

  real.pass(20);
  clock.clearTimer(interval);
  real.pass(100);

  expect(log).toEqual(['every', 'first', 'every', 'second']);
});

it('goes on after a timer that throws', () => {
  const real = realTime();
  const clock = new VirtualClock(real, 10);
  const log: string[] = [];
  clock.setTimer(() => {
    throw new Error('thrown');
  }, 100);
  clock.setTimer(() => log.push('at once'), 100);
  clock.setTimer(() => log.push('later'), 200);

  expect(() => real.pass(10)).toThrow('thrown');
  real.pass(10);

  expect(log).toEqual(['at once', 'later']);
});

it('does not run past a timer on a busy machine', () => {
  const real = realTime();
  const clock = new VirtualClock(real, 10);
  const log: number[] = [];
  const cleared = clock.setTimer(() => undefined, 50);
  clock.setTimer(() => log.push(clock.now()), 100);

  real.beBusy(1_000);
  expect(clock.now()).toBe(50);
  clock.clearTimer(cleared);
  expect(clock.now()).toBe(50);
  real.pass(5);
  expect(log).toEqual([100]);
});

it('waits for a timer that no real timer can wait for', () => {
  const delays: number[] = [];
  const real = {
    now: () => 0,
    clearTimeout: () => undefined,
    setTimeout: (_: () => void, delay: number) => delays.push(delay),
  };
  new VirtualClock(real, 1).setTimer(() => undefined, 2 ** 40);

  expect(delays).toEqual([2 ** 31 - 1]);
});
