import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sleep } from '../../src/utils/abort.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const reason = new Error('changed my mind');

test.each([
  ['aborts', false],
  ['is already aborted', true],
])('a sleep ends when its signal %s, and leaves no timer', async (_, already) => {
  const controller = new AbortController();
  if (already) controller.abort(reason);
  const sleeping = sleep(1000, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});
