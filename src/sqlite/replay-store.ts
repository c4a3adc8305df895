import type { DatabaseSync } from 'node:sqlite';
import { leasedClaim, leaseOptions, type ReplayStoreOptions, type StoredEvent } from '../replay/leased-claim.ts';
import type { ReplayStore } from '../replay/store.ts';
import { readOptions } from '../utils/arguments.ts';
import { closerOf, machineClock, openDatabase, transaction, whenUnlocked } from './database.ts';

/** A {@link ReplayStore} that holds a file open. */
export interface SqliteReplayStore extends ReplayStore, Disposable {
  /** Closes the file. Open claims can't be completed; after `lease`, another process can claim their events. */
  close(): void;
}

// `holder` claims the event from `claimed_at` to `expires_at`, both on the machine's clock. `handled:<holder>` means
// that the holder has handled the event. Then `expires_at`, when it is forgotten, is on the wall clock: above 1e12.
const schema = `
  CREATE TABLE IF NOT EXISTS example_sdk_webhook_event (
    id TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS example_sdk_webhook_event_expiry ON example_sdk_webhook_event (expires_at)`;

/**
 * Remembers handled webhook events in a file, for all processes of one machine. No two processes handle the same event
 * at the same time. A process that dies, or is suspended for longer than `lease`, loses its claims; in the latter case,
 * the `signal` in the context of its handlers aborts. It needs Node 22.13 or later.
 *
 * @param path The database file, which is created if it doesn't exist. A `sqliteRateLimitStore` may use the same one.
 * Its folder must exist, on a local disk.
 * @throws {InvalidRequestError} when the runtime has no `node:sqlite`, when the file can't be opened or created, or
 * when an option is invalid.
 *
 * @example
 * const webhooks = new Webhooks({ replayStore: sqliteReplayStore('/var/lib/my-app/webhooks.db') });
 */
export function sqliteReplayStore(path: string, options: ReplayStoreOptions = {}): SqliteReplayStore {
  const { prefix, lease, retention } = leaseOptions(
    readOptions('options', options, ['prefix', 'lease', 'retention']),
    '',
  );
  const database = openDatabase(path, schema);
  const events = eventsIn(database, lease, retention);
  return { claim: (key) => leasedClaim(events(prefix + key), lease, Infinity), ...closerOf(database) };
}

/** How many expired rows each claim deletes. Each event leaves one row, so this keeps up. */
const maxPurged = 10;

function eventsIn(database: DatabaseSync, lease: number, retention: number): (id: string) => StoredEvent {
  const clock = machineClock();
  const isHandled = "holder LIKE 'handled:%'";
  // A claim from the future was made before the machine restarted, so its process is gone.
  const expired = `CASE WHEN ${isHandled} THEN expires_at <= :wall ELSE expires_at <= :now OR claimed_at > :now END`;
  const purge = database.prepare(`
    DELETE FROM example_sdk_webhook_event WHERE id IN (
      SELECT id FROM example_sdk_webhook_event
      WHERE (expires_at <= :now OR expires_at BETWEEN 1e12 AND :wall) AND ${expired} LIMIT ${maxPurged})`);
  const read = database.prepare(
    `SELECT holder, expires_at, ${isHandled} AS handled FROM example_sdk_webhook_event WHERE id = :id AND NOT ${expired}`,
  );
  const write = database.prepare('INSERT OR REPLACE INTO example_sdk_webhook_event VALUES (?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM example_sdk_webhook_event WHERE id = ? AND holder = ?');

  const atomically = <T>(work: (times: { now: number; wall: number }) => T): Promise<T> =>
    whenUnlocked(() => transaction(database, () => work({ now: clock.now(), wall: Date.now() })));

  return (id) => ({
    claim: (holder) =>
      atomically((times) => {
        purge.run(times);
        const row = read.get({ id, ...times });
        if (row?.['handled']) return row['holder'] === `handled:${holder}` ? 'claimed' : 'handled';
        if (row !== undefined && row['holder'] !== holder) return Number(row['expires_at']) - times.now;
        write.run(id, holder, times.now, times.now + lease + clock.resolution);
        return 'claimed';
      }),
    complete: (holder) =>
      atomically((times) => {
        const row = read.get({ id, ...times });
        const handled = `handled:${holder}`;
        if (row !== undefined && row['holder'] !== holder && row['holder'] !== handled) return false;
        write.run(id, handled, times.now, times.wall + retention);
        return true;
      }),
    release: (holder) => atomically(() => void remove.run(id, holder)),
  });
}
