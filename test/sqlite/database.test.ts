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

describe.each([
  ['sqliteRateLimitStore', sqliteRateLimitStore],
  ['sqliteReplayStore', sqliteReplayStore],
])('%s throws at once', (_, open) => {
  function errorOf(path: string): unknown {
    try {
      open(path);
    } catch (error) {
      return error;
    }
    throw new Error('It was opened.');
  }

  it('when the folder does not exist', () => {
    const path = join(temporaryFolder(), 'missing', 'shared.db');
    const error = errorOf(path);
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toHaveProperty(
      'message',
      `The database file ${path} can't be used: unable to open database file. Its folder must exist, and the process must be allowed to write to it.`,
    );
    expect(error).toHaveProperty('cause');
  });

  it('when the path is a folder', () => {
    const path = join(temporaryFolder(), 'shared.db');
    mkdirSync(path);
    expect(errorOf(path)).toBeInstanceOf(InvalidRequestError);
  });

  it('when the file is something else', () => {
    const path = join(temporaryFolder(), 'shared.db');
    writeFileSync(path, 'Dear diary, '.repeat(100));
    const close = vi.spyOn(DatabaseSync.prototype, 'close');
    expect(errorOf(path)).toHaveProperty('message', expect.stringContaining('file is not a database'));
    expect(close).toHaveBeenCalledOnce();
  });

  it.each([
    '',
    ':memory:',
    'file::memory:',
    'file:x?mode=memory',
    'file:x?mode=memory&cache=shared',
    'file:/x?vfs=memdb',
    undefined as never,
  ])('when the path is %o, which processes can not share', (path) => {
    const message = 'The path must be the name of a database file that the processes share, and no URI; got ';
    expect(errorOf(path)).toHaveProperty('message', expect.stringContaining(message));
  });

  it.each([
    ['there is no process', undefined],
    ['there is no getBuiltinModule', {}],
    ['Node has no node:sqlite', { getBuiltinModule: () => undefined }],
  ])('when %s', (__, process) => {
    const path = join(temporaryFolder(), 'shared.db');
    vi.stubGlobal('process', process);
    const error = errorOf(path);
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toHaveProperty(
      'message',
      'This runtime has no node:sqlite: use Node 22.13 or later, or share through Redis with @example/sdk/redis.',
    );
  });
});

it('a new file is opened while another process creates it, too', async () => {
  const path = join(temporaryFolder(), 'shared.db');
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
  const database = openDatabase(path, 'CREATE TABLE events (id)');
  await once(first, 'exit');
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
});

it('a locked file is tried again where errors have another realm, as in Jest', async () => {
  const locked: unknown = runInNewContext(`Object.assign(new Error('database is locked'), { errcode: 5 })`);
  const work = vi
    .fn(() => 'done')
    .mockImplementationOnce(() => {
      throw locked;
    });
  expect(await whenUnlocked(work)).toBe('done');
});

it('a file that others use is opened while one of them holds the lock', () => {
  const path = join(temporaryFolder(), 'shared.db');
  const schema = 'CREATE TABLE IF NOT EXISTS events (id)';
  openDatabase(path, schema).exec('BEGIN IMMEDIATE');
  const database = openDatabase(path, schema);
  expect(database.prepare('SELECT * FROM events').all()).toEqual([]);
});

it('one file serves both stores', async () => {
  const path = join(temporaryFolder(), 'shared.db');
  sqliteRateLimitStore(path);
  const store = sqliteReplayStore(path);
  const claim = await store.claim('msg_1');
  expect(claim.status).toBe('claimed');
  if (claim.status === 'claimed') await claim.complete();
  // Otherwise a reader would wait for a writer.
  expect(new DatabaseSync(path).prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
});

it('a transaction that fails leaves nothing behind', () => {
  const database = openDatabase(join(temporaryFolder(), 'shared.db'), 'CREATE TABLE events (id)');
  const work = () => {
    database.exec('INSERT INTO events VALUES (1)');
    throw new Error('no');
  };
  expect(() => transaction(database, work)).toThrow('no');
  expect(transaction(database, () => database.prepare('SELECT * FROM events').all())).toEqual([]);
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

  it.each(['bun', 'deno'])(
    'counts the uptime of the machine in %s, whose hrtime starts with each process',
    (runtime) => {
      const versions = { ...process.versions, [runtime]: '1.0.0' };
      const uptime = vi.fn(() => 12.9);
      vi.stubGlobal('process', { versions, getBuiltinModule: () => ({ uptime }) });
      const clock = machineClock();
      expect(clock.now()).toBe(12_900);
      expect(clock.resolution).toBe(1_000); // Deno counts whole seconds
    },
  );
});
