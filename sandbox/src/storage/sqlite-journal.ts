import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { closeSync, openSync } from 'node:fs';
import { type Journal, JournalError } from './collection.ts';

/** Format of the file. Increase it when a new version can't read files of an older one. */
const formatVersion = 1;

/**
 * Opens a file to store the state in. SQLite's write-ahead log keeps everything that was committed, even after a
 * `kill -9`.
 *
 * @throws {JournalError} when the file can't be opened.
 */
export async function openJournal(file: string): Promise<Journal> {
  const database = await openDatabase(file);
  try {
    // Exclusive, because each process has its own copy in memory: two of them would undo each other's changes.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    prepare(database, file);
    return journal(database, file);
  } catch (error) {
    database.close();
    throw journalError(error, file);
  }
}

async function openDatabase(file: string): Promise<DatabaseSync> {
  const sqlite = await import('node:sqlite').catch((cause: unknown) => {
    const message = `Storing the state needs node:sqlite. Node.js ${process.versions.node} does not have it; use 22.13 or newer.`;
    throw new JournalError(message, { cause });
  });
  try {
    // It has the secrets of webhooks, so only its owner may read it. SQLite gives its other files the same mode.
    closeSync(openSync(file, 'a', 0o600));
    return new sqlite.DatabaseSync(file);
  } catch (error) {
    throw journalError(error, file);
  }
}

function prepare(database: DatabaseSync, file: string): void {
  database.exec('BEGIN IMMEDIATE');
  const format = database.prepare('PRAGMA user_version').get()?.['user_version'];
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'];
  if (format === 0 && tables === 0) {
    database.exec(`
      CREATE TABLE record (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        json TEXT NOT NULL,
        UNIQUE (kind, id)
      );
      PRAGMA user_version = ${formatVersion};
    `);
  } else if (format !== formatVersion) {
    throw new JournalError(`${file} was not written by this version of @example/sandbox. Use another file.`);
  }
  database.exec('COMMIT');
}

function journal(database: DatabaseSync, file: string): Journal {
  const read = database.prepare('SELECT json FROM record WHERE kind = ? ORDER BY sequence');
  const write = database.prepare(
    'INSERT INTO record (kind, id, json) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json',
  );
  const erase = database.prepare('DELETE FROM record WHERE kind = ? AND id = ?');
  const attempt = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      throw journalError(error, file);
    }
  };

  return {
    *read(kind) {
      try {
        for (const { json } of read.iterate(kind)) yield JSON.parse(String(json)) as unknown;
      } catch (error) {
        throw journalError(error, file);
      }
    },
    write: (kind, id, record) => attempt(() => write.run(kind, id, JSON.stringify(record))),
    erase: (kind, id) => attempt(() => erase.run(kind, id)),
    // Tokens are random, so they need no salt.
    hash: (token) => createHash('sha256').update(token).digest('hex'),
    transaction(work) {
      attempt(() => database.exec('BEGIN'));
      try {
        const result = work();
        attempt(() => database.exec('COMMIT'));
        return result;
      } catch (error) {
        // On a full disk, SQLite may have done so itself.
        if (database.isTransaction) attempt(() => database.exec('ROLLBACK'));
        throw error;
      }
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function journalError(error: unknown, file: string): JournalError {
  if (error instanceof JournalError) return error;
  // The upper bits say more about SQLite's result code. Its other messages speak for themselves.
  const isLocked = error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
  const own = error instanceof Error ? error.message : String(error);
  const message = isLocked ? `${file} is in use by another sandbox.` : `${file} can't be used: ${own}.`;
  return new JournalError(message, { cause: error });
}
