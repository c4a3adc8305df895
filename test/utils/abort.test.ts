import { getEventListeners } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Deadline, onAbort } from '../../src/utils/abort.ts';

it('calls that share a signal share one listener, and nothing is left when all have gone', () => {
  const { signal } = new AbortController();
  const releases = Array.from({ length: 10 }, () => onAbort(signal, () => undefined));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);

  for (const release of releases) release();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

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

it.each([
  ['before it aborts', true],
  ['afterwards', false],
])('the signal of a deadline, asked for %s, aborts with its reason', (_, isEarly) => {
  const controller = new AbortController();
  const deadline = new Deadline([controller.signal], Infinity, Error);
  if (isEarly) expect(deadline.signal.aborted).toBe(false);

  controller.abort('enough');

  expect(deadline.signal.reason).toBe('enough');
});

it('a stopped deadline leaves neither a timer nor a listener, and says whether its signal has aborted it', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const controller = new AbortController();
  const [stopped, over] = [1, 2].map(() => new Deadline([controller.signal], 1_000, () => new Error('too late')));
  stopped?.stop();
  expect([vi.getTimerCount(), getEventListeners(controller.signal, 'abort').length]).toEqual([1, 1]);
  vi.advanceTimersByTime(1_000);
  expect(stopped?.signal.aborted).toBe(false);
  expect(over?.signal.reason).toEqual(new Error('too late'));
  expect(over?.isAbortedBy(over.signal.reason)).toBe(false);
  over?.stop();
  expect([vi.getTimerCount(), getEventListeners(controller.signal, 'abort').length]).toEqual([0, 0]);
});
