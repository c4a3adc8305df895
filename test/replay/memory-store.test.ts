import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryReplayStore, type ReplayStore } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { itIsAReplayStore } from './support/replay-store-contract.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const handle = async (store: ReplayStore, id: string) => {
  const claim = await store.claim(id);
  if (claim.status === 'claimed') claim.complete();
  return claim.status;
};

describe('memoryReplayStore', () => {
  itIsAReplayStore(() => {
    const store = memoryReplayStore();
    return [store, store];
  });

  it('forgets the oldest handled events beyond maxIds, but never those being handled', async () => {
    const store = memoryReplayStore({ maxIds: 2, retention: 1_000 });
    await store.claim('running');
    const seen = async (...ids: string[]) => {
      const statuses = [];
      for (const id of ids) statuses.push(await handle(store, id));
      return statuses;
    };
    expect(await seen('a', 'b', 'c')).toEqual(['claimed', 'claimed', 'claimed']);
    expect(await seen('b', 'c', 'a', 'running')).toEqual(['handled', 'handled', 'claimed', 'busy']);
    // One that was handled again is not the oldest any more.
    vi.advanceTimersByTime(1_000);
    expect(await seen('c', 'd', 'c')).toEqual(['claimed', 'claimed', 'handled']);
  });

  it.each([
    [undefined, 345_600_000],
    [60_000, 60_000],
  ])('remembers an event for retention: %s, whatever happens to the wall clock', async (retention, time) => {
    const store = memoryReplayStore({ retention });
    await handle(store, 'a');
    vi.advanceTimersByTime(time - 1);
    vi.setSystemTime(Date.now() + 10 ** 10);
    expect(await handle(store, 'a')).toBe('handled');
    vi.advanceTimersByTime(1);
    expect(await handle(store, 'a')).toBe('claimed');
  });

  it('remembers 10 000 events by default', async () => {
    const store = memoryReplayStore();
    for (let index = 0; index <= 10_000; index++) await handle(store, `${index}`);
    expect([await handle(store, '1'), await handle(store, '0')]).toEqual(['handled', 'claimed']);
  });

  it.each([{ maxIds: 0 }, { maxIds: 1.5 }, { retention: 0 }, { retention: NaN }])('rejects %o', (options) => {
    expect(() => memoryReplayStore(options)).toThrow(InvalidRequestError);
    expect(() => memoryReplayStore(options)).toThrow(Object.keys(options)[0]);
    expect(() => memoryReplayStore({ maxIds: 1, retention: 1 })).not.toThrow();
  });
});
