import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { postgresRateLimitStore } from '../../examples/postgres-store.ts';
import { itIsARateLimitStore } from '../sharing/support/store-requests.ts';
import { canRunPostgres, startPostgres } from '../support/postgres-server.ts';

/** The SQL that creates the table, from the example's comment. */
const source = readFileSync(new URL('../../examples/postgres-store.ts', import.meta.url), 'utf8');
const [table = ''] = /CREATE TABLE .*/.exec(source) ?? [];

describe.runIf(canRunPostgres())('examples/postgres-store.ts on PostgreSQL', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  const pools: pg.Pool[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    await server.query(table);
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await server.kill();
  });

  itIsARateLimitStore(() => () => {
    const { PGHOST: host, PGPORT: port, PGUSER: user, PGDATABASE: database } = server.environment;
    const pool = new pg.Pool({ host, port: Number(port), user, database, max: 1 });
    pools.push(pool);
    return postgresRateLimitStore(pool);
  });
});
