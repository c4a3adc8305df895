import * as z from 'zod/mini';
import { isRecord } from '../utils/json.ts';
import type { StandardIssue, StandardResult, StandardSchema } from '../utils/standard-schema.ts';

/** Where a page stands in its list. */
export interface PageMeta {
  /** This page's number, from 1. Absent in an iteration, whose pages differ in size. */
  current_page?: number | undefined;
  /** Pages in the list. Absent in an iteration. */
  total_pages?: number | undefined;
  /** Items in the list, over all pages. */
  total_count: number;
}

/** A page as the API sends it. Whatever is documented, `meta` may be missing, or wrong in any way. */
export interface PageBody<Item> {
  data: Item[];
  meta?: { readonly [Key in keyof PageMeta]?: PageMeta[Key] | undefined } | null | undefined;
}

const metaSchema = z.looseObject({
  meta: z.looseObject({ current_page: z.number(), total_pages: z.number(), total_count: z.number() }),
});

/** The schema of a page whose items have a schema, of any library. Without one, any item will do. */
export function pageBodySchema<Item>(item: StandardSchema<Item> | undefined): StandardSchema<PageBody<Item>> {
  const validate = async (body: unknown): Promise<StandardResult<PageBody<Item>>> => {
    const page = await metaSchema['~standard'].validate(body);
    const issues: StandardIssue[] = [...(page.issues ?? [])];
    if (isRecord(body) && !isPageBody(body)) issues.unshift(missingData);
    // Without data, there are no items to look at.
    const given = isPageBody(body) ? body.data : [];
    // Most schemas answer at once, and a promise for each item costs more than the check. The cast holds: none is a promise.
    const checks = item ? given.map((value) => item['~standard'].validate(value)) : [];
    const results = checks.some((check) => check instanceof Promise)
      ? await Promise.all(checks.map(async (check) => check))
      : (checks as StandardResult<Item>[]);
    for (const [index, result] of results.entries()) {
      for (const issue of result.issues ?? []) issues.push({ ...issue, path: ['data', index, ...(issue.path ?? [])] });
    }
    if (page.issues || issues.length > 0) return { issues };
    const data = item ? results.flatMap((result) => (result.issues ? [] : [result.value])) : (given as Item[]);
    return { value: { ...page.value, data } };
  };
  return { '~standard': { version: 1, vendor: '@example/sdk', validate } };
}

const missingData = { path: ['data'], expected: 'array', message: 'data is not an array' };

/** Whether a body can be walked at all: without a `data` array there is no page. */
export function isPageBody(body: unknown): body is { data: unknown[] } {
  return isRecord(body) && Array.isArray(body['data']);
}

/** The `id` of an item, if it is a string or a number that JSON has not rounded. */
export function idOf(item: unknown): string | undefined {
  const id = isRecord(item) ? item['id'] : undefined;
  return typeof id === 'string' || Number.isSafeInteger(id) ? String(id) : undefined;
}
