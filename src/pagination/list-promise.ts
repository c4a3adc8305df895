import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InvalidRequestError } from '../errors/index.ts';
import type { APIPromise, WithResponse } from '../http/api-promise.ts';
import type { PrefetchedRequest, Requester } from '../http/call.ts';
import { expandRoute } from '../http/route.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { checkSchema, readOptions, wholeNumber } from '../utils/arguments.ts';
import { decodeCursor, encodeCursor, listKey, type Place } from './cursor.ts';
import { defaultSize, maxPageSize, readListOptions, type ListOptions, type PageParams } from './list-options.ts';
import { itemsOf, Page } from './page.ts';
import { wholeCount, isPageBody, pageBodySchema, type PageBody } from './page-body.ts';
import { ListReader } from './reader.ts';
import { rangeOf } from './ranges.ts';
import { Walk, type WalkedList } from './walk.ts';

interface ListSpec<Item> {
  /** The path as the reference writes it: `/projects`. */
  readonly route: string;
  /** The values of the route's `{names}`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** `page`, `per_page` and the list's own filters. */
  readonly query?: PageParams | undefined;
  /** The schema of one item. Default: items are not checked. */
  readonly itemSchema?: StandardSchemaV1<unknown, Item> | undefined;
  /** True for `client.list`: the caller passes the schema, and the parameters are part of the options. */
  readonly isGeneric?: boolean | undefined;
}

/** The interface that lists use to make calls. */
export interface ListRequester extends Requester {
  /** Called when an iteration can't guarantee that it yields each item once. */
  onListUnverified(event: ListUnverifiedEvent): void;
}

/** How many pages `toArray()` requests ahead, unless `prefetch` says otherwise. */
const pagesAheadOfArray = 4;

function startOfPage(page: number, size: number): Place {
  const position = (page - 1) * size;
  return { firstSize: size, size, position, found: position, ids: [] };
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
    const { params, query, itemSchema, isGeneric } = spec;
    try {
      checkSchema(itemSchema);
      const checked = readListOptions(options, query, isGeneric);
      this.#options = () => checked;
    } catch (error) {
      this.#options = () => {
        throw error; // Only when the result is requested.
      };
    }
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
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    yield* itemsOf(this.#pages(), this.#options().signal);
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
    for await (const page of this.#pages(pagesAheadOfArray, limit)) {
      for (const item of page.data) items.push(item);
      if (items.length >= limit) break;
    }
    return items.slice(0, limit);
  }

  async *#pages(pagesAhead = 0, limit = Infinity): AsyncGenerator<Page<Item>, void, undefined> {
    const { page = 1, per_page = page > 1 ? defaultSize : Math.min(maxPageSize, limit) } = this.#spec.query;
    const place = this.#place ?? startOfPage(page, per_page);
    const walk = this.#walk(place, pagesAhead, limit);
    yield* walk.pagesFrom(await walk.pageAfter(0, place));
  }

  #walk(place: Place, pagesAhead = 0, limit = Infinity): Walk<Item> {
    const { prefetch = pagesAhead, signal } = this.#options();
    const { route, params } = this.#spec;
    const target = { method: 'GET', path: expandRoute(route, params).shownPath, route };
    const reader = new ListReader<Item>(place, (reason) => this.#requester.onListUnverified({ ...target, reason }));
    const cursorOf = (at: Place) => encodeCursor(this.#key, at);
    const list: WalkedList<Item> = {
      signal,
      cursorOf,
      request: ({ page, size }, prefetched) => this.#requestRange({ page, per_page: size }, prefetched),
      resume: (at) => new ListPromise(this.#requester, this.#spec, { ...this.#options(), cursor: cursorOf(at) }),
    };
    return new Walk(reader, list, prefetch, limit);
  }

  get #key(): string {
    return listKey(expandRoute(this.#spec.route, this.#spec.params).shownPath, { ...this.#spec.query });
  }

  get #place(): Place | undefined {
    const { cursor } = this.#options();
    return cursor === undefined ? undefined : decodeCursor(this.#key, cursor);
  }

  async #loadPage(): Promise<Page<Item>> {
    const cursorPlace = this.#place;
    if (cursorPlace) return this.#walk(cursorPlace).pageAfter(0, cursorPlace);
    const body = await this.#requestPage();
    const { data, meta } = body;
    const { page = 1, per_page } = this.#spec.query;
    // Pagination 9: without `per_page`, a page that isn't the last one shows the server's own size.
    const isCut = (wholeCount(meta?.total_pages) ?? (page === 1 ? Infinity : 0)) > page && data.length > 0;
    const size = per_page ?? (isCut ? data.length : Math.max(defaultSize, data.length));
    const walk = this.#walk(startOfPage(page, size));
    walk.reader.read(rangeOf(page, size), body);
    const { place, phase } = walk.reader;
    // Pagination 28: believe the API that this page is the last one if its items agree.
    const isBelieved = meta?.current_page === page && meta.total_pages === page && place.position === place.count;
    return new Page({ data, meta: { current_page: page, ...meta } }, 0, isBelieved || phase === 'end', walk);
  }

  /** Requests the page; a second call returns the same request. */
  #requestPage(): APIPromise<PageBody<Item>> {
    if (!this.#place) return (this.#request ??= this.#requestRange({}));
    throw new InvalidRequestError('A list with a cursor has no response of its own: await it, or iterate it.');
  }

  #requestRange(range: PageParams, prefetched?: PrefetchedRequest): APIPromise<PageBody<Item>> {
    const { route, params, itemSchema, isGeneric } = this.#spec;
    const isSchemaOfCaller = isGeneric && itemSchema !== undefined;
    const { prefetch, cursor, ...options } = this.#options();
    const query = { ...this.#spec.query, ...range };
    const endpoint = {
      prefetched,
      params,
      query,
      schema: pageBodySchema(itemSchema, isSchemaOfCaller),
      acceptsBody: isPageBody,
      isSchemaOfCaller,
    };
    return this.#requester.request('GET', route, endpoint, options);
  }
}
