import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anySignal, Deadline, onAbort } from '../../src/utils/abort.ts';

describe.each([true, false])('a signal of several (with AbortSignal.any: %s)', (hasAny) => {
  it('aborts with the reason of the one that does, even if that has happened', () => {
    const { any } = AbortSignal;
    // Next.js' edge runtime has none.
    if (!hasAny) Object.defineProperty(AbortSignal, 'any', { value: undefined });
    onTestFinished(() => void Object.defineProperty(AbortSignal, 'any', { value: any }));
    const [first, second] = [new AbortController(), new AbortController()];
    const signal = anySignal([first.signal, second.signal]);
    expect(signal.aborted).toBe(false);

    second.abort(new Error('second'));

    expect(signal.reason).toEqual(new Error('second'));
    expect(anySignal([second.signal, new AbortController().signal]).reason).toEqual(new Error('second'));
  });
});

it('calls that share a signal share one listener, and nothing is left when all have gone', () => {
  const { signal } = new AbortController();
  const releases = Array.from({ length: 10 }, () => onAbort(signal, () => undefined));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);

  for (const release of releases) release();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
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
