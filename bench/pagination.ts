/**
 * How many requests it takes to read 2 000 items, and how many items are lost or repeated, both at rest and while the
 * list changes. `npm run bench pagination -- [--save]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { loadSdk } from './shared/clients.ts';
import { saveResults } from './shared/results.ts';
import { print, walkTables, type WalkRow } from './shared/tables.ts';

const walks = 200;
const length = 2_000;

const { Client } = await loadSdk();
const server = fork(fileURLToPath(new URL('pagination/server.ts', import.meta.url)));
// The server's only message is its port.
const [port] = (await once(server, 'message')) as [number];
const url = `http://127.0.0.1:${port}`;

/** Reads a whole list. Resolves to the ids it read and the number of requests it sent. */
type Read = (baseUrl: string) => Promise<{ readonly ids: readonly string[]; readonly requests: number }>;

/** This SDK with its defaults, rate limit and validation included. Without `prefetch`, it reads page by page. */
const sdk =
  (prefetch?: number): Read =>
  async (baseUrl) => {
    const ids: string[] = [];
    let requests = 0;
    const client = new Client({ apiToken: 'token', baseUrl }).on('request', () => (requests += 1));
    for await (const project of client.projects.list({}, { prefetch })) ids.push(project.id);
    return { ids, requests };
  };

/**
 * A loop over page numbers, as in other SDKs: octokit follows the link to the next page; openai and stripe request the
 * next page when the current one is used up.
 */
const pageByPage =
  (perPage: number): Read =>
  async (baseUrl) => {
    const ids: string[] = [];
    for (let page = 1; ; page++) {
      const headers = { authorization: 'Bearer token' };
      const response = await fetch(`${baseUrl}/projects?per_page=${perPage}&page=${page}`, { headers });
      // The server sends this.
      const { data, meta } = (await response.json()) as { data: { id: string }[]; meta: { total_pages: number } };
      ids.push(...data.map(({ id }) => id));
      if (page >= meta.total_pages) return { ids, requests: page };
    }
  };

const clients: readonly (readonly [name: string, read: Read])[] = [
  ['page by page, 20 items', pageByPage(20)],
  ['page by page, 100 items', pageByPage(100)],
  ['@example/sdk', sdk()],
  ['@example/sdk, prefetch: 8', sdk(8)],
];
const rows: WalkRow[] = [];
for (const changes of [0, 15]) {
  for (const [index, [name, read]] of clients.entries()) {
    const requests: number[] = [];
    let [lost, repeated] = [0, 0];
    for (let walk = 1; walk <= (changes === 0 ? 1 : walks); walk++) {
      const list = `${url}/${length}/${changes}/${walk * 10 + index}`;
      const reading = await read(list);
      const seen = new Set(reading.ids);
      requests.push(reading.requests);
      repeated += reading.ids.length - seen.size;
      const stayed = (await (await fetch(`${list}/stayed`)).json()) as string[]; // The server sends this.
      lost += stayed.filter((id) => !seen.has(id)).length;
    }
    const mean = requests.reduce((sum, count) => sum + count, 0) / requests.length;
    const most = Math.max(...requests);
    rows.push({ name, length, changes, walks, requests: mean, most, lost, repeated });
  }
}
print(walkTables(rows));
server.disconnect();
saveResults('pagination', rows);
