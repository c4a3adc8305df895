import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { PageBody, PageMeta } from './page-body.ts';

/**
 * Makes `for … of` and `Array.from` throw an error that says what to write instead. Otherwise, `Array.from` would
 * return an empty array. The method isn't part of the class's type, so neither compiles.
 */
export function forbidIteration(prototype: object, name: string, instead: string): void {
  const value = () => {
    throw new InvalidRequestError(`${name} is not iterable: use ${instead}.`);
  };
  Object.defineProperty(prototype, Symbol.iterator, { value });
}

/** An iteration over pages. */
interface Iteration {
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
  /** Makes the requests. Iterations may share a walk. */
  readonly walk: { iterationBegins(): void; iterationEnds(): void };
}

/** A page's place in its iteration. */
interface PageContext<Item> extends Iteration {
  readonly unverified: ListUnverifiedEvent['reason'] | undefined;
  cursor(): string;
  /** Requests the page after it; `undefined` on the last page. */
  readonly next: (() => Promise<Page<Item>>) | undefined;
}

/** Yields a page, and all pages after it that have items. */
export async function* pagesFrom<Item>(
  first: Page<Item>,
  { signal, walk }: Iteration,
): AsyncGenerator<Page<Item>, void, undefined> {
  walk.iterationBegins();
  try {
    for (let page: Page<Item> | undefined = first; page;) {
      yield page;
      if (signal?.aborted) throw signal.reason;
      do page = page.hasNextPage() ? await page.getNextPage() : undefined;
      while (page?.data.length === 0);
    }
  } finally {
    walk.iterationEnds();
  }
}

/** Yields the items of pages. Invalid options throw only when the first item is requested. */
export async function* itemsOf<Item>(
  pages: AsyncIterable<Page<Item>>,
  options: () => { readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Item, void, undefined> {
  const { signal } = options();
  for await (const page of pages) {
    for (const item of page.data) {
      yield item;
      if (signal?.aborted) throw signal.reason;
    }
  }
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
  /** Why the SDK can't guarantee that the iteration has yielded each item once so far; `undefined` if it can. */
  readonly unverified: ListUnverifiedEvent['reason'] | undefined;
  readonly #context: PageContext<Item>;

  /** @internal */
  constructor({ data, meta }: PageBody<Item>, context: PageContext<Item>) {
    this.data = data;
    // What the API leaves out although it is documented stays out, as in every other response.
    this.meta = { ...meta } as PageMeta;
    this.unverified = context.unverified;
    this.#context = context;
  }

  /**
   * The position after this page: `list(params, { cursor })` continues there, as long as one of the last 20 items
   * exists.
   */
  get cursor(): string {
    return this.#context.cursor();
  }

  /** True if there is a page after this one. In an iteration, it may turn out to have no items. */
  hasNextPage(): boolean {
    return this.#context.next !== undefined;
  }

  /**
   * Returns the page after this one, with the same parameters and options. As in an iteration, no item is skipped or
   * repeated if the list changes, so pages differ in size. To get a page by its number, use `list({ page })`.
   *
   * @throws {InvalidRequestError} when this is the last page: ask {@link Page.hasNextPage} first.
   */
  async getNextPage(): Promise<Page<Item>> {
    if (this.#context.next) return this.#context.next();
    throw new InvalidRequestError('This is the last page: call getNextPage() only while hasNextPage() is true.');
  }

  /** The items of this page, and of all pages after it. */
  [Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    return itemsOf(pagesFrom(this, this.#context), () => this.#context);
  }
}

forbidIteration(Page.prototype, 'A page', 'page.data, or `for await` for all pages from it on');
