import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sqliteReplayStore, type SqliteReplayStoreOptions } from '@example/sdk/sqlite';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { claimed, itIsAReplayStore } from '../webhooks/support/replay-store-contract.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const lease = 900;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Two stores on one file, as two processes would have them. */
function stores(options?: SqliteReplayStoreOptions) {
  const path = join(temporaryFolder(), 'webhooks.db');
  const open = () => sqliteReplayStore(path, { lease, ...options });
  return { path, one: open(), other: open() };
}

describe('sqliteReplayStore', () => {
  itIsAReplayStore(() => stores().one);

  it('shares claims and handled events between processes', async () => {
    const { one, other } = stores();
    const claim = await claimed(one, 'msg_1');
    expect(await other.claim('msg_1')).toEqual({ status: 'busy', retryAfter: 0.9 });
    await claim.complete();
    expect(await other.claim('msg_1')).toEqual({ status: 'handled' });
  });

  it('keeps a claim for as long as the handlers run', async () => {
    const { one, other } = stores();
    const claim = await claimed(one, 'msg_1');
    await vi.advanceTimersByTimeAsync(10 * lease);
    expect(claim.signal?.aborted).toBe(false);
    expect(await other.claim('msg_1')).toHaveProperty('status', 'busy');
    await claim.complete();
  });

  it('gives the event of a process that was killed to another one after a lease', async () => {
    const { one, other } = stores();
    await claimed(one, 'msg_1');
    vi.clearAllTimers();
    vi.setSystemTime(Date.now() + lease - 1);
    expect(await other.claim('msg_1')).toEqual({ status: 'busy', retryAfter: 0.001 });
    vi.setSystemTime(Date.now() + 1);
    await (await claimed(other, 'msg_1')).complete();
  });

  it('aborts the signal of a claim that another process has taken over, and leaves the event to it', async () => {
    const { one, other } = stores();
    const claim = await claimed(one, 'msg_1');
    // As if this process had been suspended for longer than the lease.
    vi.setSystemTime(Date.now() + lease);
    const takenOver = await claimed(other, 'msg_1');

    await vi.advanceTimersByTimeAsync(lease / 3);
    expect(claim.signal?.aborted).toBe(true);
    await expect(claim.complete()).rejects.toThrow('another process may have handled the event too');
    await claim.release();
    expect(await one.claim('msg_1')).toHaveProperty('status', 'busy');
    await takenOver.complete();
  });

  it('keeps a claim when a renewal fails and the next one succeeds', async () => {
    const { path, one } = stores();
    const claim = await claimed(one, 'msg_1');
    const database = new DatabaseSync(path);
    database.exec('BEGIN EXCLUSIVE');
    await vi.advanceTimersByTimeAsync(lease / 3);
    database.exec('ROLLBACK');
    await vi.advanceTimersByTimeAsync(lease);
    expect(claim.signal?.aborted).toBe(false);
    await claim.complete();
  });

  it('forgets handled events after the retention, and deletes them', async () => {
    const { path, one } = stores({ retention: 5_000 });
    await (await claimed(one, 'msg_1')).complete();
    vi.setSystemTime(Date.now() + 5_000);
    await (await claimed(one, 'msg_2')).complete();
    expect(new DatabaseSync(path).prepare('SELECT id FROM example_sdk_webhook').all()).toEqual([{ id: 'msg_2' }]);
  });

  it('keeps endpoints with different prefixes apart', async () => {
    const path = join(temporaryFolder(), 'webhooks.db');
    await claimed(sqliteReplayStore(path, { prefix: 'billing:' }), 'msg_1');
    await claimed(sqliteReplayStore(path, { prefix: 'search:' }), 'msg_1');
  });

  it.each([{ lease: 0 }, { retention: -1 }, { lease: 1.5 }])('refuses %o', (options) => {
    expect(() => stores(options)).toThrow(InvalidRequestError);
  });
});
