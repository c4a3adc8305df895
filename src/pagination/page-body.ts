import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isRecord } from '../utils/values.ts';
import type { Range } from './ranges.ts';

/** A page's position in its list. */
export interface PageMeta {
  /** This page's number, from 1. Absent in an iteration, whose pages differ in size. */
  current_page?: number | undefined;
  /** Pages in the list. Absent in an iteration. */
  total_pages?: number | undefined;
  /** Items in the list, over all pages. */
  total_count: number;
}

/** A page as the API sends it. `meta` is documented, but may be missing or wrong. */
export interface PageBody<Item> {
  data: Item[];
  meta?: { readonly [Key in keyof PageMeta]?: PageMeta[Key] | undefined } | null | undefined;
}

/**
 * The schema of a page. Without a schema of its items, any item is valid.
 *
 * @param isOfCaller True if the caller has passed the items' schema. Then a wrong `meta` doesn't fail the call.
 */
export function pageBodySchema<Item>(
  item: StandardSchemaV1<unknown, Item> | undefined,
  isOfCaller = false,
): StandardSchemaV1<unknown, PageBody<Item>> {
  const validate = async (body: unknown): Promise<StandardSchemaV1.Result<PageBody<Item>>> => {
    if (!isRecord(body)) return { issues: [mismatch([], 'object')] };
    const given = isPageBody(body) ? body.data : [];
    const issues = isOfCaller && isPageBody(body) ? [] : pageIssues(body);
    const data: Item[] = [];
    for (let index = 0; item && index < given.length; index++) {
      const check = item['~standard'].validate(given[index]);
      // Most schemas return synchronously, and awaiting each item would cost more than the check.
      const result = check instanceof Promise ? await check : check;
      if (!result.issues) data.push(result.value);
      else for (const issue of result.issues) issues.push({ ...issue, path: ['data', index, ...(issue.path ?? [])] });
    }
    // The cast is the caller's promise: without a schema, items aren't checked.
    return issues.length > 0 ? { issues } : { value: { ...body, data: item ? data : (given as Item[]) } };
  };
  return { '~standard': { version: 1, vendor: '@example/sdk', validate } };
}

/** How a page differs from the documentation, apart from its items. */
function pageIssues(body: Readonly<Record<string, unknown>>): StandardSchemaV1.Issue[] {
  const issues = isPageBody(body) ? [] : [mismatch(['data'], 'array')];
  const { meta } = body;
  if (!isRecord(meta)) return [...issues, mismatch(['meta'], 'object')];
  const wrong = ['current_page', 'total_pages', 'total_count'].filter((name) => typeof meta[name] !== 'number');
  return [...issues, ...wrong.map((name) => mismatch(['meta', name], 'number'))];
}

function mismatch(path: readonly string[], expected: string): StandardSchemaV1.Issue & { readonly expected: string } {
  return { path, expected, message: `expected ${expected}` };
}

/** True if a body has a `data` array. Everything else of a page may be missing. */
export function isPageBody(body: unknown): body is { data: unknown[] } {
  return isRecord(body) && Array.isArray(body['data']);
}

/** Identifies an item: a string, or a number that JSON hasn't rounded. */
export type Id = string | number;

/** The ids of a page's items. An item may have none. */
export type Ids = readonly (Id | undefined)[];

export function isId(value: unknown): value is Id {
  return (typeof value === 'string' && value !== '') || Number.isSafeInteger(value);
}

function idOf(item: unknown): Id | undefined {
  const id = isRecord(item) ? item['id'] : undefined;
  return isId(id) ? id : undefined;
}

export function wholeCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

export interface ReceivedPage<Item> {
  readonly range: Range;
  readonly data: readonly Item[];
  readonly ids: Ids;
  readonly count: number | undefined;
  /** `total_pages`; `NaN` if it is missing. */
  readonly lastPage: number;
}

export function parsePage<Item>(range: Range, { data, meta }: PageBody<Item>): ReceivedPage<Item> {
  const [count, lastPage = NaN] = [wholeCount(meta?.total_count), wholeCount(meta?.total_pages)];
  return { range, data, ids: data.map(idOf), count, lastPage };
}

/** True if a page that ends at `end` is short, and nothing says that more items follow. */
export function isAnnouncedEnd({ range, ids, count, lastPage }: ReceivedPage<unknown>, end: number): boolean {
  if (ids.length === 0) return !(lastPage > range.page) && !(Number(count) > end);
  return ids.length < range.size && count === end && lastPage <= range.page;
}

/** The ids for a cursor: a walk can continue as long as one of these items exists. None if an item has none. */
export function cursorIds(ids: Ids): Id[] {
  return ids.includes(undefined) ? [] : (ids.slice(-20) as Id[]); // None is undefined.
}
