import { createRateLimitStore } from '../sharing/store-connection.ts';
import { rateLimitStep } from '../sharing/step.ts';
import type { RateLimitStore, RateLimitStoreReply, RateLimitStoreRequest } from '../sharing/store.ts';
import { closerOf, machineClock, openDatabase, transaction, whenUnlocked } from './database.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS example_sdk_rate_limit (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`;

/** A store that holds a file open. */
export interface SqliteRateLimitStore extends RateLimitStore, Disposable {
  /** Closes the file. Clients that still use the store then pace themselves. */
  close(): void;
}

/**
 * Shares the rate limit among all processes of one machine that use the same file. It needs Node 22.13 or later, and
 * no server.
 *
 * The file has one small row per token. Its key is a hash of token and base URL. You can delete the file while no
 * process runs. It must be on a local disk, because SQLite can't share a file over a network.
 *
 * @param path The database file, which is created if it doesn't exist. Its folder must exist.
 * @throws {InvalidRequestError} when the runtime has no `node:sqlite`, or when the file can't be opened or created.
 *
 * @example
 * const client = new Client({ rateLimit: { store: sqliteRateLimitStore('/var/lib/my-app/rate-limit.db') } });
 */
export function sqliteRateLimitStore(path: string): SqliteRateLimitStore {
  const database = openDatabase(path, schema);
  const clock = machineClock();
  const read = database.prepare('SELECT state FROM example_sdk_rate_limit WHERE key = ? AND expires_at > ?');
  const write = database.prepare(
    'INSERT OR REPLACE INTO example_sdk_rate_limit (key, state, expires_at) VALUES (?, ?, ?)',
  );
  const purge = database.prepare('DELETE FROM example_sdk_rate_limit WHERE expires_at <= ?');

  const take = (key: string, request: RateLimitStoreRequest) => {
    const now = clock.now();
    const row = read.get(key, now);
    const stored = row && String(row['state']);
    const step = rateLimitStep(stored, request, now);
    return { now, ...step, isChange: step.state !== stored };
  };
  const sync = (key: string, request: RateLimitStoreRequest): RateLimitStoreReply => {
    // Most syncs of a waiting process change nothing, and need no lock.
    const { reply, isChange } = take(key, request);
    if (!isChange) return reply;
    return transaction(database, () => {
      const { now, state, expiresIn, reply: current } = take(key, request);
      purge.run(now);
      write.run(key, state, now + expiresIn);
      return current;
    });
  };

  const store = createRateLimitStore((key, request) => whenUnlocked(() => sync(key, request)));
  return { ...store, ...closerOf(database) };
}
