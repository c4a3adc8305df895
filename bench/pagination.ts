/**
 * How many requests it takes to read 2 000 items, and how many items are lost or repeated, both at rest and while the
 * list changes. `npm run bench pagination -- [--save]`
 */
import { below, seeded } from '../test/support/random.ts';
import { documentedApi } from '../test/support/world/api.ts';
import { Clock } from '../test/support/world/clock.ts';
import { fetchTo, type Api, type Exchange } from '../test/support/world/network.ts';
import { newBaseUrl } from '../test/support/world/world.ts';
import { loadSdk } from './shared/clients.ts';
import { saveResults } from './shared/results.ts';
import { print, walkTables, type WalkRow } from './shared/tables.ts';

const walks = 200;
const length = 2_000;

const { Client } = await loadSdk();

const project = (n: number) => ({ id: `proj_${n}`, name: `Project ${n}`, description: 'One of many.', created_at });
const created_at = '2024-01-01T00:00:00Z';

/** An API whose list has up to so many changes before each response after the first, the same ones in every run. */
function movingList(changes: number, seed: number) {
  const projects = Array.from({ length }, (_, index) => project(index));
  const initial = new Set(projects);
  const [api, random] = [documentedApi({ limit: Infinity, projects }), seeded(seed)];
  const exchanges: Exchange[] = [];
  let next = length;
  const moving: Api = (request, now) => {
    for (let count = exchanges.length > 1 ? below(random, changes + 1) : 0; count > 0; count--) {
      const at = below(random, projects.length);
      if (random() < 0.5) projects.splice(at, 0, project(next++));
      else projects.splice(at, 1);
    }
    return api(request, now);
  };
  const clock = new Clock();
  const fetch = fetchTo(moving, clock, 0, exchanges);
  const read = (by: Read) => clock.run(() => by(fetch));
  return { read, exchanges, stayed: () => projects.filter((each) => initial.has(each)) };
}

type Page = { readonly data: readonly { readonly id: string }[]; readonly meta: { readonly total_pages: number } };

/** Reads a whole list. Resolves to the ids that it read. */
type Read = (fetch: ReturnType<typeof fetchTo>) => Promise<string[]>;

/** This SDK with its defaults, rate limit and validation included. Without `prefetch`, it reads page by page. */
const sdk =
  (prefetch?: number): Read =>
  async (fetch) => {
    const client = new Client({ apiToken: 'token', baseUrl: newBaseUrl(), fetch });
    const ids: string[] = [];
    for await (const { id } of client.projects.list({}, { prefetch })) ids.push(id);
    return ids;
  };

/**
 * A loop over page numbers, as in other SDKs: octokit follows the link to the next page; openai and stripe request the
 * next page when the current one is used up.
 */
const pageByPage =
  (perPage: number): Read =>
  async (fetch) => {
    const ids: string[] = [];
    for (let page = 1; ; page++) {
      const url = `https://api.example.com/v1/projects?per_page=${perPage}&page=${page}`;
      const { signal } = new AbortController();
      const response = await fetch(url, { method: 'GET', headers: {}, redirect: 'manual', signal });
      // The API sends this.
      const { data, meta } = JSON.parse(await response.text()) as Page;
      ids.push(...data.map(({ id }) => id));
      if (page >= meta.total_pages) return ids;
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
      const list = movingList(changes, walk * 10 + index);
      const ids = await list.read(read);
      const seen = new Set(ids);
      requests.push(list.exchanges.length);
      repeated += ids.length - seen.size;
      lost += list.stayed().filter(({ id }) => !seen.has(id)).length;
    }
    const mean = requests.reduce((sum, count) => sum + count, 0) / requests.length;
    const most = Math.max(...requests);
    rows.push({ name, length, changes, walks, requests: mean, most, lost, repeated });
  }
}
print(walkTables(rows));
saveResults('pagination', rows);
