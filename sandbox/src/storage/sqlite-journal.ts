import type { DatabaseSync } from 'node:sqlite';
import type { Journal } from './collection.ts';

/** Format of the file. Increase it when a new version can't read files of an older one. */
const formatVersion = 1;

/** The state can't be stored in the file. The message says why, and what to do. */
export class JournalError extends Error {}

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
    return journal(database);
  } catch (error) {
    database.close();
    throw error instanceof JournalError ? error : new JournalError(reason(error, file), { cause: error });
  }
}

async function openDatabase(file: string): Promise<DatabaseSync> {
  const sqlite = await import('node:sqlite').catch((cause: unknown) => {
    const message = `Storing the state needs node:sqlite. Node.js ${process.versions.node} does not have it; use 22.13 or newer.`;
    throw new JournalError(message, { cause });
  });
  try {
    return new sqlite.DatabaseSync(file);
  } catch (error) {
    throw new JournalError(reason(error, file), { cause: error });
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
    throw new JournalError(`${file} was not written by this version of example-sandbox. Use another file.`);
  }
  database.exec('COMMIT');
}

function journal(database: DatabaseSync): Journal {
  const read = database.prepare('SELECT json FROM record WHERE kind = ? ORDER BY sequence');
  const write = database.prepare(
    'INSERT INTO record (kind, id, json) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json',
  );
  const erase = database.prepare('DELETE FROM record WHERE kind = ? AND id = ?');
  let depth = 0;

  return {
    *read(kind) {
      for (const { json } of read.iterate(kind)) yield JSON.parse(String(json)) as unknown;
    },
    write: (kind, id, record) => void write.run(kind, id, JSON.stringify(record)),
    erase: (kind, id) => void erase.run(kind, id),
    transaction(work) {
      // A nested transaction is part of the outer one.
      if (depth > 0) return work();
      database.exec('BEGIN');
      depth += 1;
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      } finally {
        depth -= 1;
      }
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function reason(error: unknown, file: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('locked')) return `${file} is in use by another example-sandbox.`;
  return `The state can't be stored in ${file}: ${message}.`;
}
