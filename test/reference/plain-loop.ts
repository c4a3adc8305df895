/** What the API answers to the request for a page; `undefined` if it refuses it. */
export type GetPage<Item> = (page: number, perPage: number) => Promise<Answer<Item> | undefined>;

interface Answer<Item> {
  readonly data: readonly Item[];
  readonly meta?: unknown;
}

/**
 * The loop that a good engineer writes: pages of one size, until `total_pages` is reached, or one is empty if there is none,
 * each `id` once.
 * Whatever the server does, an iteration of the SDK yields no less of a list at rest.
 */
export async function plainLoop<Item extends object>(getPage: GetPage<Item>, perPage: number): Promise<Item[]> {
  const items: Item[] = [];
  const seen = new Set<unknown>();
  for (let page = 1; page <= 1_000; page++) {
    const answer = await getPage(page, perPage);
    if (!answer) break;
    for (const item of answer.data) {
      const id: unknown = 'id' in item ? item.id : undefined;
      if (id !== undefined && seen.has(id)) continue;
      seen.add(id);
      items.push(item);
    }
    const { total_pages: pages } = (answer.meta ?? {}) as { total_pages?: unknown };
    if (typeof pages === 'number' ? page >= pages : answer.data.length === 0) break;
  }
  return items;
}
