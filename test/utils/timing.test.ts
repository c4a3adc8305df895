import { beforeEach, expect, it, vi } from 'vitest';
import { maxTimer, now, startTimer } from '../../src/utils/timing.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

it('a timer waits as long as platforms can, however long it is to wait, and leaves the clock alone', async () => {
  const start = now();
  const onTime = vi.fn();
  startTimer(onTime, 100 * maxTimer);

  await vi.advanceTimersByTimeAsync(1000);
  expect(onTime).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(maxTimer);
  expect(onTime).toHaveBeenCalledOnce();
  expect(now() - start).toBe(1000 + maxTimer);
});
