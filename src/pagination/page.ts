import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { PageBody, PageMeta } from './page-body.ts';

/**
 * Gives a class an error that says what to write instead of `for … of`. Its type has no such method, so that this does not
 * compile.
 */
export function notIterable(prototype: object, name: string, instead: string): void {
  const value = () => {
    throw new InvalidRequestError(`${name} is not iterable: use ${instead}.`);
  };
  Object.defineProperty(prototype, Symbol.iterator, { value });
}

/** A list: awaited, its first page; iterated, all items. */
type List<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

/**
 * One page of a list. Its items are `page.data`. `for await (const item of page)` goes over its items and over those of all
 * pages after it.
 */
export class Page<Item> implements AsyncIterable<Item> {
  /** The items, in the list's order. */
  readonly data: Item[];
  /** Where the page stands in its list, as the API says; in an iteration, only `total_count`. */
  readonly meta: PageMeta;
  /** The place after this page: `list(params, { cursor })` goes on there, as long as one of the last 20 items exists. */
  readonly cursor: string;
  /** Why it can't be proved that the iteration has yielded each item once up to here. */
  readonly unverified: ListUnverifiedEvent['reason'] | undefined;
  readonly #next: List<Item> | undefined;

  /** @internal */
  constructor(
    { data, meta }: PageBody<Item>,
    cursor: string,
    next: List<Item> | undefined,
    unverified?: ListUnverifiedEvent['reason'],
  ) {
    this.data = data;
    // What the API leaves out although it is documented stays out, as in every other response.
    this.meta = { ...meta } as PageMeta;
    this.cursor = cursor;
    this.unverified = unverified;
    this.#next = next;
  }

  /** Whether the list may go on after this page. The page after the last one has no items. */
  hasNextPage(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Requests the items after this page, with the same parameters and options. As in an iteration, none is left out or comes
   * twice if the list changes meanwhile, so that pages differ in size. For a page by its number, use `list({ page })`.
   *
   * @throws {InvalidRequestError} when this is the last page: ask {@link Page.hasNextPage} first.
   */
  async getNextPage(): Promise<Page<Item>> {
    if (this.#next) return this.#next;
    throw new InvalidRequestError('This is the last page: call getNextPage() only while hasNextPage() is true');
  }

  static {
    notIterable(this.prototype, 'A page', 'page.data, or `for await` for all pages from it on');
  }

  /** The items of this page, and of all pages after it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    yield* this.data;
    if (this.#next) yield* this.#next;
  }
}
