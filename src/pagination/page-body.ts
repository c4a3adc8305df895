import { array, looseObject, number, type Schema } from '../schema.ts';

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

export const pageMetaSchema = looseObject({
  current_page: number,
  total_pages: number,
  total_count: number,
});

const schemas = /* @__PURE__ */ new WeakMap<object, unknown>();

/** The schema of a page of such items. One object per item schema, because zod prepares each schema at its first use. */
export function pageBodySchema<Item>(item: Schema<Item>): Schema<PageBody<Item>> {
  let schema = schemas.get(item);
  if (schema === undefined) {
    schema = looseObject({ data: array(item), meta: pageMetaSchema });
    schemas.set(item, schema);
  }
  // Only this function fills the map, and always with the schema that belongs to the key.
  return schema as Schema<PageBody<Item>>;
}

/** Whether a body can be walked at all: without a `data` array there is no page. */
export function isPageBody(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data);
}
