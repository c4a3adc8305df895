/** What a server of some kind makes of a `per_page`: a number of items, or a status that refuses it. */
export type Sizes = (asked: number, request: number) => number | { readonly refused: number };

/** What a server knows when it writes the `meta` of a page. */
export interface Facts {
  readonly page: number;
  readonly size: number;
  /** How many items the list has, hidden ones included. */
  readonly count: number;
  /** How many items the page has. */
  readonly shown: number;
  /** How many items the list had a while ago. */
  readonly staleCount: number;
  /** How many items were deleted, before the walk and during it. */
  readonly deleted: number;
}

/**
 * What a client can promise for a server:
 *
 * - `exact`: nothing is lost, whether the list moves or not;
 * - `complete-at-rest`: nothing is lost at rest; if the list moves, nothing is lost, or the program is told;
 * - `told`: the list can't be read completely, and the program is told.
 *
 * In any case nothing is yielded twice, and the walk ends.
 */
export type Guarantee = 'exact' | 'complete-at-rest' | 'told';

/** A kind of server: how it treats `page` and `per_page`, what it says, and what comes after the end. */
export interface Kind {
  readonly name: string;
  readonly guarantee: Guarantee;
  readonly sizes: Sizes;
  readonly meta: (facts: Facts) => unknown;
  /** What a page after the last one is. */
  readonly afterEnd: 'empty' | 'last page' | { readonly status: number };
  readonly ids: 'string' | 'number' | 'missing' | 'unsafe';
  /** The share of items that are left out of a page after paging. */
  readonly hidden: number;
  readonly ignoresPage: boolean;
  /** Items behind this place are refused. */
  readonly depth: number;
}

const free: Sizes = (asked) => asked;
const capped =
  (cap: number): Sizes =>
  (asked) =>
    Math.min(asked, cap);
/** The cap changes with the third request: early enough to matter for lists of a few pages. */
const capChanges =
  (before: number, after: number): Sizes =>
  (asked, request) =>
    Math.min(asked, request < 3 ? before : after);
const allowed =
  (otherwise: number | { readonly refused: number }): Sizes =>
  (asked) =>
    [10, 20, 50, 100].includes(asked) ? asked : otherwise;
const nextAllowed: Sizes = (asked) => [100, 50, 20].find((size) => size <= asked) ?? 10;
const roundedBy =
  (round: (tens: number) => number): Sizes =>
  (asked) =>
    Math.min(100, Math.max(10, round(asked / 10) * 10));
const always =
  (size: number): Sizes =>
  () =>
    size;

const pages = (count: number, size: number): number => Math.max(1, Math.ceil(count / size));
const metaOf = (page: number, size: number, count: number): Record<string, unknown> => ({
  current_page: page,
  total_pages: pages(count, size),
  total_count: count,
});
const right = ({ page, size, count }: Facts): unknown => metaOf(page, size, count);
const noCount = ({ page }: Facts): unknown => ({ current_page: page });
const countIs =
  (count: (facts: Facts) => number): Kind['meta'] =>
  (facts) =>
    metaOf(facts.page, facts.size, count(facts));

function kind(name: string, guarantee: Guarantee, differences: Partial<Kind> = {}): Kind {
  const plain = { sizes: free, meta: right, afterEnd: 'empty', ids: 'string', hidden: 0, depth: Infinity } as const;
  return { ...plain, ignoresPage: false, name, guarantee, ...differences };
}

/** Whether a client may choose the size of each page, and gets what it asks for. */
export const hasFreeSizes = (kind: Kind): boolean => kind.sizes === free;

/** Whether a server says how long its list is, and never gives fewer items than before for the same size. */
export const countsRight = ({ meta, sizes }: Kind): boolean => meta === right && sizes(100, 1) === sizes(100, Infinity);

const twentyOtherwise = allowed(20);

export const kinds: readonly Kind[] = [
  kind('sizes are free', 'exact'),
  ...[100, 50, 25, 20, 10].map((cap) => kind(`at most ${cap} a page`, 'exact', { sizes: capped(cap) })),
  kind('the cap falls from 100 to 25', 'exact', { sizes: capChanges(100, 25) }),
  kind('the cap falls from 50 to 20', 'exact', { sizes: capChanges(50, 20) }),
  kind('the cap falls from 50 to 20, no count', 'exact', { sizes: capChanges(50, 20), meta: noCount }),
  kind('the cap rises from 20 to 50', 'exact', { sizes: capChanges(20, 50) }),
  kind('the cap rises from 25 to 100, no count', 'exact', { sizes: capChanges(25, 100), meta: noCount }),

  kind('no count', 'exact', { meta: noCount }),
  kind('the count is null', 'exact', {
    meta: ({ page }) => ({ current_page: page, total_pages: null, total_count: null }),
  }),
  kind('the count is a string', 'exact', {
    meta: ({ page, count, size }) => ({ ...metaOf(page, size, count), total_count: String(count) }),
  }),
  kind('no meta', 'exact', { meta: () => undefined }),
  kind('the count is stale', 'exact', { meta: countIs((facts) => facts.staleCount) }),
  kind('the count is one too few', 'exact', { meta: countIs((facts) => Math.max(0, facts.count - 1)) }),
  kind('the count is one too many', 'exact', { meta: countIs((facts) => facts.count + 1) }),
  kind('the count includes deleted items', 'exact', { meta: countIs((facts) => facts.count + facts.deleted) }),
  kind('the count is that of the page', 'exact', { meta: countIs((facts) => facts.shown) }),
  kind('the count is at most 100', 'exact', { meta: countIs((facts) => Math.min(100, facts.count)) }),
  kind('the count is always 0', 'exact', { meta: countIs(() => 0) }),
  kind('total_pages is one too few', 'exact', {
    meta: ({ page, size, count }) => ({ ...metaOf(page, size, count), total_pages: pages(count, size) - 1 }),
  }),
  kind('total_pages is one too few, no count', 'exact', {
    meta: ({ page, size, count }) => ({ current_page: page, total_pages: pages(count, size) - 1 }),
  }),
  kind('an extra page is announced, which is empty', 'exact', {
    meta: ({ page, size, count }) => ({ current_page: page, total_pages: pages(count, size) + 1 }),
  }),
  kind('404 after the end', 'exact', { afterEnd: { status: 404 } }),
  kind('404 after the end, no count', 'exact', { afterEnd: { status: 404 }, meta: noCount }),
  kind('404 after the end, the count is one too many', 'exact', {
    afterEnd: { status: 404 },
    meta: countIs((facts) => facts.count + 1),
  }),
  kind('the last page again after the end', 'exact', { afterEnd: 'last page' }),
  kind('the last page again after the end, no count', 'exact', { afterEnd: 'last page', meta: noCount }),
  kind('at most 20 a page, no count', 'exact', { sizes: capped(20), meta: noCount }),
  kind('at most 50 a page, no count, 404 after the end', 'exact', {
    sizes: capped(50),
    meta: noCount,
    afterEnd: { status: 404 },
  }),
  kind('at most 20 a page, no count, the last page again after the end', 'exact', {
    sizes: capped(20),
    meta: noCount,
    afterEnd: 'last page',
  }),
  kind('at most 25 a page, the count includes deleted items', 'exact', {
    sizes: capped(25),
    meta: countIs((facts) => facts.count + facts.deleted),
  }),
  kind('ids are numbers', 'exact', { ids: 'number' }),
  kind('ids are numbers, at most 20 a page', 'exact', { ids: 'number', sizes: capped(20) }),

  kind('10, 20, 50 or 100 a page, otherwise 20', 'complete-at-rest', { sizes: twentyOtherwise }),
  kind('10, 20, 50 or 100 a page, otherwise 20, no count', 'complete-at-rest', {
    sizes: twentyOtherwise,
    meta: noCount,
  }),
  kind('10, 20, 50 or 100 a page, otherwise 400', 'complete-at-rest', { sizes: allowed({ refused: 400 }) }),
  kind('10, 20, 50 or 100 a page, otherwise 422', 'complete-at-rest', { sizes: allowed({ refused: 422 }) }),
  kind('10, 20, 50 or 100 a page, otherwise the next smaller one', 'complete-at-rest', { sizes: nextAllowed }),
  kind('rounds per_page to tens', 'complete-at-rest', { sizes: roundedBy(Math.round) }),
  kind('rounds per_page down to tens', 'complete-at-rest', { sizes: roundedBy(Math.floor) }),
  kind('rounds per_page up to tens, no count', 'complete-at-rest', { sizes: roundedBy(Math.ceil), meta: noCount }),
  kind('ignores per_page: 20 a page', 'complete-at-rest', { sizes: always(20) }),
  kind('ignores per_page: 20 a page, no count', 'complete-at-rest', { sizes: always(20), meta: noCount }),
  kind('ignores per_page: 100 a page', 'complete-at-rest', { sizes: always(100) }),
  kind('ignores per_page: 20 a page, the last page again', 'complete-at-rest', {
    sizes: always(20),
    meta: noCount,
    afterEnd: 'last page',
  }),
  kind('hides items after paging', 'complete-at-rest', { hidden: 0.2 }),
  kind('hides items after paging, no count', 'complete-at-rest', { hidden: 0.2, meta: noCount }),
  kind('hides items after paging, at most 50 a page', 'complete-at-rest', { hidden: 0.2, sizes: capped(50) }),
  kind('ids are missing', 'complete-at-rest', { ids: 'missing' }),
  kind('ids are missing, no count, 404 after the end', 'complete-at-rest', {
    ids: 'missing',
    meta: noCount,
    afterEnd: { status: 404 },
  }),
  kind('ids are missing, at most 50 a page', 'complete-at-rest', { ids: 'missing', sizes: capped(50) }),
  kind('ids are 64-bit numbers', 'complete-at-rest', { ids: 'unsafe' }),

  kind('ignores page', 'told', { ignoresPage: true }),
  kind('ignores page, no count', 'told', { ignoresPage: true, meta: noCount }),
  kind('ignores page and per_page: 20 a page', 'told', { ignoresPage: true, sizes: always(20) }),
  kind('refuses what is behind the first 500 items', 'told', { depth: 500 }),
];
