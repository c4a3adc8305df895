import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rateLimitStep } from '@example/sdk/rate-limit';
import { sqliteRateLimitStore } from '@example/sdk/sqlite';
import { firstRequest, grantOf } from '../sharing/support/store-requests.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const minute = 60_000;
const window = { reset: 1000, timeLeft: minute };

// They fake the clock of the machine as well, which `setSystemTime` doesn't move.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function newFile(): string {
  return join(temporaryFolder(), 'shared.db');
}

describe('sqliteRateLimitStore', () => {
  it('takes the steps of rateLimitStep, for all who open the file', async () => {
    const path = newFile();
    const [one, other] = [sqliteRateLimitStore(path), sqliteRateLimitStore(path)];
    const requests = [
      firstRequest('a', { ...window, normal: 70 }),
      firstRequest('b', { ...window, normal: 70 }),
    ] as const;

    const replies = [await one.sync('key', requests[0]), await other.sync('key', requests[1])];

    const first = rateLimitStep(undefined, requests[0], 0);
    const second = rateLimitStep(first.state, requests[1], 0);
    expect(replies).toEqual([first.reply, second.reply]);
    expect(replies.map((reply) => grantOf(reply).normal)).toEqual([70, 30]);
    expect(await other.sync('other', requests[0])).toHaveProperty('normal', 70);
  });

  it('keeps one row per token, and deletes it some minutes after its window', async () => {
    const path = newFile();
    const store = sqliteRateLimitStore(path);
    const rows = () => new DatabaseSync(path).prepare('SELECT key FROM example_sdk_rate_limit').all();
    await store.sync('key', firstRequest('a'));
    await store.sync('key', firstRequest('b'));
    expect(rows()).toEqual([{ key: 'key' }]);

    vi.advanceTimersByTime(5 * minute);
    expect(await store.sync('other', firstRequest('c'))).toHaveProperty('processes', 1);
    expect(rows()).toEqual([{ key: 'other' }]);
  });

  it.each([-3_600_000, 3_600_000])('does not notice that the wall clock is set by %i ms', async (jump) => {
    const store = sqliteRateLimitStore(newFile());
    await store.sync('key', firstRequest('a', { ...window, used: 40, normal: 30 }));
    vi.setSystemTime(Date.now() + jump);
    vi.advanceTimersByTime(1_000);
    expect(await store.sync('key', firstRequest('b', { normal: 100 }))).toMatchObject({
      normal: 30,
      used: 40,
      timeLeft: minute - 1_000,
    });
  });

  it('forgets what was stored before the machine started again', async () => {
    const path = newFile();
    vi.advanceTimersByTime(minute);
    await sqliteRateLimitStore(path).sync('key', firstRequest('a', { ...window, used: 100 }));
    vi.useRealTimers();
    vi.useFakeTimers();
    const store = sqliteRateLimitStore(path);
    expect(await store.sync('key', firstRequest('b', { normal: 1 }))).toMatchObject({ normal: 1, reset: 0 });
  });

  it('rejects while another process holds the file, and works again', async () => {
    const path = newFile();
    const store = sqliteRateLimitStore(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    const refused = expect(store.sync('key', firstRequest('a'))).rejects.toThrow('database is locked');
    await vi.advanceTimersByTimeAsync(5_000);
    await refused;

    const late = store.sync('key', firstRequest('a', { normal: 1 }));
    other.exec('ROLLBACK');
    await vi.advanceTimersByTimeAsync(10);
    expect(await late).toHaveProperty('normal', 1);
  });

  it('needs no lock to tell that nothing has changed', async () => {
    const path = newFile();
    const store = sqliteRateLimitStore(path);
    await store.sync('key', firstRequest('a', { ...window, used: 100, normal: 1 }));
    new DatabaseSync(path).exec('BEGIN IMMEDIATE');
    expect(await store.sync('key', firstRequest('a', { ...window, used: 100, normal: 1 }))).toHaveProperty('used', 100);
  });

  it('rejects when the file can grow no further, and works again', async () => {
    const path = newFile();
    const store = sqliteRateLimitStore(path);
    const trigger = new DatabaseSync(path);
    trigger.exec(
      `CREATE TRIGGER full BEFORE INSERT ON example_sdk_rate_limit BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END`,
    );
    await expect(store.sync('key', firstRequest('a'))).rejects.toThrow('disk full');

    trigger.exec('DROP TRIGGER full');
    expect(await store.sync('key', firstRequest('a', { normal: 1 }))).toHaveProperty('normal', 1);
  });

  it('rejects once it is closed, by hand or at the end of a block', async () => {
    const path = newFile();
    const store = sqliteRateLimitStore(path);
    store.close();
    store.close();
    await expect(store.sync('key', firstRequest('a'))).rejects.toThrow(/not open|finalized/);
    {
      using other = sqliteRateLimitStore(path);
      expect(await other.sync('key', firstRequest('a'))).toHaveProperty('limit', 100);
    }
  });
});
