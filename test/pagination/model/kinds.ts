/** What a server of some kind makes of a `per_page`: a number of items, or a status that refuses it. */
type Sizes = (asked: number, request: number) => number | { readonly refused: number };

/** What a server knows when it writes the `meta` of a page. */
interface Facts {
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
 * - `exact`: nothing is lost, whether the list moves or not, and nobody is told that something may be;
 * - `complete`: nothing is lost, but the program may be told that something may be, as the server contradicts itself;
 * - `told`: what a plain loop gets of a list at rest; if the list moves, nothing is lost, or the program is told.
 *
 * In any case nothing is yielded twice, and the walk ends.
 */
export type Guarantee = 'exact' | 'complete' | 'told';

/** A kind of server: how it treats `page` and `per_page`, what it says, and what comes after the end. */
export interface Kind {
  readonly name: string;
  readonly guarantee: Guarantee;
  readonly sizes: Sizes;
  /** How many items a page has if no size is asked for. */
  readonly defaultSize: number;
  readonly meta: (facts: Facts) => unknown;
  /** What a page after the last one is. */
  readonly afterEnd: 'empty' | 'last page' | { readonly status: number };
  readonly ids: 'string' | 'number' | 'missing' | 'unsafe';
  /** The share of items that are left out of a page after paging. */
  readonly hidden: number;
  /** Whether these are in the middle of the list, instead of everywhere. */
  readonly isMiddleHidden?: boolean;
  readonly ignoresPage: boolean;
  /** Items behind this place are refused. */
  readonly depth: number;
}

const free: Sizes = (asked) => asked;
function capped(cap: number): Sizes {
  return (asked) => Math.min(asked, cap);
}
/** The cap changes with the third request: early enough to matter for lists of a few pages. */
function capChanges(before: number, after: number): Sizes {
  return (asked, request) => Math.min(asked, request < 3 ? before : after);
}
function allowed(otherwise: number | { readonly refused: number }): Sizes {
  return (asked) => ([10, 20, 50, 100].includes(asked) ? asked : otherwise);
}
const nextAllowed: Sizes = (asked) => [100, 50, 20].find((size) => size <= asked) ?? 10;
function roundedBy(round: (tens: number) => number): Sizes {
  return (asked) => Math.min(100, Math.max(10, round(asked / 10) * 10));
}
function always(size: number): Sizes {
  return () => size;
}

const pages = (count: number, size: number): number => Math.max(1, Math.ceil(count / size));
const metaOf = (page: number, size: number, count: number): Record<string, unknown> => ({
  current_page: page,
  total_pages: pages(count, size),
  total_count: count,
});
const right = ({ page, size, count }: Facts): unknown => metaOf(page, size, count);
const noCount = ({ page }: Facts): unknown => ({ current_page: page });
function countIs(count: (facts: Facts) => number): Kind['meta'] {
  return (facts) => metaOf(facts.page, facts.size, count(facts));
}
/** A `total_pages` that is so many too high, and no count. */
function onlyPages(excess: number): Kind['meta'] {
  return ({ page, size, count }) => ({ current_page: page, total_pages: pages(count, size) + excess });
}

const kind =
  (guarantee: Guarantee) =>
  (name: string, differences: Partial<Kind> = {}): Kind => {
    const plain = { sizes: free, defaultSize: 20, meta: right, afterEnd: 'empty', ids: 'string', hidden: 0 } as const;
    return { ...plain, depth: Infinity, ignoresPage: false, name, guarantee, ...differences };
  };
const [exact, complete, told] = [kind('exact'), kind('complete'), kind('told')];
const gone = { afterEnd: { status: 404 } };
const [refused400, refused422] = [400, 422].map((status) => ({ afterEnd: { status } }));
const lastAgain = { afterEnd: 'last page', meta: noCount } as const;
const hidden = { hidden: 0.2 };
const countIsOneMore = { meta: countIs((facts) => facts.count + 1) };
const countHasDeleted = { meta: countIs((facts) => facts.count + facts.deleted) };

/** Whether a client may choose the size of each page, and gets what it asks for. */
export const hasFreeSizes = (kind: Kind): boolean => kind.sizes === free;

const twentyOtherwise = allowed(20);

export const kinds: readonly Kind[] = [
  exact('sizes are free'),
  ...[100, 50, 25, 20].map((cap) => exact(`at most ${cap} a page`, { sizes: capped(cap) })),
  told('at most 10 a page', { sizes: capped(10) }),
  told('the cap falls from 100 to 25', { sizes: capChanges(100, 25) }),
  told('the cap falls from 50 to 20', { sizes: capChanges(50, 20) }),
  told('the cap falls from 50 to 20, no count', { sizes: capChanges(50, 20), meta: noCount }),
  exact('the cap rises from 20 to 50', { sizes: capChanges(20, 50) }),
  complete('the cap rises from 25 to 100, no count', { sizes: capChanges(25, 100), meta: noCount }),

  complete('no count', { meta: noCount }),
  complete('the count is null', { meta: ({ page }) => ({ current_page: page, total_pages: null, total_count: null }) }),
  complete('the count is a string', {
    meta: ({ page, count, size }) => ({ ...metaOf(page, size, count), total_count: String(count) }),
  }),
  complete('no meta', { meta: () => undefined }),
  told('the count is stale', { meta: countIs((facts) => facts.staleCount) }),
  told('the count is one too few', { meta: countIs((facts) => Math.max(0, facts.count - 1)) }),
  told('the count is one too many', countIsOneMore),
  told('the count includes deleted items', countHasDeleted),
  told('the count is that of the page', { meta: countIs((facts) => facts.shown) }),
  told('the count is that of the page, at most 50 a page, no total_pages', {
    sizes: capped(50),
    meta: ({ page, shown }) => ({ current_page: page, total_count: shown }),
  }),
  told('the count is that of the items so far, some are hidden, no total_pages', {
    hidden: 0.2,
    meta: ({ page, size, shown }) => ({ current_page: page, total_count: (page - 1) * size + shown }),
  }),
  told('the count is at most 100', { meta: countIs((facts) => Math.min(100, facts.count)) }),
  told('the count is always 0', { meta: countIs(() => 0) }),
  exact('total_pages is one too few', {
    meta: ({ page, size, count }) => ({ ...metaOf(page, size, count), total_pages: pages(count, size) - 1 }),
  }),
  complete('total_pages is one too few, no count', { meta: onlyPages(-1) }),
  complete('an extra page is announced, which is empty', { meta: onlyPages(1) }),
  exact('404 after the end', gone),
  complete('404 after the end, no count', { ...gone, meta: noCount }),
  told('404 after the end, the count is one too many', { ...gone, ...countIsOneMore }),
  // While the list moves, a window behind its end is refused as one whose size is not allowed.
  told('422 after the end', refused422),
  told('400 after the end, at most 20 a page', { ...refused400, sizes: capped(20) }),
  told('422 after the end, no count', { ...refused422, meta: noCount }),
  told('400 after the end, the count is one too many', { ...refused400, ...countIsOneMore }),
  told('422 after the end, the count is one too many, total_pages is right', {
    ...refused422,
    meta: ({ page, size, count }) => ({ ...metaOf(page, size, count), total_count: count + 1 }),
  }),
  complete('the last page again after the end', { afterEnd: 'last page' }),
  told('the last page again after the end, no count', lastAgain),
  complete('at most 20 a page, no count', { sizes: capped(20), meta: noCount }),
  complete('at most 50 a page, no count, 404 after the end', { ...gone, sizes: capped(50), meta: noCount }),
  told('at most 20 a page, no count, the last page again after the end', { ...lastAgain, sizes: capped(20) }),
  told('at most 25 a page, the count includes deleted items', { ...countHasDeleted, sizes: capped(25) }),
  exact('ids are numbers', { ids: 'number' }),
  exact('ids are numbers, at most 20 a page', { ids: 'number', sizes: capped(20) }),

  told('10, 20, 50 or 100 a page, otherwise 20', { sizes: twentyOtherwise }),
  told('10, 20, 50 or 100 a page, otherwise 20, no count', { sizes: twentyOtherwise, meta: noCount }),
  told('10, 20, 50 or 100 a page, otherwise 400', { sizes: allowed({ refused: 400 }) }),
  told('10, 20, 50 or 100 a page, otherwise 422', { sizes: allowed({ refused: 422 }) }),
  told('10, 20, 50 or 100 a page, otherwise the next smaller one', { sizes: nextAllowed }),
  told('rounds per_page to tens', { sizes: roundedBy(Math.round) }),
  told('rounds per_page down to tens', { sizes: roundedBy(Math.floor) }),
  told('rounds per_page up to tens, no count', { sizes: roundedBy(Math.ceil), meta: noCount }),
  told('ignores per_page: 20 a page', { sizes: always(20) }),
  told('ignores per_page: 20 a page, no count', { sizes: always(20), meta: noCount }),
  told('ignores per_page: 20 a page, 422 after the end', { ...refused422, sizes: always(20) }),
  told('ignores per_page: 20 a page, 400 after the end, the count is one too many', {
    ...refused400,
    ...countIsOneMore,
    sizes: always(20),
  }),
  told('ignores per_page: 100 a page', { sizes: always(100) }),
  told('ignores per_page: 100 a page, 404 after the end', { ...gone, sizes: always(100) }),
  told('ignores per_page: 20 a page, 404 after the end', { ...gone, sizes: always(20) }),
  told('ignores per_page: 20 a page, the last page again', { ...lastAgain, sizes: always(20) }),
  told('hides items after paging', hidden),
  told('hides items after paging, no count', { ...hidden, meta: noCount }),
  told('hides items after paging, at most 50 a page', { ...hidden, sizes: capped(50) }),
  told('hides items after paging, in the middle', { hidden: 0.7, isMiddleHidden: true }),
  told('hides items after paging, in the middle, only total_pages', {
    hidden: 0.7,
    isMiddleHidden: true,
    meta: onlyPages(0),
  }),
  ...[5, 10, 15].flatMap((defaultSize) => [
    exact(`${defaultSize} a page by default`, { defaultSize }),
    complete(`${defaultSize} a page by default, no total_pages`, {
      defaultSize,
      meta: ({ page, count }) => ({ current_page: page, total_count: count }),
    }),
    complete(`${defaultSize} a page by default, no count`, { defaultSize, meta: noCount }),
  ]),
  told('ids are missing', { ids: 'missing' }),
  told('ids are missing, no count, 404 after the end', { ...gone, ids: 'missing', meta: noCount }),
  told('ids are missing, at most 50 a page', { ids: 'missing', sizes: capped(50) }),
  told('ids are 64-bit numbers', { ids: 'unsafe' }),

  told('ignores page', { ignoresPage: true }),
  told('ignores page, no count', { ignoresPage: true, meta: noCount }),
  told('ignores page and per_page: 20 a page', { ignoresPage: true, sizes: always(20) }),
  told('refuses what is behind the first 500 items', { depth: 500 }),
  told('the last page again after the end, the count is one too many', { afterEnd: 'last page', ...countIsOneMore }),
  exact('25 a page by default', { defaultSize: 25 }),
  told('12 a page by default, more than 15 are refused', {
    defaultSize: 12,
    sizes: (asked) => (asked > 15 ? { refused: 400 } : asked),
  }),
  told('ids are missing, 25 a page by default', { ids: 'missing', defaultSize: 25 }),
  told('ignores per_page: 25 a page, 404 after the end, the count is one too many', {
    ...gone,
    ...countIsOneMore,
    sizes: always(25),
  }),
];
