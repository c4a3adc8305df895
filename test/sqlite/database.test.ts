import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sqliteRateLimitStore, sqliteReplayStore } from '@example/sdk/sqlite';
import { InvalidRequestError } from '../../src/errors/index.ts';
import { machineClock, openDatabase, transaction, whenUnlocked } from '../../src/sqlite/database.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const newFile = () => join(temporaryFolder(), 'shared.db');

describe.each([
  ['sqliteRateLimitStore', sqliteRateLimitStore],
  ['sqliteReplayStore', sqliteReplayStore],
])('%s throws at once', (_, open) => {
  const noUri = 'The path must be the name of a database file that the processes share, and no URI; got ';
  const noModule = 'This runtime has no node:sqlite: use Node 22.13 or later, or share through Redis';
  const without = (process: unknown) => (path: string) => (vi.stubGlobal('process', process), path);

  it.each<[what: string, given: (path: string) => unknown, message: string]>([
    ['a missing folder', (path) => join(path, 'shared.db'), "can't be used: unable to open database file. Its folder"],
    ['a folder', (path) => (mkdirSync(path), path), 'unable to open database file'],
    ['another file', (path) => (writeFileSync(path, 'Dear diary, '.repeat(100)), path), 'file is not a database'],
    ...['', ':memory:', 'file::memory:', 'file:x?mode=memory&cache=shared', undefined].map(
      (path): [string, () => unknown, string] => [`the path ${path}`, () => path, noUri],
    ),
    ['no process', without(undefined), noModule],
    ['no getBuiltinModule', without({}), noModule],
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

  it('is opened while another process creates it, and while one holds the lock', async () => {
    const path = newFile();
    // A thread holds the lock, as the process that comes first does: SQLite blocks the one that waits.
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
    // Otherwise a reader would wait for a writer.
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  it('is tried again while it is locked, where errors have another realm, too, as in Jest', async () => {
    const locked: unknown = runInNewContext(`Object.assign(new Error('database is locked'), { errcode: 261 })`);
    const busy = vi
      .fn(() => 'done')
      .mockImplementationOnce(() => {
        throw locked;
      });
    expect(await whenUnlocked(busy)).toBe('done');
  });

  it('has nothing of a transaction that fails', () => {
    const database = openDatabase(newFile(), schema);
    const work = () => {
      database.exec('INSERT INTO events VALUES (1)');
      throw new Error('no');
    };
    expect(() => transaction(database, work)).toThrow('no');
    expect(transaction(database, () => database.prepare('SELECT * FROM events').all())).toEqual([]);
  });

  it('serves both stores', async () => {
    const path = newFile();
    sqliteRateLimitStore(path);
    expect(await sqliteReplayStore(path).claim('msg_1')).toHaveProperty('status', 'claimed');
  });
});

describe('the clock of the machine', () => {
  it('is one that another process of the machine reads, too', () => {
    const { now, resolution } = machineClock();
    const before = now();
    const program = 'console.log(Number(process.hrtime.bigint() / 1_000_000n))';
    const other = Number(execFileSync(process.execPath, ['-e', program]).toString());
    expect(other).toBeGreaterThanOrEqual(before);
    expect(other).toBeLessThanOrEqual(now() + resolution);
  });

  it.each(['bun', 'deno'])('is the uptime of the machine in %s, whose hrtime starts with each process', (runtime) => {
    const versions = { ...process.versions, [runtime]: '1.0.0' };
    vi.stubGlobal('process', { versions, getBuiltinModule: () => ({ uptime: () => 12.9 }) });
    const clock = machineClock();
    expect([clock.now(), clock.resolution]).toEqual([12_900, 1_000]); // Deno counts whole seconds
  });
});
