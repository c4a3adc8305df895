import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { PageBody, PageMeta } from './page-body.ts';

/** A list: awaited, its first page; iterated, all items. */
type List<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

/** One page of a list. `for` goes over its items, and `for await` goes on to the end of the list. */
export class Page<Item> implements AsyncIterable<Item> {
  /** The items, in the list's order. */
  readonly data: Item[];
  /** Where the page stands in its list, as the API says. */
  readonly meta: PageMeta;
  /** The place after this page: `list(params, { cursor })` goes on there, as long as one of the last 20 items exists. */
  readonly cursor: string;
  /** Why it can't be proved that the iteration has yielded each item once up to here. */
  readonly unverified: ListUnverifiedEvent['reason'] | undefined;
  readonly #next: List<Item> | undefined;

  /** @internal */
  constructor(
    { data, meta, page }: PageBody<Item> & { readonly page?: number },
    cursor: string,
    next: List<Item> | undefined,
    unverified?: ListUnverifiedEvent['reason'],
  ) {
    this.data = data;
    // What the API leaves out although it is documented stays out, as in every other response.
    this.meta = (page === undefined ? { total_count: meta?.total_count } : { current_page: page, ...meta }) as PageMeta;
    this.cursor = cursor;
    this.unverified = unverified;
    this.#next = next;
  }

  /** Whether the list goes on after this page. */
  hasNextPage(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Requests the page after this one, with the same parameters and options.
   *
   * @throws {InvalidRequestError} when this is the last page: ask {@link Page.hasNextPage} first.
   */
  async getNextPage(): Promise<Page<Item>> {
    if (this.#next) return this.#next;
    throw new InvalidRequestError('This is the last page: call getNextPage() only while hasNextPage() is true');
  }

  /** The items of this page, and of all pages after it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    yield* this.data;
    if (this.#next) yield* this.#next;
  }
}
