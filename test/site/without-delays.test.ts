import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../site/src/playground/clock.ts';
import { withoutDelays } from '../../site/src/demonstrations/without-delays.ts';

/** A clock that stands still unless a long timer rings. */
function standing() {
  const timers: (() => void)[] = [];
  return {
    timers,
    time: withoutDelays({
      now: () => 0,
      setTimeout: (callback) => timers.push(callback),
      clearTimeout: (timer) => void timers.splice(timer - 1, 1),
    }),
  };
}

it('skips a delay that the browser would make longer', async () => {
  const { time, timers } = standing();
  const clock = new VirtualClock(time, 10);
  const log: number[] = [];
  clock.setTimer(() => log.push(clock.now()), 30);
  for (let turn = 0; turn < 5; turn++) await setImmediate();

  expect(log).toEqual([30]);
  expect(timers).toEqual([]);
});

it('leaves long delays alone, and rings no timer that was cleared', async () => {
  const { time, timers } = standing();
  const log: string[] = [];
  time.clearTimeout(time.setTimeout(() => log.push('cleared'), 1));
  time.setTimeout(() => log.push('long'), 4);
  for (let turn = 0; turn < 5; turn++) await setImmediate();

  expect(log).toEqual([]);
  expect(timers).toHaveLength(1);
});
