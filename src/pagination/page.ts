import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Place } from './cursor.ts';
import type { PageBody, PageMeta } from './page-body.ts';

/** The walk to which a page belongs. */
interface WalkOfPage<Item> {
  readonly list: { readonly signal?: AbortSignal | undefined; cursorOf(place: Place): string };
  readonly reader: { readonly place: Place; readonly unverified: Page<Item>['unverified'] };
  pageAfter(number: number, place: Place): Promise<Page<Item>>;
  pagesFrom(page: Page<Item>): AsyncGenerator<Page<Item>, void, undefined>;
}

/**
 * One page of a list. Its items are `page.data`. `for await (const item of page)` iterates over its items and those of
 * all pages after it.
 */
export class Page<Item> implements AsyncIterable<Item> {
  /** The items, in the list's order. */
  readonly data: Item[];
  /** The page's position in its list, as the API reports it; in an iteration, only `total_count`. */
  readonly meta: PageMeta;
  /** The latest reason why the SDK can't guarantee that each item was yielded once so far; `undefined` if it can. */
  readonly unverified: ListUnverifiedEvent['reason'] | undefined;
  readonly #place: Place;
  readonly #number: number;
  readonly #isLast: boolean;
  readonly #walk: WalkOfPage<Item>;

  /** @internal */
  constructor({ data, meta }: PageBody<Item>, number: number, isLast: boolean, walk: WalkOfPage<Item>) {
    this.data = data;
    // What the API leaves out although it is documented stays out, as in every other response.
    this.meta = { ...meta } as PageMeta;
    this.unverified = walk.reader.unverified;
    this.#place = walk.reader.place;
    this.#number = number;
    this.#isLast = isLast;
    this.#walk = walk;
  }

  /**
   * The position after this page: `list(params, { cursor })` continues there, as long as one of the last 20 items
   * exists.
   */
  get cursor(): string {
    return this.#walk.list.cursorOf(this.#place);
  }

  /** True if there is a page after this one. In an iteration, it may turn out to have no items. */
  hasNextPage(): boolean {
    return !this.#isLast;
  }

  /**
   * Returns the page after this one, with the same parameters and options. As in an iteration, no item is skipped or
   * repeated if the list changes, so pages differ in size. To get a page by its number, use `list({ page })`.
   *
   * @throws {InvalidRequestError} when this is the last page: ask {@link Page.hasNextPage} first.
   */
  async getNextPage(): Promise<Page<Item>> {
    if (!this.#isLast) return this.#walk.pageAfter(this.#number, this.#place);
    throw new InvalidRequestError('This is the last page: call getNextPage() only while hasNextPage() is true.');
  }

  /** The items of this page, and of all pages after it. */
  [Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    return itemsOf(this.#walk.pagesFrom(this), this.#walk.list.signal);
  }
}

export async function* itemsOf<Item>(
  pages: AsyncIterable<Page<Item>>,
  signal?: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  for await (const page of pages) {
    for (const item of page.data) {
      yield item;
      if (signal?.aborted) throw signal.reason;
    }
  }
}
