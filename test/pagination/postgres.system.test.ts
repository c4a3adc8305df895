import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/index.ts';
import { plainLoop, type Answer } from '../reference/plain-loop.ts';
import { canRunPostgres, startPostgres } from '../support/postgres-server.ts';

interface Project {
  readonly id: string;
}

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

  const readPage = async (page: number, size: number): Promise<Answer<Project>> => {
    const { rows } = await connection.query<Project>(
      `SELECT id FROM projects ORDER BY created_at LIMIT ${size} OFFSET ${(page - 1) * size}`,
    );
    const counts = await connection.query<{ count: string }>('SELECT count(*) FROM projects');
    const count = Number(counts.rows[0]?.count);
    return { data: rows, meta: { current_page: page, total_pages: Math.ceil(count / size), total_count: count } };
  };

  const create = async (size: number, ties: number, isIndexed: boolean) => {
    await connection.query(`DROP TABLE IF EXISTS projects`);
    await connection.query(`CREATE TABLE projects (id text, created_at timestamptz)`);
    // Rows are in no order on the disk.
    await connection.query(
      `INSERT INTO projects SELECT 'prj_' || i, timestamptz '2026-01-01' + (i / ${ties}) * interval '1 minute'
       FROM generate_series(0, ${size - 1}) AS i ORDER BY hashint4(i)`,
    );
    if (isIndexed) await connection.query('CREATE INDEX ON projects (created_at)');
    await connection.query('ANALYZE projects');
  };

  const read = {
    'for await': async (client: Client) => {
      const items: Project[] = [];
      for await (const item of client.list<Project>('/rows')) items.push(item);
      return items;
    },
    'toArray({ prefetch: 8 })': (client: Client) => client.list<Project>('/rows', { prefetch: 8 }).toArray(),
    'getNextPage()': async (client: Client) => {
      let page = await client.list<Project>('/rows');
      const items = [...page.data];
      while (page.hasNextPage()) items.push(...(page = await page.getNextPage()).data);
      return items;
    },
  };

  const sizes = [130, 1_000, 2_000];
  for (const ties of [1, 2, 7, 50, 100, Infinity]) {
    for (const isIndexed of [false, true]) {
      it(`${ties} rows at a time, ${isIndexed ? 'with' : 'without'} an index`, async () => {
        for (const size of sizes) {
          await create(size, Math.min(ties, size), isIndexed);
          for (const [way, items] of Object.entries(read)) {
            const told: string[] = [];
            const client = new Client({
              apiToken: 'token',
              baseUrl: 'http://localhost/v1',
              rateLimit: false,
              fetch: async (request) => {
                const { searchParams } = new URL(new Request(request).url);
                const [page, perPage] = [searchParams.get('page') ?? 1, searchParams.get('per_page') ?? 20].map(Number);
                return Response.json(await readPage(page ?? 1, perPage ?? 20));
              },
              logLevel: 'off',
            }).on('listUnverified', ({ reason }) => told.push(reason));

            const ids = (await items(client)).map(({ id }) => id);
            const plain = await plainLoop(readPage, way === 'getNextPage()' ? 20 : 100);
            const missing = plain.filter(({ id }) => !ids.includes(id));
            expect({ way, size, missing, repeated: ids.length - new Set(ids).size }).toEqual({
              way,
              size,
              missing: [],
              repeated: 0,
            });
            expect(told.length > 0 || ids.length === size, `${way} yields ${ids.length} of ${size}`).toBe(true);
          }
        }
      });
    }
  }
});
