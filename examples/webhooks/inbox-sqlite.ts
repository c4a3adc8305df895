// Exactly once, with SQLite: the id of the event and the work of the handler are committed together, or not at all.
// Start as many processes as you like on one file, each with its own PORT. Requires Node.js 22.13.
// Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/inbox-sqlite.ts
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { Webhooks } from '@example/sdk/webhooks';

const database = new DatabaseSync(process.env['DATABASE_PATH'] ?? 'shop.db');
database.exec(`
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS webhook_inbox (id TEXT PRIMARY KEY, handled_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE IF NOT EXISTS welcome_mails (user_id TEXT NOT NULL, email TEXT NOT NULL)`);
const insertId = database.prepare('INSERT INTO webhook_inbox (id) VALUES (?) ON CONFLICT DO NOTHING');
const insertMail = database.prepare('INSERT INTO welcome_mails (user_id, email) VALUES (?, ?)');

const webhooks = new Webhooks({ replayStore: false }); // the inbox replaces it

webhooks.on('user.created', ({ data }, { id }) => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const isNew = insertId.run(id).changes === 1;
    if (isNew) insertMail.run(data.id, data.email); // your own work, in the same transaction
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
});

const receive = webhooks.nodeHandler();
createServer((request, response) => void receive(request, response)).listen(Number(process.env['PORT'] ?? 3000));
