import { getEventListeners } from 'node:events';
import { expect, it, vi } from 'vitest';
import { Deadline, onAbort } from '../../src/utils/abort.ts';
import { garbageCollector } from '../support/garbage-collector.ts';

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

it('a deadline that is kept for a body aborts what reads it for as long as something holds the body', async () => {
  const controller = new AbortController();
  const body = {};
  const read = () => {
    const deadline = new Deadline([controller.signal], 1000, Error);
    deadline.keepFor(body);
    deadline.dispose();
    return deadline.signal;
  };
  const signal = read();
  await new Promise(setImmediate);
  garbageCollector()();

  controller.abort('enough');

  expect(signal.reason).toBe('enough');
  expect(body).toEqual({});
});
