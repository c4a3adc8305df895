import { throwToCaller } from '../errors/example-error.ts';
import { ExampleError, InvalidRequestError } from '../errors/index.ts';
import type { APIPromise, WithResponse } from '../http/api-promise.ts';
import type { Requester } from '../http/request-options.ts';
import { redactedPath } from '../http/url.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { checkSchema, readOptions, wholeNumber } from '../utils/arguments.ts';
import type { StandardSchema } from '../utils/standard-schema.ts';
import { decodeCursor, encodeCursor, listKey, startOfPage, type Place } from './cursor.ts';
import { defaultSize, maxPageSize, readListOptions, type ListOptions, type PageParams } from './list-options.ts';
import { countOf, isPageBody, pageBodySchema, type PageBody } from './page-body.ts';
import { itemsOf, forbidIteration, Page, pagesFrom } from './page.ts';
import { ListReader } from './reader.ts';
import { Walk, type Prefetch, type Progress, type RequestWindow } from './walk.ts';
import { windowOf } from './windows.ts';

/** Which list to read. */
interface ListSpec<Item> {
  /** The path as the reference writes it: `/projects`. */
  readonly route: string;
  /** The values of the route's `{names}`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** `page`, `per_page` and the list's own filters. */
  readonly query?: PageParams | undefined;
  /** The schema of one item. Default: items are not checked. */
  readonly itemSchema?: StandardSchema<Item> | undefined;
  /** True for `client.list`: the caller passes the schema, and the parameters are part of the options. */
  readonly isCustom?: boolean | undefined;
}

/** The interface that lists use to make calls. */
export interface ListRequester extends Requester {
  /** Called when an iteration can't guarantee that it yields each item once. */
  onListUnverified(event: ListUnverifiedEvent): void;
}

/**
 * The result of a list method. Await it to get one page, or iterate over it to get every item of every page. It sends
 * nothing until then, and each iteration reads the list again.
 *
 * @example
 * for await (const project of client.projects.list()) console.log(project.name);
 * const page = await client.projects.list({ page: 2 });
 */
export class ListPromise<Item> implements Promise<Page<Item>>, AsyncIterable<Item> {
  /** The name of the class: `ListPromise`. */
  readonly [Symbol.toStringTag] = 'ListPromise';
  readonly #requester: ListRequester;
  readonly #spec: ListSpec<Item> & { readonly query: PageParams };
  readonly #options: () => ListOptions;
  #request: APIPromise<PageBody<Item>> | undefined;
  #page: Promise<Page<Item>> | undefined;

  /** @internal */
  constructor(requester: ListRequester, spec: ListSpec<Item>, options?: ListOptions) {
    this.#requester = requester;
    // Read them now: the caller may change the options before they are used.
    const { params, query, itemSchema, isCustom } = spec;
    this.#options = deferErrors(() => {
      checkSchema(itemSchema);
      return readListOptions(options, query, isCustom);
    });
    const copy: PageParams & Record<string, unknown> = { ...query };
    for (const name in copy) if (Array.isArray(copy[name])) copy[name] = copy[name].slice();
    this.#spec = { ...spec, params: { ...params }, query: copy };
  }

  /** Waits for the page asked for: the first, unless `page` or `cursor` says otherwise. */
  then<A = Page<Item>, B = never>(
    onfulfilled?: ((page: Page<Item>) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return (this.#page ??= this.#loadPage()).then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Page<Item> | B> {
    return this.then(undefined, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<Page<Item>> {
    return this.then().finally(onfinally);
  }

  /** Returns the page, its response, and the rate limit that it reported. Not for a list with a `cursor`. */
  async withResponse(): Promise<WithResponse<Page<Item>>> {
    return { ...(await this.#requestPage().withResponse()), data: await this };
  }

  /** Returns the response of the page, without reading its body. Not for a list with a `cursor`. */
  async asResponse(): Promise<Response> {
    return this.#requestPage().asResponse();
  }

  /** Yields every item from the given page on, each exactly once, even if others are created or deleted meanwhile. */
  [Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    return itemsOf(this.#pages(), this.#options);
  }

  /** Yields the same items in pages. Each page has the new items of one request, and that request's `meta`. */
  pages(): AsyncGenerator<Page<Item>, void, undefined> {
    return this.#pages();
  }

  /**
   * Returns the same items as an array; with `limit`, only the first of them. Requests up to four pages ahead, or as
   * many as `prefetch` says, but no more than `limit` needs.
   *
   * @throws {InvalidRequestError} when `limit` is not a whole number from 0 up.
   */
  async toArray(options?: { limit?: number | undefined }): Promise<Item[]> {
    const { limit = Infinity } = readOptions('options', options, ['limit']);
    if (limit !== Infinity) wholeNumber('limit', limit, 0);
    this.#options();
    const items: Item[] = [];
    if (limit === 0) return items;
    for await (const page of this.#pages(4, limit)) {
      for (const item of page.data) items.push(item);
      if (items.length >= limit) break;
    }
    return items.slice(0, limit);
  }

  async *#pages(pagesAhead = 0, limit = Infinity): AsyncGenerator<Page<Item>, void, undefined> {
    const { signal } = this.#options();
    const { page = 1, per_page = page > 1 ? defaultSize : Math.min(maxPageSize, limit) } = this.#spec.query;
    const walk = this.#walk(this.#place ?? startOfPage(page, per_page), pagesAhead, limit);
    yield* pagesFrom(await this.#pageAfter(walk, 0), { signal, walk });
  }

  #walk(place: Place, pagesAhead = 0, limit = Infinity): Walk<Item> {
    const { prefetch = pagesAhead } = this.#options();
    const { route, params } = this.#spec;
    const target = { method: 'GET', path: redactedPath(route, params), route };
    const reader = new ListReader<Item>(place, (reason) => this.#requester.onListUnverified({ ...target, reason }));
    const request: RequestWindow<Item> = (window, prefetch) => this.#requestWindow(window, prefetch);
    return new Walk(reader, request, prefetch, limit);
  }

  /** Returns the page after page `number` of a walk. If the walk has moved on, a new one starts at the cursor. */
  async #pageAfter(walk: Walk<Item>, number: number, cursor?: () => string): Promise<Page<Item>> {
    try {
      const progress = await walk.progressAfter(number);
      if (progress) return this.#pageOf(progress, walk);
    } catch (error) {
      if (error instanceof ExampleError) error.cursor = encodeCursor(this.#key, walk.reader.place);
      throwToCaller(error);
    }
    return new ListPromise<Item>(this.#requester, this.#spec, { ...this.#options(), cursor: cursor?.() });
  }

  #pageOf({ place, number, isLast, unverified, ...body }: Progress<Item>, walk: Walk<Item>): Page<Item> {
    const cursor = () => encodeCursor(this.#key, place);
    const next = isLast ? undefined : () => this.#pageAfter(walk, number, cursor);
    return new Page(body, { cursor, next, unverified, signal: this.#options().signal, walk });
  }

  get #key(): string {
    return listKey(redactedPath(this.#spec.route, this.#spec.params), { ...this.#spec.query });
  }

  /** The place that the `cursor` option encodes. */
  get #place(): Place | undefined {
    const { cursor } = this.#options();
    return cursor === undefined ? undefined : decodeCursor(this.#key, cursor);
  }

  async #loadPage(): Promise<Page<Item>> {
    if (this.#place) return this.#pageAfter(this.#walk(this.#place), 0);
    const body = await this.#requestPage();
    const { data, meta } = body;
    const { page = 1, per_page } = this.#spec.query;
    const size = per_page ?? sizeOfAwaitedPage(page, body);
    const walk = this.#walk(startOfPage(page, size));
    walk.reader.read(windowOf(page, size), body);
    // Items without ids, which are found by the number of their page, would be repeated.
    if (!per_page && size < defaultSize && page === 1 && !walk.reader.place.page)
      walk.reader.startAgain(1, defaultSize);
    const { place, unverified, state } = walk.reader;
    // Believe the API that this page is the last one if its items agree.
    const isBelieved = meta?.current_page === page && meta.total_pages === page && place.end === place.count;
    const isLast = isBelieved || state.kind === 'end';
    const progress = { data, meta: { current_page: page, ...meta }, place, unverified, number: 0 };
    return this.#pageOf({ ...progress, isLast }, walk);
  }

  /** Requests the page; a second call returns the same request. */
  #requestPage(): APIPromise<PageBody<Item>> {
    if (!this.#place) return (this.#request ??= this.#requestWindow({}));
    throw new InvalidRequestError('A list with a cursor has no response of its own: await it, or iterate it.');
  }

  #requestWindow(window: PageParams, prefetched?: Prefetch): APIPromise<PageBody<Item>> {
    const { route, params, itemSchema, isCustom } = this.#spec;
    const isSchemaOfCaller = isCustom && itemSchema !== undefined;
    const { prefetch, cursor, ...options } = this.#options();
    const query = { ...this.#spec.query, ...window };
    const page = {
      prefetchPriority: prefetched?.priority,
      prefetchSignal: prefetched?.signal,
      params,
      query,
      schema: pageBodySchema(itemSchema, isSchemaOfCaller),
      isUsable: isPageBody,
      isSchemaOfCaller,
    };
    return this.#requester.request('GET', route, page, options);
  }
}

/** The server's default size, as a page shows it that was requested without `per_page`. */
function sizeOfAwaitedPage(page: number, { data, meta }: PageBody<unknown>): number {
  const end = (page - 1) * defaultSize + data.length;
  const count = countOf(meta?.total_count);
  const pages = countOf(meta?.total_pages);
  // If nothing says how long the list is, page 1 may not be all of it.
  const isCut = pages === undefined ? (page > 1 ? Number(count) > end : end > 0 && count !== end) : pages > page;
  return Math.max(isCut ? 1 : defaultSize, data.length);
}

forbidIteration(ListPromise.prototype, 'A list', '`for await`, or toArray()');

/** Does the work now, but throws its error only when the result is requested. */
function deferErrors<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
