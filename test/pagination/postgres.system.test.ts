import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/index.ts';
import { plainLoop, type Answer } from '../reference/plain-loop.ts';
import { canRunPostgres, startPostgres } from '../support/postgres-server.ts';

interface Row {
  readonly id: string;
}

const ways: Record<string, (client: Client) => Promise<Row[]>> = {
  'toArray, prefetch: 8': (client) => client.list<Row>('/rows', { prefetch: 8 }).toArray(),
  'getNextPage()': async (client) => {
    let page = await client.list<Row>('/rows');
    const items = [...page.data];
    while (page.hasNextPage()) items.push(...(page = await page.getNextPage()).data);
    return items;
  },
};

// PostgreSQL sorts rows with equal keys differently for each LIMIT, as a bulk import leaves them behind.
describe.runIf(canRunPostgres())('a table in PostgreSQL, ordered by a column with ties', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let connection: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    const { PGPORT, PGHOST: host, PGUSER: user, PGDATABASE: database } = server.environment;
    connection = new pg.Pool({ host, port: Number(PGPORT), user, database });
    // The server is killed before its connections are closed.
    connection.on('error', () => undefined);
  });
  afterAll(async () => {
    await connection.end();
    await server.kill();
  });

  const readPage = async (page: number, size: number): Promise<Answer<Row>> => {
    const { rows } = await connection.query<Row>(
      `SELECT id FROM projects ORDER BY created_at LIMIT ${size} OFFSET ${(page - 1) * size}`,
    );
    const counts = await connection.query<{ count: string }>('SELECT count(*) FROM projects');
    const count = Number(counts.rows[0]?.count);
    return { data: rows, meta: { current_page: page, total_pages: Math.ceil(count / size), total_count: count } };
  };
  const fetch = async (url: string) => {
    const query = new URL(url).searchParams;
    return Response.json(await readPage(Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)));
  };

  const tables = [1, 7, 100, Infinity].flatMap((ties) => [true, false].map((isIndexed) => [ties, isIndexed] as const));
  it.each(tables)('yields what a plain loop does, or tells: %d rows at a time, index: %s', async (ties, isIndexed) => {
    for (const size of [130, 2_000]) {
      // Rows are in no order on the disk.
      await connection.query(`
        DROP TABLE IF EXISTS projects;
        CREATE TABLE projects (id text, created_at timestamptz);
        INSERT INTO projects
          SELECT 'prj_' || i, timestamptz '2026-01-01' + (i / ${Math.min(ties, size)}) * interval '1 minute'
          FROM generate_series(0, ${size - 1}) AS i ORDER BY hashint4(i);
        ${isIndexed ? 'CREATE INDEX ON projects (created_at);' : ''}
        ANALYZE projects`);
      for (const [way, read] of Object.entries(ways)) {
        const told: string[] = [];
        const client = new Client({ apiToken: 'token', rateLimit: false, fetch, logLevel: 'off' });
        client.on('listUnverified', ({ reason }) => told.push(reason));
        const ids = (await read(client)).map(({ id }) => id);
        const plain = await plainLoop(readPage, way === 'getNextPage()' ? 20 : 100);
        const missing = plain.filter(({ id }) => !ids.includes(id));
        const isSilent = told.length === 0 && ids.length < size;
        const found = { way, size, missing, repeated: ids.length - new Set(ids).size, isSilent };
        expect(found).toEqual({ way, size, missing: [], repeated: 0, isSilent: false });
      }
    }
  });
});
