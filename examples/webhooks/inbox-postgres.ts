// Exactly once, with PostgreSQL: the id of the event and the work of the handler are committed together, or not at all.
// Start as many processes as you like, each with its own PORT. The database comes from PGHOST, PGDATABASE and so on.
// Run: EXAMPLE_WEBHOOK_SECRET=whsec_… node examples/webhooks/inbox-postgres.ts
import { createServer } from 'node:http';
import pg from 'pg';
import { Webhooks } from '@example/sdk/webhooks';

// In your migrations:
//   CREATE TABLE webhook_inbox (id text PRIMARY KEY, handled_at timestamptz NOT NULL DEFAULT now());
//   CREATE TABLE welcome_mails (user_id text NOT NULL, email text NOT NULL);
const pool = new pg.Pool();
pool.on('error', (error) => console.error('PostgreSQL:', error.message));

const webhooks = new Webhooks({ replayStore: false }); // the inbox replaces it

webhooks.on('user.created', async ({ data }, { id }) => {
  const connection = await pool.connect();
  try {
    await connection.query('BEGIN');
    // Waits while another transaction holds the same id, and inserts nothing if that one commits.
    const inbox = await connection.query('INSERT INTO webhook_inbox (id) VALUES ($1) ON CONFLICT DO NOTHING', [id]);
    const isNew = inbox.rowCount === 1;
    if (isNew) {
      // Your work goes here, in the same transaction.
      await connection.query('INSERT INTO welcome_mails (user_id, email) VALUES ($1, $2)', [data.id, data.email]);
    }
    await connection.query('COMMIT');
    connection.release();
  } catch (error) {
    connection.release(true); // Closes the connection, so that PostgreSQL rolls back.
    throw error;
  }
});

const receive = webhooks.nodeHandler();
createServer((request, response) => void receive(request, response)).listen(Number(process.env['PORT'] ?? 3000));
