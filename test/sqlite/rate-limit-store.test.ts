import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rateLimitStep } from '@example/sdk/rate-limit';
import { sqliteRateLimitStore } from '@example/sdk/sqlite';
import { firstRequest } from '../sharing/support/store-requests.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const now = 1_700_000_000_000;

beforeEach(() => void vi.useFakeTimers({ now }));
afterEach(() => vi.useRealTimers());

function newFile(): string {
  return join(temporaryFolder(), 'shared.db');
}

describe('sqliteRateLimitStore', () => {
  it('takes the steps of rateLimitStep, for all who open the file', async () => {
    const path = newFile();
    const [one, other] = [sqliteRateLimitStore(path), sqliteRateLimitStore(path)];

    const replies = [
      await one.sync('key', firstRequest('a', { wanted: 4 })),
      await other.sync('key', firstRequest('b', { wanted: 20 })),
    ];

    const first = rateLimitStep(undefined, firstRequest('a', { wanted: 4 }), now);
    const second = rateLimitStep(first.state, firstRequest('b', { wanted: 20 }), now);
    expect(replies).toEqual([first.reply, second.reply]);
    expect(replies.map(({ granted }) => granted)).toEqual([4, 6]);
  });

  it('keeps tokens apart', async () => {
    const store = sqliteRateLimitStore(newFile());
    await store.sync('key', firstRequest('a', { wanted: 10 }));
    expect(await store.sync('other', firstRequest('b', { wanted: 10 }))).toHaveProperty('granted', 10);
  });

  it('keeps one row per token, and deletes it some minutes after its window', async () => {
    const path = newFile();
    const store = sqliteRateLimitStore(path);
    const rows = () => new DatabaseSync(path).prepare('SELECT key FROM example_sdk_rate_limit').all();
    await store.sync('key', firstRequest('a'));
    await store.sync('key', firstRequest('b'));
    expect(rows()).toEqual([{ key: 'key' }]);

    vi.setSystemTime(now + 5 * 60_000);
    expect(await store.sync('other', firstRequest('c'))).toHaveProperty('processes', 1);
    expect(rows()).toEqual([{ key: 'other' }]);
  });

  it('rejects while another process holds the file, and works again', async () => {
    const path = newFile();
    const store = sqliteRateLimitStore(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    await expect(store.sync('key', firstRequest('a'))).rejects.toThrow('database is locked');

    other.exec('ROLLBACK');
    expect(await store.sync('key', firstRequest('a', { wanted: 1 }))).toHaveProperty('granted', 1);
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
    expect(await store.sync('key', firstRequest('a', { wanted: 1 }))).toHaveProperty('granted', 1);
  });
});
