// Opens the file in its first argument, says so, and then syncs all the time until it is killed.
import { sqliteRateLimitStore } from '@example/sdk/sqlite';
import { firstRequest } from '../../sharing/support/store-requests.ts';

const [path = '', name = ''] = process.argv.slice(2);
const store = sqliteRateLimitStore(path);
process.send?.('open');

for (let sent = 0; ; sent += 1) {
  await store.sync('key', firstRequest(name, { reset: 1000, timeLeft: 60_000, normal: 5, used: 100, sent }));
  // The others get the lock, too: SQLite has no queue for it.
  await new Promise((resolve) => setTimeout(resolve, 1));
}
