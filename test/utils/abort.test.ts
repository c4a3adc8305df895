import { getEventListeners } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Deadline, onAbort } from '../../src/utils/abort.ts';

// What calls see of it: test/http/cancelling.test.ts.

it('releasing twice takes nothing from those that came later', () => {
  const controller = new AbortController();
  const release = onAbort(controller.signal, () => undefined);
  release();
  const later = vi.fn();
  onAbort(controller.signal, later);
  release();
  controller.abort();
  expect(later).toHaveBeenCalledOnce();
});

it.each([true, false])('the signal of a deadline aborts with its reason, if asked for before: %s', (isEarly) => {
  const controller = new AbortController();
  const deadline = new Deadline([controller.signal], Infinity, Error);
  if (isEarly) expect(deadline.signal.aborted).toBe(false);
  controller.abort('enough');
  expect(deadline.signal.reason).toBe('enough');
});

it('a stopped deadline leaves neither a timer nor a listener, and says whether its signal has aborted it', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { signal } = new AbortController();
  const left = () => [vi.getTimerCount(), getEventListeners(signal, 'abort').length];
  const [stopped, over] = [1, 2].map(() => new Deadline([signal], 1_000, () => new Error('too late')));
  stopped?.stop();
  expect(left()).toEqual([1, 1]);
  vi.advanceTimersByTime(1_000);
  expect([stopped?.signal.aborted, over?.signal.reason]).toEqual([false, new Error('too late')]);
  expect(over?.isAbortedBy(over.signal.reason)).toBe(false);
  over?.stop();
  expect(left()).toEqual([0, 0]);
});
