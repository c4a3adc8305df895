import * as z from 'zod/mini';

/** Where a page stands in its list. */
export interface PageMeta {
  /** This page's number, from 1. */
  current_page: number;
  /** Pages in the list. */
  total_pages: number;
  /** Items in the list, over all pages. */
  total_count: number;
}

/** A page as the API sends it. Whatever is documented, `meta` may be missing, or wrong in any way. */
export interface PageBody<Item> {
  data: Item[];
  meta?: Partial<PageMeta> | null | undefined;
}

export const pageMetaSchema = z.looseObject({
  current_page: z.number(),
  total_pages: z.number(),
  total_count: z.number(),
});

const schemas = /* @__PURE__ */ new WeakMap<object, unknown>();

/** The schema of a page of such items. One object per item schema, because zod prepares each schema at its first use. */
export function pageBodySchema<Item>(item: z.ZodMiniType<Item>): z.ZodMiniType<PageBody<Item>> {
  let schema = schemas.get(item);
  if (schema === undefined) {
    schema = z.looseObject({ data: z.array(item), meta: pageMetaSchema });
    schemas.set(item, schema);
  }
  // Only this function fills the map, and always with the schema that belongs to the key.
  return schema as z.ZodMiniType<PageBody<Item>>;
}

/** Whether a body can be walked at all: without a `data` array there is no page. */
export function isPageBody(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data);
}

/** `meta` with what is known in any case. What else the API leaves out stays out, as in every other response. */
export function toMeta(meta: PageBody<unknown>['meta'], page: number): PageMeta {
  return { current_page: page, ...meta } as PageMeta;
}

/**
 * How many items the list has at least, if a page says anything credible about it. A `total_count` below `end`, the items
 * up to here, or a `total_pages` below the page's number can't be right. Of what is left the larger counts, because a
 * request too many costs less than an item too few.
 */
export function listLength(
  { meta }: PageBody<unknown>,
  { page, size }: { readonly page: number; readonly size: number },
  end: number,
): number | undefined {
  const credible = (value: unknown, least: number) =>
    Number.isSafeInteger(value) && Number(value) >= least ? Number(value) : undefined;
  const count = credible(meta?.total_count, end);
  const pages = credible(meta?.total_pages, page);
  if (count === undefined && pages === undefined) return undefined;
  return Math.max(end, count ?? 0, pages !== undefined && pages > page ? (pages - 1) * size + 1 : 0);
}
