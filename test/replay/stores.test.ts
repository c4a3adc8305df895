import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { redisReplayStore, type ReplayStoreOptions } from '@example/sdk/redis';
import { sqliteReplayStore } from '@example/sdk/sqlite';
import { memoryReplayStore, type ReplayStore } from '@example/sdk/webhooks';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { FakeRedis } from '../redis/support/fake-redis.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';
import { itIsAReplayStore, itLasts, type OpenStore } from './support/replay-store-contract.ts';

const stores: Record<string, () => OpenStore> = {
  memoryReplayStore() {
    const store = memoryReplayStore();
    return () => store;
  },
  sqliteReplayStore() {
    const path = join(temporaryFolder(), 'webhooks.db');
    return (prefix) => sqliteReplayStore(path, { prefix });
  },
  redisReplayStore() {
    const { nodeRedis } = new FakeRedis();
    return (prefix) => redisReplayStore(nodeRedis, { prefix });
  },
};

describe.each(Object.entries(stores))('%s', (name, open) => {
  itIsAReplayStore(open);
  itLasts(open, name !== 'memoryReplayStore');
});

describe('memoryReplayStore', () => {
  beforeEach(() => void vi.useFakeTimers());

  const handle = async (store: ReplayStore, ...ids: string[]) => {
    const statuses = [];
    for (const id of ids) {
      const claim = await store.claim(id);
      if (claim.status === 'claimed') claim.complete();
      statuses.push(claim.status);
    }
    return statuses;
  };

  it('forgets the oldest handled events beyond maxIds, but never those being handled', async () => {
    const store = memoryReplayStore({ maxIds: 2, retention: 1_000 });
    await store.claim('running');
    expect(await handle(store, 'a', 'b', 'c')).toEqual(['claimed', 'claimed', 'claimed']);
    expect(await handle(store, 'b', 'c', 'a', 'running')).toEqual(['handled', 'handled', 'claimed', 'busy']);
    vi.advanceTimersByTime(999);
    vi.setSystemTime(Date.now() + 10 ** 10); // The wall clock doesn't matter.
    expect(await handle(store, 'c')).toEqual(['handled']);
    vi.advanceTimersByTime(1);
    // An event that is handled again is no longer the oldest one.
    expect(await handle(store, 'c', 'd', 'c')).toEqual(['claimed', 'claimed', 'handled']);
  });

  it('remembers 10 000 events by default', async () => {
    const store = memoryReplayStore();
    for (let index = 0; index <= 10_000; index++) await handle(store, `${index}`);
    expect(await handle(store, '1', '0')).toEqual(['handled', 'claimed']);
  });
});

const open = {
  memoryReplayStore,
  redisReplayStore: (options: ReplayStoreOptions) => redisReplayStore(new FakeRedis().ioredis, options),
};
it.each<[store: keyof typeof open, options: object, message: string]>([
  ['memoryReplayStore', { maxIds: 0 }, 'maxIds must be a whole number of at least 1; got 0.'],
  ['redisReplayStore', { lease: 2 ** 31 }, 'lease must be a positive number of milliseconds, at most 2147483647'],
  ['redisReplayStore', { prefix: 7 }, 'prefix must be a string; got 7.'],
])('%s refuses %o: %s', (store, options, message) => {
  const create = () => open[store](options);
  expect(create).toThrow(InvalidRequestError);
  expect(create).toThrow(message);
});
