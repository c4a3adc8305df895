import { InvalidRequestError } from '../errors/index.ts';
import type { PageMeta } from './page-body.ts';

/**
 * One page of a list.
 *
 * @example
 * const page = await client.projects.list({ page: 2, per_page: 50 });
 * console.log(page.data.length, 'of', page.meta.total_count);
 */
export class Page<Item> {
  /** The page's items, in the list's order. */
  readonly data: Item[];
  /** Where the page stands in its list, as the API says. */
  readonly meta: PageMeta;
  readonly #next: (() => Promise<Page<Item>>) | undefined;

  /** @internal */
  constructor(data: Item[], meta: PageMeta, next: (() => Promise<Page<Item>>) | undefined) {
    this.data = data;
    this.meta = meta;
    this.#next = next;
  }

  /** Whether the list goes on after this page. */
  hasNextPage(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Requests the page after this one, with the same parameters and options.
   *
   * @throws {InvalidRequestError} This is the last page: ask {@link Page.hasNextPage} first.
   */
  async getNextPage(): Promise<Page<Item>> {
    if (this.#next === undefined) {
      throw new InvalidRequestError('This is the last page: call getNextPage() only while hasNextPage() is true');
    }
    return this.#next();
  }
}
