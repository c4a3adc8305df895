import type { DatabaseSync } from 'node:sqlite';
import type { Journal } from './collection.ts';

/** Changes when a newer version can't read what an older one wrote. */
const FORMAT = 1;

/** The state can't be kept in the file; the message says why, and what to do. */
export class JournalError extends Error {}

/**
 * Opens a file that outlives the process. What was committed is there again after `kill -9` at any moment: SQLite's
 * write-ahead log sees to that.
 *
 * @throws JournalError
 */
export async function openJournal(file: string): Promise<Journal> {
  const database = await openDatabase(file);
  try {
    // Exclusive: two processes with one state, each with its own copy in memory, would undo each other's changes.
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
    const message = `Keeping the state needs node:sqlite, which Node ${process.versions.node} lacks: take Node 22.13 or newer.`;
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
      PRAGMA user_version = ${FORMAT};
    `);
  } else if (format !== FORMAT) {
    throw new JournalError(`${file} was not written by this version of example-sandbox. Take another file.`);
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
      // One inside another is part of it.
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
  return `${file} can't keep the state: ${message}.`;
}
