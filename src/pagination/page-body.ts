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
