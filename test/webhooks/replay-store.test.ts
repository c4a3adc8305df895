import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryReplayStore, type ReplayStore } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { itIsAReplayStore } from './support/replay-store-contract.ts';

afterEach(() => vi.useRealTimers());

describe('memoryReplayStore', () => {
  itIsAReplayStore(() => {
    const store = memoryReplayStore();
    return [store, store];
  });

  const complete = async (store: ReplayStore, id: string) => {
    const claim = await store.claim(id);
    if (claim.status === 'claimed') claim.complete();
    return claim.status;
  };

  it('forgets the oldest handled events beyond maxIds, but never those being handled', async () => {
    const store = memoryReplayStore({ maxIds: 2 });
    expect(() => memoryReplayStore({ maxIds: 1 })).not.toThrow();
    await store.claim('running');
    for (const id of ['a', 'b', 'c']) expect(await complete(store, id)).toBe('claimed');

    expect(await complete(store, 'b')).toBe('handled');
    expect(await complete(store, 'c')).toBe('handled');
    expect(await complete(store, 'a')).toBe('claimed');
    expect(await complete(store, 'running')).toBe('busy');
  });

  it('keeps an event that was handled again longer than those before it', async () => {
    vi.useFakeTimers();
    const store = memoryReplayStore({ maxIds: 2, retention: 1000 });
    await complete(store, 'a');
    await complete(store, 'b');
    vi.advanceTimersByTime(1001);
    for (const id of ['a', 'c']) expect(await complete(store, id)).toBe('claimed');
    expect(await complete(store, 'a')).toBe('handled');
  });

  it('remembers 10 000 events for four days by default', async () => {
    vi.useFakeTimers();
    const store = memoryReplayStore();
    for (let index = 0; index <= 10_000; index++) await complete(store, `${index}`);
    expect(await store.claim('0')).toHaveProperty('status', 'claimed');
    vi.advanceTimersByTime(345_600_000 - 1);
    expect(await store.claim('1')).toEqual({ status: 'handled' });
    vi.advanceTimersByTime(1);
    expect(await store.claim('1')).toHaveProperty('status', 'claimed');
  });

  it('forgets handled events after their retention, whatever happens to the wall clock', async () => {
    vi.useFakeTimers();
    const store = memoryReplayStore({ retention: 60_000 });
    await complete(store, 'a');
    vi.advanceTimersByTime(59_999);
    vi.setSystemTime(Date.now() + 10 ** 10);
    expect(await complete(store, 'a')).toBe('handled');
    vi.advanceTimersByTime(1);
    expect(await complete(store, 'a')).toBe('claimed');
  });

  it.each([{ maxIds: 0 }, { maxIds: 1.5 }, { retention: 0 }, { retention: NaN }])('rejects %o', (options) => {
    expect(() => memoryReplayStore(options)).toThrow(InvalidRequestError);
    expect(() => memoryReplayStore(options)).toThrow(Object.keys(options)[0]);
  });
});
