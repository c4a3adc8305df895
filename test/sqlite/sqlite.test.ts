import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sqliteRateLimitStore, sqliteReplayStore } from '@example/sdk/sqlite';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { machineClock, openDatabase, transaction, whenUnlocked } from '../../src/sqlite/database.ts';
import { claimed } from '../replay/support/replay-store-contract.ts';
import { throwing } from '../support/http-server.ts';
import { firstRequest, itIsARateLimitStore } from '../sharing/support/store-requests.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// test/replay/stores.test.ts tests the replay store.

const newFile = () => join(temporaryFolder(), 'shared.db');
const rows = (path: string, table: string) => new DatabaseSync(path).prepare(`SELECT * FROM ${table}`).all();
const window = { reset: 1000, timeLeft: 60_000 };

describe.each([
  ['sqliteRateLimitStore', sqliteRateLimitStore],
  ['sqliteReplayStore', sqliteReplayStore],
])('%s() throws at once', (_, open) => {
  const noUri = 'The path must be the name of a database file that the processes share, and no URI; got ';
  const noFile = "can't be used: unable to open database file. It must be a SQLite file, or not exist yet, in a folder";
  const noModule = 'This runtime has no node:sqlite: use Node 22.13 or later, or share through Redis';
  const without = (process: unknown) => (path: string) => (vi.stubGlobal('process', process), path);

  it.each<[what: string, given: (path: string) => unknown, message: string]>([
    ['a missing folder', (path) => join(path, 'shared.db'), noFile],
    ['another file', (path) => (writeFileSync(path, 'Dear diary, '.repeat(100)), path), 'file is not a database'],
    ['a database in memory', () => ':memory:', noUri],
    ['a URI', () => 'file:x?mode=memory&cache=shared', noUri],
    ['no path', () => undefined, noUri],
    ['no process', without(undefined), noModule],
    ['no node:sqlite', without({ getBuiltinModule: () => undefined }), noModule],
  ])('for %s', (what, given, message) => {
    const close = vi.spyOn(DatabaseSync.prototype, 'close');
    const path = given(newFile()) as string;
    expect(() => open(path)).toThrow(InvalidRequestError);
    expect(() => open(path)).toThrow(message);
    if (what === 'another file') expect(close).toHaveBeenCalledTimes(2);
  });
});

describe('a file that several processes use', () => {
  const schema = 'CREATE TABLE IF NOT EXISTS events (id)';

  it('can be opened while another process creates it, and while one holds the lock', async () => {
    const path = newFile();
    // A thread holds the lock, like the process that comes first, because SQLite blocks the thread that waits.
    const first = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
      const database = new (require('node:sqlite').DatabaseSync)(workerData);
      database.exec('BEGIN IMMEDIATE');
      parentPort.postMessage('locked');
      setTimeout(() => database.exec('COMMIT'), 100);`,
      { eval: true, workerData: path },
    );
    await once(first, 'message');
    openDatabase(path, schema).exec('BEGIN IMMEDIATE');
    await once(first, 'exit');
    const database = openDatabase(path, schema);
    expect(database.prepare('SELECT * FROM events').all()).toEqual([]);
    // In any other mode, readers would wait for a writer.
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  it('is retried while it is locked, even if errors come from another realm, as in Jest', async () => {
    const locked: unknown = runInNewContext(`Object.assign(new Error('database is locked'), { errcode: 261 })`);
    const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });
    expect(await whenUnlocked(vi.fn(() => 'done').mockImplementationOnce(throwing(locked)))).toBe('done');
    await expect(whenUnlocked(vi.fn().mockImplementationOnce(throwing(full)))).rejects.toBe(full);
  });

  it('keeps nothing of a failed transaction', () => {
    const database = openDatabase(newFile(), schema);
    const work = () => database.exec('INSERT INTO events VALUES (1); SELECT no FROM events');
    expect(() => transaction(database, work)).toThrow('no such column');
    expect(transaction(database, () => database.prepare('SELECT * FROM events').all())).toEqual([]);
  });

  it.each(['bun', 'deno'])("counts the machine's uptime in %s, whose hrtime starts with the process", (name) => {
    const versions = { ...process.versions, [name]: '1.0.0' };
    vi.stubGlobal('process', { versions, getBuiltinModule: () => ({ uptime: () => 12.9 }) });
    const clock = machineClock();
    expect([clock.now(), clock.resolution]).toEqual([12_900, 1_000]); // Deno counts whole seconds
  });
});

describe('sqliteRateLimitStore', () => {
  itIsARateLimitStore(() => {
    const path = newFile();
    return () => sqliteRateLimitStore(path);
  });

  // These tests also fake the machine's clock, which `setSystemTime` doesn't change.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'hrtime'] }));

  it('keeps one row per token, and deletes it some minutes after its window', async () => {
    const path = newFile();
    const store = sqliteRateLimitStore(path);
    const keys = () => rows(path, 'example_sdk_rate_limit').map(({ key }) => key);
    for (const process of ['a', 'b']) await store.sync('key', firstRequest(process));
    expect(keys()).toEqual(['key']);
    vi.advanceTimersByTime(300_000);
    expect(await store.sync('other', firstRequest('c'))).toHaveProperty('processes', 1);
    expect(keys()).toEqual(['other']);
  });

  it.each([-3_600_000, 3_600_000])('is not affected if the wall clock is set by %i ms', async (jump) => {
    const store = sqliteRateLimitStore(newFile());
    await store.sync('key', firstRequest('a', { ...window, used: 40, normal: 30 }));
    vi.setSystemTime(Date.now() + jump);
    vi.advanceTimersByTime(1_000);
    const grant = { normal: 30, used: 40, timeLeft: 59_000 };
    expect(await store.sync('key', firstRequest('b', { normal: 100 }))).toMatchObject(grant);
  });

  it('rejects while another process holds the file for a second, and then works again', async () => {
    vi.useFakeTimers();
    const path = newFile();
    const [store, other] = [sqliteRateLimitStore(path), new DatabaseSync(path)];
    other.exec('BEGIN EXCLUSIVE');
    const refused = expect(store.sync('key', firstRequest('a'))).rejects.toThrow('database is locked');
    await vi.advanceTimersByTimeAsync(5_000);
    await refused;
    other.exec('ROLLBACK');
    expect(await store.sync('key', firstRequest('a', { normal: 1 }))).toHaveProperty('normal', 1);
  });
});

describe('sqliteReplayStore', () => {
  beforeEach(() => void vi.useFakeTimers());
  const table = 'example_sdk_webhook_event';

  it.each([-20_000, 10 ** 12])("doesn't lose a claim if the wall clock jumps by %i ms", async (jump) => {
    const path = newFile();
    const [one, other] = [sqliteReplayStore(path), sqliteReplayStore(path)];
    const claim = await claimed(one, 'msg_1');
    vi.setSystemTime(Date.now() + jump);
    expect(await other.claim('msg_1')).toEqual({ status: 'busy', retryAfter: 15.001 });
    await claim.complete();
    expect(await other.claim('msg_1')).toEqual({ status: 'handled' });
  });

  it('gives claims from before a restart of the machine to the next process, however long it ran', async () => {
    const path = newFile();
    const store = sqliteReplayStore(path);
    await claimed(store, 'msg_1');
    vi.clearAllTimers();
    new DatabaseSync(path).exec(`UPDATE ${table} SET claimed_at = 1e9, expires_at = 1e9 + 900`);
    await (await claimed(store, 'msg_1')).complete();
  });

  it('forgets handled events after the retention, and deletes a few of them at a time', async () => {
    const path = newFile();
    const store = sqliteReplayStore(path, { retention: 5_000 });
    for (let index = 0; index < 30; index++) await (await claimed(store, `msg_${index}`)).complete();
    vi.setSystemTime(Date.now() + 5_000);
    await (await claimed(store, 'msg_29')).complete();
    expect(rows(path, table)).toHaveLength(20);
    for (const id of ['msg_28', 'msg_27']) await (await claimed(store, id)).complete();
    expect(rows(path, table)).toHaveLength(3);
  });

  it("doesn't block the event loop while another process holds the lock", async () => {
    const path = newFile();
    const [store, other] = [sqliteReplayStore(path), new DatabaseSync(path)];
    other.exec('BEGIN EXCLUSIVE');
    // If the process waited in SQLite, this would never run.
    setTimeout(() => other.exec('ROLLBACK'), 100);
    const claim = store.claim('msg_1');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await claim).toHaveProperty('status', 'claimed');
  });
});

it('a store that is closed, by hand or at the end of a block, rejects; another store still works', async () => {
  vi.useFakeTimers();
  const path = newFile();
  const [limits, events, others] = [sqliteRateLimitStore(path), sqliteReplayStore(path), sqliteReplayStore(path)];
  const claim = await claimed(events, 'msg_1');
  {
    using closed = limits;
    for (let time = 0; time < 2; time++) events.close();
    expect(await closed.sync('key', firstRequest('a'))).toHaveProperty('limit', 100);
  }
  await expect(limits.sync('key', firstRequest('a'))).rejects.toThrow(/not open|finalized/);
  await expect(Promise.resolve(events.claim('msg_2'))).rejects.toThrow('not open');
  await vi.advanceTimersByTimeAsync(15_001);
  expect(claim.signal?.aborted).toBe(true);
  await expect(Promise.resolve(claim.complete())).rejects.toThrow('not open');
  await claimed(others, 'msg_1');
});
