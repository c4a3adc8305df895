import * as z from 'zod/mini';
import type { Exchange } from './api.ts';
import { type Check, count, fails, holds, unclear, unexpected } from './check.ts';

/** A page, as the reference documents it. */
export const pageSchema = z.object({
  data: z.array(z.looseObject({ id: z.optional(z.unknown()), created_at: z.optional(z.string()) })),
  meta: z.object({ total_count: z.number() }),
});

const itemsOf = ({ body }: Exchange) => pageSchema.safeParse(body).data?.data;

/** The smallest page with which the SDK can verify a list. */
const leastSize = 11;

export const listChecks: readonly Check[] = [
  {
    id: 'page-size',
    remedy: 'Pass a `per_page` that the API accepts to the list. The least is `leastSize` in src/pagination/ranges.ts.',
    run: async ({ api }) => {
      // The SDK reads pages of a hundred, and of odd sizes where pages have to overlap.
      const read = async (size: number) => {
        const exchange = await api.send('GET', `/projects?per_page=${size}`);
        return { size, exchange, page: pageSchema.safeParse(exchange.body).data };
      };
      const pages = [await read(100), await read(13), await read(leastSize)];
      const exchanges = pages.map(({ exchange }) => exchange);
      const refused = pages.find(({ exchange }) => !exchange.ok);
      if (refused) return fails(`per_page=${refused.size} is refused with ${refused.exchange.status}.`, ...exchanges);
      const total = Math.min(...pages.map(({ page }) => page?.meta.total_count ?? 0));
      if (total <= leastSize) return unclear(`There are ${count(total, 'project')}, and it takes 12.`, ...exchanges);
      const other = pages.find(({ size, page }) => {
        const expected = Math.min(size, total);
        const length = page?.data.length ?? 0;
        return size === 100 ? length < leastSize : length !== expected;
      });
      return other
        ? fails(
            `per_page=${other.size} returns ${count(other.page?.data.length ?? 0, 'item')} of ${total}.`,
            ...exchanges,
          )
        : holds(
            `per_page=100 returns ${count(pages[0]?.page?.data.length ?? 0, 'item')} of ${total}, 13 and 11 as many as asked.`,
            ...exchanges,
          );
    },
  },
  {
    id: 'list-order',
    remedy: 'After `listUnverified`, read the list again and compare by `id` (docs/pagination.md).',
    run: async ({ api }) => {
      const [first, second] = [
        await api.send('GET', '/projects?per_page=100'),
        await api.send('GET', '/projects?per_page=100'),
      ];
      const [before, after] = [itemsOf(first), itemsOf(second)];
      if (before === undefined || after === undefined) return unexpected(second);
      const ids = after.map(({ id }) => id);
      const places = before.map(({ id }) => ids.indexOf(id)).filter((place) => place >= 0);
      if (places.length < 2) return unclear(`There are ${count(places.length, 'project')}, and it takes 2.`, second);
      if (!isSorted(places)) return fails('The same items came in another order.', first, second);
      const times = after.map(({ created_at }) => Date.parse(created_at ?? ''));
      return isSorted(times) || isSorted(times.toReversed())
        ? holds(`${count(places.length, 'item')} in the order of \`created_at\`, twice.`, first, second)
        : unclear(
            'The order is the same twice, but not that of `created_at`: an update may move items.',
            first,
            second,
          );
    },
  },
  {
    id: 'item-ids',
    remedy: 'Read the list page by page with `page`, and tell items apart yourself (docs/pagination.md).',
    run: async ({ api }) => {
      const exchange = await api.send('GET', '/projects?per_page=100');
      const items = itemsOf(exchange);
      if (items === undefined || items.length === 0) return unclear('There is no project.', exchange);
      const ids = items.map(({ id }) => id);
      const without = ids.filter((id) => typeof id !== 'string' && typeof id !== 'number').length;
      if (without > 0) return fails(`${without} of ${count(items.length, 'item')} have no \`id\`.`, exchange);
      const unique = new Set(ids).size;
      return unique < ids.length
        ? fails(`${count(items.length, 'item')} have ${count(unique, 'id')}.`, exchange)
        : holds(`${count(items.length, 'item')} have ${count(unique, 'id')}.`, exchange);
    },
  },
];

const isSorted = (numbers: readonly number[]): boolean =>
  numbers.every((each, index) => index === 0 || each >= (numbers[index - 1] ?? each));
