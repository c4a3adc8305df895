import type * as Package from '../../src/index.ts';

// What users install: the built package. Its types are those of the source.
const { Client } = (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof Package;

export const perPage = 20;

/** Reads the whole list and returns how many items it has. */
export type Read = (baseUrl: string, parallel: number) => Promise<number>;

/** This SDK as it comes, rate limit and validation on. */
export const sdk: Read = async (baseUrl, parallel) => {
  const client = new Client({ apiToken: 'token', baseUrl });
  let count = 0;
  // One request at a time is what `for await` does by itself.
  const list = client.projects.list({ per_page: perPage }, { prefetch: parallel === 1 ? 0 : parallel });
  for await (const project of list) if (project.id !== '') count += 1;
  return count;
};

/**
 * The floor: plain `fetch`, that reads the first page to learn how many there are and then keeps `parallel` requests
 * under way until all are read. It checks nothing, retries nothing, keeps no order and holds everything in memory.
 */
export const ideal: Read = async (baseUrl, parallel) => {
  const get = async (page: number): Promise<{ data: unknown[]; meta: { total_pages: number } }> => {
    const response = await fetch(`${baseUrl}/projects?per_page=${perPage}&page=${page}`, {
      headers: { authorization: 'Bearer token' },
    });
    return (await response.json()) as { data: unknown[]; meta: { total_pages: number } };
  };
  const first = await get(1);
  let count = first.data.length;
  let next = 2;
  const worker = async (): Promise<void> => {
    while (next <= first.meta.total_pages) {
      const page = await get(next++);
      count += page.data.length;
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return count;
};

/** Reads a long list, as one does with a signal that outlives it, and calls `at` after every so many items. */
export async function readLong(baseUrl: string, prefetch: number, every: number, at: (items: number) => void) {
  const client = new Client({ apiToken: 'token', baseUrl });
  const { signal } = new AbortController();
  let count = 0;
  for await (const project of client.projects.list({ per_page: 100 }, { prefetch, signal })) {
    if (project.id !== '' && (count += 1) % every === 0) at(count);
  }
  return count;
}
