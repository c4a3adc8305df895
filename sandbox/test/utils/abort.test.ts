import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sleep, untilAborted } from '../../src/utils/abort.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const reason = new Error('changed my mind');

describe('sleep', () => {
  test('waits for the delay', async () => {
    const awake = vi.fn();
    const sleeping = sleep(1000, new AbortController().signal).then(awake);

    await vi.advanceTimersByTimeAsync(999);
    expect(awake).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(awake).toHaveBeenCalledOnce();
  });

  test('rejects at once when the signal aborts, and leaves no timer', async () => {
    const controller = new AbortController();
    const sleeping = sleep(1000, controller.signal);
    controller.abort(reason);

    await expect(sleeping).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('rejects at once when the signal is already aborted', async () => {
    await expect(sleep(1000, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('untilAborted', () => {
  test('settles like the work', async () => {
    const { signal } = new AbortController();

    await expect(untilAborted(signal, Promise.resolve('done'))).resolves.toBe('done');
    await expect(untilAborted(signal, Promise.reject(reason))).rejects.toBe(reason);
  });
});
