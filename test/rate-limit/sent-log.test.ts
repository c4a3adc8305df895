import { expect, it } from 'vitest';
import { SentLog } from '../../src/rate-limit/sent-log.ts';

const minute = 60_000;

it('holds a request until fewer than the limit were sent within the length of a window, in whatever order they end', () => {
  const log = new SentLog();
  for (const sentAt of [1000, 0]) log.add(sentAt, minute);
  expect(log.readyAt(2000, 0, 3, minute)).toBe(2000);
  expect(log.readyAt(2000, 0, 2, minute)).toBe(minute);
  expect(log.readyAt(2000, 1, 2, minute)).toBe(minute + 1000);
  log.add(minute, minute);
  expect(log.readyAt(minute, 0, 2, minute)).toBe(minute + 1000);
});
