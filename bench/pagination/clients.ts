import { loadSdk } from '../shared/sdk.ts';

const { Client } = await loadSdk();

interface Page {
  data: { id: string }[];
  meta: { total_pages: number };
}

/** What a client read, with how many requests. */
export interface Reading {
  ids: string[];
  requests: number;
}

/** Reads a whole list. */
export type Read = (baseUrl: string) => Promise<Reading>;

/** This SDK with its defaults, including the rate limit and validation. Without `prefetch`, it makes one request at a time. */
export const sdk =
  (prefetch?: number): Read =>
  async (baseUrl) => {
    const ids: string[] = [];
    let requests = 0;
    const client = new Client({ apiToken: 'token', baseUrl });
    client.on('request', () => (requests += 1));
    for await (const project of client.projects.list({}, { prefetch })) ids.push(project.id);
    return { ids, requests };
  };

/**
 * A loop that counts pages up, which is what iterators over numbered pages do: octokit follows the link to the next page, and
 * openai and stripe read the next page when the items of this one are used up.
 */
export const pageByPage =
  (perPage: number): Read =>
  async (baseUrl) => {
    const ids: string[] = [];
    for (let page = 1; ; page++) {
      const { data, meta } = await get(baseUrl, page, perPage);
      ids.push(...data.map(({ id }) => id));
      if (page >= meta.total_pages) return { ids, requests: page };
    }
  };

/**
 * The ideal client: plain `fetch` that reads the first page to learn how many there are, and then keeps `parallel`
 * requests in flight until all are read. It checks nothing, retries nothing and ignores the order of items.
 */
export const ideal =
  (parallel: number): Read =>
  async (baseUrl) => {
    const { data, meta } = await get(baseUrl, 1, 100);
    const ids = data.map(({ id }) => id);
    let next = 2;
    const worker = async (): Promise<void> => {
      while (next <= meta.total_pages) ids.push(...(await get(baseUrl, next++, 100)).data.map(({ id }) => id));
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    return { ids, requests: next - 1 };
  };

async function get(baseUrl: string, page: number, perPage: number): Promise<Page> {
  const headers = { authorization: 'Bearer token' };
  const response = await fetch(`${baseUrl}/projects?per_page=${perPage}&page=${page}`, { headers });
  return (await response.json()) as Page;
}

/** Reads a long list with a signal that outlives it. */
export async function readLong(baseUrl: string, prefetch: number): Promise<void> {
  const client = new Client({ apiToken: 'token', baseUrl });
  const { signal } = new AbortController();
  for await (const { id } of client.projects.list({}, { prefetch, signal })) if (id === '') throw new Error('No id.');
}
