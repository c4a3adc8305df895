import type { DatabaseSync } from 'node:sqlite';
import { InvalidRequestError } from '../errors/example-error.ts';
import { throwInvalid } from '../utils/arguments.ts';
import { maxWriteAttempts, randomPause } from '../utils/timing.ts';

/** How long SQLite waits for the lock of another process in milliseconds: while opening the file, and later. */
const busyTimeout = { open: 5_000, use: 5 };

/**
 * Opens a database file that several processes of one machine use at the same time. Every commit is atomic, also if the
 * process is killed while it writes.
 *
 * @param schema Creates the tables that don't exist yet, each with `IF NOT EXISTS`.
 * @throws {InvalidRequestError} when the runtime has no `node:sqlite`, or when the file can't be opened or created.
 */
export function openDatabase(path: string, schema: string): DatabaseSync {
  // A URI may open a database in memory, too.
  if (typeof path !== 'string' || /^(?:|:memory:|file:.*)$/s.test(path)) {
    throwInvalid('the name of a database file that the processes share, and no URI', 'The path', path);
  }
  const { DatabaseSync } = nodeSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${busyTimeout.open}; PRAGMA synchronous = NORMAL`);
    useWriteAheadLog(database);
    // Without a transaction, a file that has its tables is opened while another process holds the lock.
    database.exec(schema);
    // SQLite blocks the process while it waits for a lock: better to wait outside.
    database.exec(`PRAGMA busy_timeout = ${busyTimeout.use}`);
    return database;
  } catch (cause) {
    database?.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidRequestError(
      `The database file ${path} can't be used: ${reason}. Its folder must exist, and the process must be allowed to write to it.`,
      { cause },
    );
  }
}

/**
 * In WAL mode, what was committed survives `kill -9`, and a reader never waits. Of several processes that switch a new
 * file to it at the same time, SQLite refuses all but one at once, whatever the `busy_timeout`: the others wait for the
 * lock, and find the file switched.
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

/** What closes a store's file: once, however often it is called, or at the end of a `using` block. */
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

/** Runs `work`, and repeats it while another process holds the lock. The event loop goes on meanwhile. */
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

/** Whether SQLite reports SQLITE_BUSY, or one of its variants. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has already rolled back, as it does after some errors, such as a full disk.
  }
}

/** Loads `node:sqlite` when it is needed: this module can be imported everywhere. */
function nodeSqlite(): typeof import('node:sqlite') {
  // Absent in browsers and at the edge.
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  const sqlite = process?.getBuiltinModule?.('node:sqlite');
  if (sqlite !== undefined) return sqlite;
  throw new InvalidRequestError(
    'This runtime has no node:sqlite: use Node 22.13 or later, or share through Redis with @example/sdk/redis.',
  );
}

/**
 * A clock that all processes of the machine share, and that no change of the wall clock moves. It starts anew when the
 * machine does.
 */
interface MachineClock {
  /** Whole milliseconds since the machine started. */
  now(): number;
  /** How far `now()` may be behind, in milliseconds. */
  readonly resolution: number;
}

/** In Bun and Deno, `hrtime` starts with the process, and other processes can't read it. */
export function machineClock(): MachineClock {
  const startsWithProcess = process.versions['bun'] !== undefined || process.versions['deno'] !== undefined;
  if (!startsWithProcess) return { now: () => Number(process.hrtime.bigint() / 1_000_000n), resolution: 1 };
  const { uptime } = process.getBuiltinModule('node:os');
  return { now: () => Math.floor(uptime() * 1_000), resolution: 1_000 }; // Deno counts whole seconds
}
