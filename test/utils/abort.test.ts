import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sleep, untilAborted } from '../../src/utils/abort.ts';
import { rejection } from '../support/http-server.ts';
import { passTime, settled, useVirtualTime } from '../support/virtual-time.ts';

const reason = new Error('changed my mind');
const never = new Promise<never>(() => undefined);

beforeEach(useVirtualTime);

describe('untilAborted', () => {
  it('settles as the work does', async () => {
    const { signal } = new AbortController();

    expect(await untilAborted(signal, Promise.resolve('done'))).toBe('done');
    expect(await rejection(untilAborted(signal, Promise.reject(reason)))).toBe(reason);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects with the reason of the signal as soon as it aborts', async () => {
    const controller = new AbortController();
    const work = untilAborted(controller.signal, never);

    controller.abort(reason);

    expect(await rejection(work)).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('rejects if the signal has already aborted', async () => {
    expect(await rejection(untilAborted(AbortSignal.abort(reason), never))).toBe(reason);
    expect(await rejection(untilAborted(AbortSignal.abort(reason), Promise.resolve('done')))).toBe(reason);
  });

  it('handles the rejection of work that nobody waits for any more', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);

    await rejection(untilAborted(AbortSignal.abort(reason), Promise.reject(new Error('too late'))));
    await new Promise((resolve) => setImmediate(resolve));

    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('returns the work itself if there is no signal', () => {
    expect(untilAborted(undefined, never)).toBe(never);
  });
});

describe('sleep', () => {
  it('waits for exactly as long as it is told', async () => {
    await settled(sleep(1234, undefined));

    expect(performance.now()).toBe(1234);
  });

  it('ends when the signal aborts, and leaves no timer behind', async () => {
    const controller = new AbortController();
    const sleeping = sleep(1234, controller.signal);
    await passTime(1000);

    controller.abort(reason);

    expect(await rejection(sleeping)).toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });
});
