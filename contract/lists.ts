import * as z from 'zod/mini';
import type { Exchange } from './api.ts';
import { check, type Checks, count, fails, holds, unclear } from './check.ts';

const pageSchema = z.object({
  data: z.array(z.looseObject({ id: z.optional(z.unknown()), created_at: z.optional(z.string()) })),
  meta: z.object({ total_count: z.number() }),
});

/** The items of a page and the total count; none and 0 if it isn't a page. */
export function pageOf({ body }: Exchange) {
  const { data: items = [], meta } = pageSchema.safeParse(body).data ?? {};
  return { items, total: meta?.total_count ?? 0 };
}

/** The smallest page with which the SDK can verify a list: `leastSize` in src/pagination/ranges.ts. */
const leastSize = 11;

export const listChecks: Checks = {
  'page-size': check([], async ({ api }) => {
    // The SDK reads pages of 100, and pages of odd sizes where pages have to overlap.
    const read = (per_page: number) => api.send('GET', '/projects', { query: { per_page } });
    const pages = [await read(100), await read(13), await read(leastSize)];
    const refused = pages.find(({ ok }) => !ok);
    if (refused) return fails(`${refused.request} is refused with ${refused.status}.`, ...pages);
    const total = Math.min(...pages.map((page) => pageOf(page).total));
    if (total <= leastSize) return unclear(`There are ${count(total, 'project')}, and it takes 12.`, ...pages);
    const lengths = pages.map((page) => pageOf(page).items.length);
    const [most = 0, odd, least] = lengths;
    const isRight = most >= leastSize && odd === Math.min(13, total) && least === leastSize;
    return (isRight ? holds : fails)(`Pages of 100, 13 and 11 have ${lengths.join(', ')} of ${total}.`, ...pages);
  }),
  'list-order': check([], async ({ api }) => {
    const read = () => api.send('GET', '/projects', { query: { per_page: 100 } });
    const pages = [await read(), await read()] as const;
    const [before, after] = [pageOf(pages[0]).items, pageOf(pages[1]).items];
    const ids = after.map(({ id }) => id);
    const places = before.map(({ id }) => ids.indexOf(id)).filter((place) => place >= 0);
    if (places.length < 2) return unclear(`There are ${count(places.length, 'project')}, and it takes 2.`, ...pages);
    if (!isSorted(places)) return fails('The same items came in another order.', ...pages);
    const times = after.map(({ created_at }) => Date.parse(created_at ?? ''));
    return isSorted(times) || isSorted(times.toReversed())
      ? holds(`${count(places.length, 'item')} in the order of \`created_at\`, twice.`, ...pages)
      : unclear('The order is the same twice, but not by `created_at`: an update may move items.', ...pages);
  }),
  'item-ids': check([], async ({ api }) => {
    const page = await api.send('GET', '/projects', { query: { per_page: 100 } });
    const { items } = pageOf(page);
    if (items.length === 0) return unclear('There is no project.', page);
    const ids = items.map(({ id }) => id).filter((id) => typeof id === 'string' || typeof id === 'number');
    const unique = new Set(ids).size;
    const seen = `${count(items.length, 'item')} have ${count(unique, 'unique `id`')}.`;
    return unique < items.length ? fails(seen, page) : holds(seen, page);
  }),
};

const isSorted = (numbers: readonly number[]): boolean =>
  numbers.every((each, index) => index === 0 || each >= (numbers[index - 1] ?? each));
