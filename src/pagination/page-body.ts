import { isRecord } from '../utils/json.ts';
import type { StandardIssue, StandardResult, StandardSchema } from '../utils/standard-schema.ts';
import type { Window } from './windows.ts';

/** Where a page stands in its list. */
export interface PageMeta {
  /** This page's number, from 1. Absent in an iteration, whose pages differ in size. */
  current_page?: number | undefined;
  /** Pages in the list. Absent in an iteration. */
  total_pages?: number | undefined;
  /** Items in the list, over all pages. */
  total_count: number;
}

/** A page as the API sends it. Although it is documented, `meta` may be missing, or wrong in any way. */
export interface PageBody<Item> {
  data: Item[];
  meta?: { readonly [Key in keyof PageMeta]?: PageMeta[Key] | undefined } | null | undefined;
}

/**
 * The schema of a page whose items have a schema, of any library. Without one, any item will do.
 *
 * @param isOfCaller Whether the caller has passed it. What fails the call then is an item, and no `meta`.
 */
export function pageBodySchema<Item>(
  item: StandardSchema<Item> | undefined,
  isOfCaller = false,
): StandardSchema<PageBody<Item>> {
  const validate = async (body: unknown): Promise<StandardResult<PageBody<Item>>> => {
    if (!isRecord(body)) return { issues: [mismatch([], 'object')] };
    const given = isPageBody(body) ? body.data : [];
    const issues = isOfCaller && isPageBody(body) ? [] : pageIssues(body);
    const data: Item[] = [];
    for (let index = 0; item && index < given.length; index++) {
      const check = item['~standard'].validate(given[index]);
      // Most schemas answer at once, and to wait for each item costs more than the check.
      const result = check instanceof Promise ? await check : check;
      if (!result.issues) data.push(result.value);
      else for (const issue of result.issues) issues.push({ ...issue, path: ['data', index, ...(issue.path ?? [])] });
    }
    // Without a schema, the caller says what an item is.
    return issues.length > 0 ? { issues } : { value: { ...body, data: item ? data : (given as Item[]) } };
  };
  return { '~standard': { version: 1, vendor: '@example/sdk', validate } };
}

/** Where a page differs from the documentation, apart from its items. */
function pageIssues(body: Readonly<Record<string, unknown>>): StandardIssue[] {
  const issues = isPageBody(body) ? [] : [mismatch(['data'], 'array')];
  const { meta } = body;
  if (!isRecord(meta)) return [...issues, mismatch(['meta'], 'object')];
  const wrong = ['current_page', 'total_pages', 'total_count'].filter((name) => typeof meta[name] !== 'number');
  return [...issues, ...wrong.map((name) => mismatch(['meta', name], 'number'))];
}

function mismatch(path: readonly string[], expected: string): StandardIssue & { readonly expected: string } {
  return { path, expected, message: `expected ${expected}` };
}

/** Whether a body can be walked at all: without a `data` array there is no page. */
export function isPageBody(body: unknown): body is { data: unknown[] } {
  return isRecord(body) && Array.isArray(body['data']);
}

/** Identifies an item: a text, or a number that JSON has not rounded. */
export type Id = string | number;

/** The ids of a page's items. An item may have none. */
export type Ids = readonly (Id | undefined)[];

export function isId(value: unknown): value is Id {
  return (typeof value === 'string' && value !== '') || Number.isSafeInteger(value);
}

/** The `id` of an item, if it has one. */
function idOf(item: unknown): Id | undefined {
  const id = isRecord(item) ? item['id'] : undefined;
  return isId(id) ? id : undefined;
}

/** A number of items; `undefined` if the value is none. */
export function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

/** What a page says, as far as a walk reads it. */
export interface ReceivedPage<Item> {
  readonly window: Window;
  readonly data: readonly Item[];
  readonly ids: Ids;
  /** The id of each item, or its JSON. They tell whether two pages are the same. */
  readonly fingerprints: readonly Id[];
  readonly count: number | undefined;
  /** By how much the count has grown since the page before. */
  readonly growth: number;
  /** `total_pages`; `NaN` if it is missing. */
  readonly lastPage: number;
}

/** @param before The list's count so far. */
export function parsePage<Item>(window: Window, body: PageBody<Item>, before: number | undefined): ReceivedPage<Item> {
  const { data, meta } = body;
  const count = countOf(meta?.total_count);
  const growth = count === undefined ? 0 : count - (before ?? count);
  const ids = data.map(idOf);
  const fingerprints = ids.map((id, index) => id ?? JSON.stringify(data[index]));
  return { window, data, ids, fingerprints, count, growth, lastPage: countOf(meta?.total_pages) ?? NaN };
}
