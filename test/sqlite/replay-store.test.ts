import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sqliteReplayStore, type ReplayStoreOptions, type SqliteReplayStore } from '@example/sdk/sqlite';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { claimed, itIsAReplayStore } from '../replay/support/replay-store-contract.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const lease = 900;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const newFile = () => join(temporaryFolder(), 'webhooks.db');

/** Two stores on one file, as two processes would have them. */
function stores(options?: ReplayStoreOptions) {
  const path = newFile();
  const open = () => sqliteReplayStore(path, { lease, ...options });
  return { path, one: open(), other: open() };
}

const rows = (path: string) => new DatabaseSync(path).prepare('SELECT id FROM example_sdk_webhook_event').all();

describe('sqliteReplayStore', () => {
  itIsAReplayStore(
    () => {
      const { one, other } = stores();
      return [one, other];
    },
    () => {
      const path = newFile();
      return (prefix) => sqliteReplayStore(path, { prefix });
    },
  );

  it('leaves an event to its process for 15 s, and remembers it for four days, by default', async () => {
    const store = sqliteReplayStore(newFile());
    const claim = await claimed(store, 'msg_1');
    expect(await store.claim('msg_1')).toEqual({ status: 'busy', retryAfter: 15.001 });
    await claim.complete();
    vi.setSystemTime(Date.now() + 345_599_999);
    expect(await store.claim('msg_1')).toEqual({ status: 'handled' });
    vi.setSystemTime(Date.now() + 1);
    await (await claimed(store, 'msg_1')).release();
  });

  it('gives the event of a process that was killed to another one after a lease', async () => {
    const { one, other } = stores();
    await claimed(one, 'msg_1');
    vi.clearAllTimers();
    vi.advanceTimersByTime(lease);
    expect(await other.claim('msg_1')).toEqual({ status: 'busy', retryAfter: 0.001 });
    vi.advanceTimersByTime(1);
    await (await claimed(other, 'msg_1')).complete();
  });

  it.each([20_000, -20_000, 10 ** 12])('has one holder, also if the wall clock jumps by %i ms', async (jump) => {
    const { one, other } = stores();
    const claim = await claimed(one, 'msg_1');
    vi.setSystemTime(Date.now() + jump);
    expect(await other.claim('msg_1')).toHaveProperty('status', 'busy');
    await vi.advanceTimersByTimeAsync(10 * lease);
    expect(claim.signal?.aborted).toBe(false);
    expect(await other.claim('msg_1')).toHaveProperty('status', 'busy');
    await claim.complete();
    expect(await other.claim('msg_1')).toEqual({ status: 'handled' });
  });

  it('gives a claim of before the machine restarted to the next process, however long it had run', async () => {
    const { path, one } = stores();
    await claimed(one, 'msg_1');
    vi.clearAllTimers();
    new DatabaseSync(path).exec('UPDATE example_sdk_webhook_event SET claimed_at = 1e9, expires_at = 1e9 + 900');
    await (await claimed(one, 'msg_1')).complete();
  });

  it('leaves the event to a process that has taken it over, and aborts the signal', async () => {
    const { one, other } = stores();
    const claim = await claimed(one, 'msg_1');
    // As if this process had been suspended for longer than the lease: none of its timers has run.
    const hrtime = process.hrtime.bigint;
    vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => hrtime() + BigInt(lease + 1) * 1_000_000n);
    const takenOver = await claimed(other, 'msg_1');
    await vi.advanceTimersByTimeAsync(lease / 3);
    expect(claim.signal?.aborted).toBe(true);
    await expect(claim.complete()).rejects.toThrow('another process may have handled the event too');
    await claim.release();
    expect(await one.claim('msg_1')).toHaveProperty('status', 'busy');
    await takenOver.complete();
  });

  it('closes its file once, by hand or at the end of a block, and claims nothing any more', async () => {
    let closed: SqliteReplayStore;
    {
      using opened = stores().one;
      closed = opened;
    }
    await expect(Promise.resolve(closed.claim('msg_1'))).rejects.toThrow('not open');

    const { one, other } = stores();
    const claim = await claimed(one, 'msg_1');
    for (let time = 0; time < 2; time++) one.close();
    await vi.advanceTimersByTimeAsync(lease + 1);
    expect(claim.signal?.aborted).toBe(true);
    await expect(Promise.resolve(claim.complete())).rejects.toThrow('not open');
    await claimed(other, 'msg_1');
  });

  it('forgets handled events after the retention, deletes a few at a time, and treats the others as gone', async () => {
    const { path, one } = stores({ retention: 5_000 });
    for (let index = 0; index < 30; index++) await (await claimed(one, `msg_${index}`)).complete();
    vi.setSystemTime(Date.now() + 5_000);
    await (await claimed(one, 'msg_29')).complete();
    expect(rows(path)).toHaveLength(20);
    for (const id of ['msg_28', 'msg_27']) await (await claimed(one, id)).complete();
    expect(rows(path)).toHaveLength(3);
  });

  it('finds every row by an index, in the file of an older version, too', () => {
    const path = newFile();
    new DatabaseSync(path).exec(`
      CREATE TABLE example_sdk_webhook_event (
        id TEXT PRIMARY KEY, holder TEXT, claimed_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID`);
    const statements = vi.spyOn(DatabaseSync.prototype, 'prepare');
    sqliteReplayStore(path);
    const texts = statements.mock.calls.map(([text]) => text);
    const reader = new DatabaseSync(path);
    const plans = texts.map((text) => {
      const named = Object.fromEntries([...text.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, 0]));
      const questionMarks = Array.from(text.matchAll(/\?/g), () => 0);
      return reader.prepare(`EXPLAIN QUERY PLAN ${text}`).all(named, ...questionMarks);
    });
    const steps = plans.flat().map((row) => String(row['detail']));
    expect(texts.length).toBeGreaterThanOrEqual(4);
    expect(steps.filter((step) => step.includes('SCAN'))).toEqual([]);
    expect(steps.filter((step) => step.includes('example_sdk_webhook_event_expiry'))).toHaveLength(2);
  });

  it('lets the event loop go on while another process holds the lock', async () => {
    const { path, one } = stores();
    const other = new DatabaseSync(path);
    let claim: Awaited<ReturnType<typeof claimed>> | undefined;
    for (const step of [async () => (claim = await claimed(one, 'msg_1')), async () => await claim?.complete()]) {
      other.exec('BEGIN EXCLUSIVE');
      // This would not come to it, if the process waited in SQLite.
      setTimeout(() => other.exec('ROLLBACK'), 100);
      const done = step();
      await vi.advanceTimersByTimeAsync(2_000);
      await done;
    }
    expect(await one.claim('msg_1')).toEqual({ status: 'handled' });
  });

  it.each([{ lease: 0 }, { retention: -1 }, { lease: 1.5 }, { timeout: 1 }])('refuses %o', (options) => {
    expect(() => stores(options)).toThrow(InvalidRequestError);
    expect(() => stores({ lease: 1, retention: 1 })).not.toThrow();
  });
});
