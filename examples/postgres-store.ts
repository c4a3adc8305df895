// A custom store that shares a rate limit between processes through PostgreSQL. A sketch; it needs this table:
//
//   CREATE TABLE rate_limit (key text PRIMARY KEY, state text NOT NULL)
import type { Pool } from 'pg';
import type { RateLimitStore } from '@example/sdk';
import { createRateLimitStore, rateLimitStep } from '@example/sdk/rate-limit';

export function postgresRateLimitStore(pool: Pool): RateLimitStore {
  return createRateLimitStore(async (key, request) => {
    const connection = await pool.connect();
    try {
      await connection.query('BEGIN');
      // Also excludes other processes on the first step, when there is no row to lock yet.
      await connection.query('SELECT pg_advisory_xact_lock(hashtext($1))', [key]);
      const { rows } = await connection.query<{ now: string; state: string | null }>(
        `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now,
                (SELECT state FROM rate_limit WHERE key = $1) AS state`,
        [key],
      );
      const now = Math.floor(Number(rows[0]?.now));
      const { state, reply } = rateLimitStep(rows[0]?.state ?? undefined, request, now);
      await connection.query(
        'INSERT INTO rate_limit (key, state) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET state = excluded.state',
        [key, state],
      );
      await connection.query('COMMIT');
      return reply;
    } catch (error) {
      await connection.query('ROLLBACK');
      throw error;
    } finally {
      connection.release();
    }
  });
}
