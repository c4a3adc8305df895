import { throwToCaller } from '../errors/example-error.ts';
import { APIError, ExampleError, RateLimitWaitError, TimeoutError } from '../errors/index.ts';
import type { PrefetchedRequest } from '../http/call.ts';
import { CallPriority } from '../rate-limit/limited-call.ts';
import type { Place } from './cursor.ts';
import { Page } from './page.ts';
import type { PageBody } from './page-body.ts';
import { rangeAfter, type Range } from './ranges.ts';
import type { ListReader } from './reader.ts';

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
    const { next, stalledRequests, place } = this.reader;
    while (this.#prefetched[0] && this.#prefetched[0].range.end <= place.position) this.#prefetched.shift();
    const isFit = stalledRequests === 0 && Number(this.#prefetched[0]?.range.start) < place.position;
    return (isFit ? this.#prefetched.shift() : undefined) ?? this.#request(next);
  }

  /** Pagination 24. Requests only overlapping ranges ahead: between other pages, created items could be lost. */
  #requestAhead(): void {
    const { phase, stalledRequests, overlap, place } = this.reader;
    while (phase === 'overlap' && stalledRequests === 0 && this.#prefetched.length < this.#prefetch) {
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
