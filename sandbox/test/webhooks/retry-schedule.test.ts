import { expect, test } from 'vitest';
import { defaultSchedule, nextDelay } from '../../src/webhooks/retry-schedule.ts';

test('the default schedule lasts for more than a day, with 10 % jitter', () => {
  const waits = defaultSchedule.schedule.map((_, index) => nextDelay(defaultSchedule, index + 1, 0.5)!);
  expect(waits.slice(0, 4)).toEqual([5000, 30_000, 120_000, 300_000]);
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(86_400_000);
  expect(nextDelay(defaultSchedule, 1, 0)).toBe(4500);
  expect(nextDelay(defaultSchedule, 1, 1)).toBe(5500);
  expect(nextDelay(defaultSchedule, waits.length + 1, 0.5)).toBeUndefined();
});

test('Retry-After extends a delay, but never shortens it', () => {
  expect(nextDelay(defaultSchedule, 1, 0.5, 60_000)).toBe(60_000);
  expect(nextDelay(defaultSchedule, 1, 0.5, 1000)).toBe(5000);
});
