import type { DatabaseSync } from 'node:sqlite';
import { InvalidRequestError } from '../errors/example-error.ts';
import { throwInvalid } from '../utils/arguments.ts';
import { maxWriteAttempts, randomPause } from '../utils/timing.ts';
import { isError, messageOf } from '../utils/values.ts';

/** Milliseconds that SQLite waits for another process's lock: while opening the file, and later. */
const busyTimeout = { open: 5_000, use: 5 };

/**
 * Opens a database file that several processes of one machine use at the same time. Every commit is atomic, even if the
 * process is killed during it.
 *
 * @param schema Creates the tables that don't exist yet, each with `IF NOT EXISTS`.
 * @throws {InvalidRequestError} when the runtime has no `node:sqlite`, or when the file can't be opened or created.
 */
export function openDatabase(path: string, schema: string): DatabaseSync {
  // A URI could open a database in memory.
  if (typeof path !== 'string' || /^(?:|:memory:|file:.*)$/s.test(path)) {
    throwInvalid('the name of a database file that the processes share, and no URI', 'The path', path);
  }
  const { DatabaseSync } = nodeSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${busyTimeout.open}; PRAGMA synchronous = NORMAL`);
    useWriteAheadLog(database);
    // No transaction: a file that has its tables can be opened even while another process holds the lock.
    database.exec(schema);
    // SQLite would block the whole process while it waits for a lock. `whenUnlocked` waits without blocking.
    database.exec(`PRAGMA busy_timeout = ${busyTimeout.use}`);
    return database;
  } catch (cause) {
    database?.close();
    throw new InvalidRequestError(
      `The database file ${path} can't be used: ${messageOf(cause)}. It must be a SQLite file, or not exist yet, in a folder that the process may write to.`,
      { cause },
    );
  }
}

/**
 * In WAL mode, commits survive `kill -9`, and readers never wait. If several processes switch a new file to it at the
 * same time, SQLite refuses all but one immediately, whatever the `busy_timeout`. The others wait for the lock, and
 * then find the file switched.
 */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt === maxWriteAttempts || !isBusy(error)) throw error;
      transaction(database, () => undefined);
    }
  }
}

/** The methods that close a store's file. They can be called more than once. */
export function closerOf(database: DatabaseSync): Disposable & { close(): void } {
  const close = () => {
    if (database.isOpen) database.close();
  };
  return { close, [Symbol.dispose]: close };
}

/** Runs `work` in a transaction that excludes all other writers from its beginning. */
export function transaction<T>(database: DatabaseSync, work: (database: DatabaseSync) => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work(database);
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Runs `work`, and repeats it while another process holds the lock. Doesn't block the event loop. */
export async function whenUnlocked<T>(work: () => T): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (attempt === maxWriteAttempts || !isBusy(error)) throw error;
      await randomPause(attempt);
    }
  }
}

/** True for SQLITE_BUSY and its variants. */
function isBusy(error: unknown): boolean {
  return isError(error) && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // After some errors, such as a full disk, SQLite has already rolled back.
  }
}

/** Loads `node:sqlite` only when it is needed, so that this module can be imported everywhere. */
function nodeSqlite(): typeof import('node:sqlite') {
  // In browsers and edge runtimes, there is no `process`.
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  const sqlite = process?.getBuiltinModule?.('node:sqlite');
  if (sqlite !== undefined) return sqlite;
  throw new InvalidRequestError(
    'This runtime has no node:sqlite: use Node 22.13 or later, or share through Redis with @example/sdk/redis.',
  );
}

/**
 * A clock that all processes of the machine share, and that setting the wall clock doesn't change. It restarts with the
 * machine.
 */
interface MachineClock {
  /** Whole milliseconds since the machine started. */
  now(): number;
  /** How far `now()` may lag behind, in milliseconds. */
  readonly resolution: number;
}

/** In Bun and Deno, `hrtime` starts with the process, so it differs between processes. */
export function machineClock(): MachineClock {
  const startsWithProcess = process.versions['bun'] !== undefined || process.versions['deno'] !== undefined;
  if (!startsWithProcess) return { now: () => Number(process.hrtime.bigint() / 1_000_000n), resolution: 1 };
  const { uptime } = process.getBuiltinModule('node:os');
  return { now: () => Math.floor(uptime() * 1_000), resolution: 1_000 }; // Deno counts whole seconds
}
