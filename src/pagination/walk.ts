import { throwToCaller } from '../errors/example-error.ts';
import { APIError, ExampleError, InvalidRequestError, RateLimitWaitError, TimeoutError } from '../errors/index.ts';
import type { PrefetchedRequest } from '../http/call.ts';
import { CallPriority } from '../rate-limit/limited-call.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Place } from './cursor.ts';
import type { PageBody, PageMeta } from './page-body.ts';
import { rangeAfter, type Range } from './ranges.ts';
import type { ListReader } from './reader.ts';

/** Makes `for … of` and `Array.from`, which would find nothing, throw an error that says what to write instead. */
export function forbidIteration(prototype: object, name: string, instead: string): void {
  const value = () => {
    throw new InvalidRequestError(`${name} is not iterable: use ${instead}.`);
  };
  Object.defineProperty(prototype, Symbol.iterator, { value });
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
  readonly #walk: Walk<Item>;

  /** @internal */
  constructor({ data, meta }: PageBody<Item>, number: number, isLast: boolean, walk: Walk<Item>) {
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

forbidIteration(Page.prototype, 'A page', 'page.data, or `for await` for all pages from it on');

/** The list that a walk reads. */
export interface WalkedList<Item> {
  readonly signal?: AbortSignal | undefined;
  request(range: Range, prefetched: PrefetchedRequest | undefined): PromiseLike<PageBody<Item>>;
  cursorOf(place: Place): string;
  /** Returns the page after a place, with a new walk. */
  resume(place: Place): PromiseLike<Page<Item>>;
}

interface PendingRange<Item> {
  readonly range: Range;
  readonly body: PromiseLike<PageBody<Item>>;
  readonly priority: CallPriority | undefined;
}

/** Walks over a list. Requests up to `prefetch` ranges ahead of the consumer, but none beyond `limit` items. */
export class Walk<Item> {
  readonly reader: ListReader<Item>;
  readonly list: WalkedList<Item>;
  /** How many loops read the walk. */
  #loops = 0;
  #prefetch: number;
  #remaining: number;
  /** The ranges requested ahead, in list order. */
  #prefetched: PendingRange<Item>[] = [];
  #controller = new AbortController();
  /** The number of the latest page, and the page. */
  #number = 0;
  #latest: Promise<Page<Item>> | undefined;

  constructor(reader: ListReader<Item>, list: WalkedList<Item>, prefetch: number, limit: number) {
    this.reader = reader;
    this.list = list;
    this.#prefetch = prefetch;
    this.#remaining = limit;
  }

  /** Yields a page, and all pages after it that have items. */
  async *pagesFrom(first: Page<Item>): AsyncGenerator<Page<Item>, void, undefined> {
    const { signal } = this.list;
    this.#loops += 1;
    try {
      for (let page: Page<Item> | undefined = first; page;) {
        yield page;
        if (signal?.aborted) throw signal.reason;
        do page = page.hasNextPage() ? await page.getNextPage() : undefined;
        while (page?.data.length === 0);
      }
    } finally {
      this.#loops -= 1;
      if (this.#loops === 0) this.#cancelPrefetched();
    }
  }

  /** Pagination 28: the page after page `number`, which ends at `place`; from a new walk if this one has moved on. */
  async pageAfter(number: number, place: Place): Promise<Page<Item>> {
    if (number === this.#number) {
      this.#latest = this.#nextPage(++this.#number);
      this.#latest.catch(() => ([this.#number, this.#latest] = [number, undefined])); // To be requested again.
    }
    try {
      return await ((number === this.#number - 1 ? this.#latest : undefined) ?? this.list.resume(place));
    } catch (error) {
      if (error instanceof ExampleError) error.cursor ??= this.list.cursorOf(this.reader.place);
      return throwToCaller(error);
    }
  }

  /** Reads until there are new items, or the list ends. */
  async #nextPage(number: number): Promise<Page<Item>> {
    const { reader } = this;
    let page: PageBody<Item> = { data: [] };
    while (page.data.length === 0 && reader.phase !== 'end') {
      const { size } = reader.place;
      const requested = this.#nextRange();
      requested.priority?.raise(); // Pagination 25
      page = await this.#read(requested).catch((error: unknown) => {
        // Pagination 25: as a background call, it has waited for too long. As a normal one, it may not have to.
        const hasWaited = error instanceof RateLimitWaitError || error instanceof TimeoutError;
        if (!requested.priority || !hasWaited) throw error;
        return this.#read(this.#request(requested.range));
      });
      this.#remaining -= page.data.length;
      // Pagination 26: this range was requested too early, because the list moves too fast for this many.
      if (requested.priority && page.data.length === 0) this.#prefetch >>= 1;
      if (reader.phase !== 'overlap' || reader.place.size !== size) this.#cancelPrefetched();
      this.#requestAhead();
    }
    return new Page(page, number, reader.phase === 'end', this);
  }

  async #read({ range, body }: PendingRange<Item>): Promise<PageBody<Item>> {
    const { reader } = this;
    try {
      const page = await body;
      return { data: reader.read(range, page), meta: { total_count: page.meta?.total_count } };
    } catch (error) {
      const data = error instanceof APIError ? reader.readError(range, error.status) : undefined;
      if (data) return { data };
      throw error;
    }
  }

  /** Pagination 27: what was requested ahead no longer fits. The walk can continue. */
  #cancelPrefetched(): void {
    this.#controller.abort();
    this.#controller = new AbortController();
    this.#prefetched = [];
  }

  /** Pagination 26: takes the next range from those requested ahead if it overlaps what was read, or requests it. */
  #nextRange(): PendingRange<Item> {
    const { next, idle, place } = this.reader;
    while (this.#prefetched[0] && this.#prefetched[0].range.end <= place.position) this.#prefetched.shift();
    const isFit = idle === 0 && Number(this.#prefetched[0]?.range.start) < place.position;
    return (isFit ? this.#prefetched.shift() : undefined) ?? this.#request(next);
  }

  /** Pagination 24. Requests only overlapping ranges ahead: between other pages, created items could be lost. */
  #requestAhead(): void {
    const { phase, idle, overlap, place } = this.reader;
    while (phase === 'overlap' && idle === 0 && this.#prefetched.length < this.#prefetch) {
      const end = this.#prefetched.at(-1)?.range.end ?? place.position;
      const next = rangeAfter(end, place.size, overlap);
      if (!next || !(end < Number(place.count)) || end - place.position >= this.#remaining) return;
      const { signal } = this.#controller;
      this.#prefetched.push(this.#request(next, { signal, priority: new CallPriority('background') }));
    }
  }

  #request(range: Range, prefetched?: PrefetchedRequest): PendingRange<Item> {
    const body = this.list.request(range, prefetched);
    // A failure matters only if the consumer gets to this range.
    body.then(undefined, () => undefined);
    return { range, body, priority: prefetched?.priority };
  }
}
