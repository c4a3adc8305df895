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

/** A page as the API sends it. */
export interface PageBody<Item> {
  data: Item[];
  meta: PageMeta;
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
