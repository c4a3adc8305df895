/**
 * The loop that a good engineer writes: reads pages of one size up to `total_pages`, or up to an empty page if there is
 * none, and yields each `id` once. Whatever the server does, the SDK yields no less of a list at rest.
 *
 * @param getPage Resolves to `undefined` if the API refuses the page.
 */
export async function plainLoop<Item extends object>(
  getPage: (page: number) => Promise<{ readonly data: readonly Item[]; readonly meta?: unknown } | undefined>,
): Promise<Item[]> {
  const items: Item[] = [];
  const seen = new Set<unknown>();
  for (let page = 1; page <= 1_000; page++) {
    const answer = await getPage(page);
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
