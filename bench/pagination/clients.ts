import type * as Package from '../../src/index.ts';

// What users install: the built package. Its types are those of the source.
const { Client } = (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof Package;

export const perPage = 20;

/** Reads the whole list and returns how many items it has. */
export type Read = (baseUrl: string, parallel: number) => Promise<number>;

/** This SDK with its defaults, including the rate limit and validation. */
export const sdk: Read = async (baseUrl, parallel) => {
  const client = new Client({ apiToken: 'token', baseUrl });
  let count = 0;
  // By default, `for await` makes one request at a time.
  const list = client.projects.list({ per_page: perPage }, { prefetch: parallel === 1 ? 0 : parallel });
  for await (const project of list) if (project.id !== '') count += 1;
  return count;
};

/**
 * The ideal client: plain `fetch` that reads the first page to learn how many there are, and then keeps `parallel`
 * requests in flight until all are read. It checks nothing, retries nothing and ignores the order of items.
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

/** Reads a long list with a signal that outlives it, and calls `at` after every `every` items. */
export async function readLong(baseUrl: string, prefetch: number, every: number, at: (items: number) => void) {
  const client = new Client({ apiToken: 'token', baseUrl });
  const { signal } = new AbortController();
  let count = 0;
  for await (const project of client.projects.list({ per_page: 100 }, { prefetch, signal })) {
    if (project.id !== '' && (count += 1) % every === 0) at(count);
  }
  return count;
}
