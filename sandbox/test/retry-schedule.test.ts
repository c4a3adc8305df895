import { expect, test } from 'vitest';
import { DEFAULT_SCHEDULE, nextDelay } from '../src/webhooks/retry-schedule.ts';

test('the default goes on for more than a day, with a tenth of jitter', () => {
  const waits = DEFAULT_SCHEDULE.delays.map((_, index) => nextDelay(DEFAULT_SCHEDULE, index + 1, 0.5)!);
  expect(waits.slice(0, 4)).toEqual([5000, 30_000, 120_000, 300_000]);
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(86_400_000);
  expect(nextDelay(DEFAULT_SCHEDULE, 1, 0)).toBe(4500);
  expect(nextDelay(DEFAULT_SCHEDULE, 1, 1)).toBe(5500);
  expect(nextDelay(DEFAULT_SCHEDULE, waits.length + 1, 0.5)).toBeUndefined();
});

test('what the receiver asks for makes a wait longer, never shorter', () => {
  expect(nextDelay(DEFAULT_SCHEDULE, 1, 0.5, 60_000)).toBe(60_000);
  expect(nextDelay(DEFAULT_SCHEDULE, 1, 0.5, 1000)).toBe(5000);
});
