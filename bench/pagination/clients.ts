import { loadSdk } from '../shared/sdk.ts';

const { Client } = await loadSdk();

interface Page {
  data: { id: string }[];
  meta: { total_pages: number };
}

/** What a client read, with how many requests. */
interface Reading {
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
      const headers = { authorization: 'Bearer token' };
      const response = await fetch(`${baseUrl}/projects?per_page=${perPage}&page=${page}`, { headers });
      const { data, meta } = (await response.json()) as Page;
      ids.push(...data.map(({ id }) => id));
      if (page >= meta.total_pages) return { ids, requests: page };
    }
  };
