import type { ZodMiniType } from 'zod/mini';
import { wholeNumber } from '../utils/arguments.ts';
import { deferErrors } from '../utils/defer-errors.ts';
import { readOptions } from '../utils/options.ts';
import { ExampleError } from '../errors/index.ts';
import type { ListDriftEvent } from '../telemetry/events.ts';
import type { APIPromise, WithResponse } from '../http/api-promise.ts';
import type { InternalOptions, Requester } from '../http/request-options.ts';
import { expandRoute } from '../http/route.ts';
import { lastPage } from './last-page.ts';
import { checkList, readListOptions, type ListOptions, type PageParams } from './list-options.ts';
import { isPageBody, pageBodySchema, type PageBody, type PageMeta } from './page-body.ts';
import type { FetchedPage } from './page-reader.ts';
import { Page } from './page.ts';
import { walk, type Drift } from './walk.ts';

/** One list of the API, filled in. */
export interface ListSpec<Item> {
  /** As the reference writes it: `/projects`. */
  readonly route: string;
  /** What stands for the route's `{names}`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** `page`, `per_page` and the list's own filters. */
  readonly query?: PageParams | undefined;
  /** What the API documents for one item. */
  readonly item: ZodMiniType<Item>;
}

/** What a list needs of the client. */
export interface ListRequester extends Requester {
  /** Told at the end of a walk over a list that moved too much to be sure of every item. */
  onListDrift?(drift: ListDriftEvent): void;
}

/**
 * What a list method returns. Await it for one page; iterate it for every item of every page. Nothing is requested
 * before one of the two happens.
 *
 * @example
 * for await (const project of client.projects.list()) console.log(project.name);
 * const page = await client.projects.list({ page: 2 });
 */
export class ListPromise<Item> implements Promise<Page<Item>>, AsyncIterable<Item> {
  /** What it calls itself: `ListPromise`. */
  readonly [Symbol.toStringTag] = 'ListPromise';
  readonly #requester: ListRequester;
  readonly #spec: ListSpec<Item>;
  readonly #options: () => ListOptions;
  #request: APIPromise<PageBody<Item>> | undefined;
  #page: Promise<Page<Item>> | undefined;
  #walked = false;

  /** @internal */
  constructor(requester: ListRequester, spec: ListSpec<Item>, options?: ListOptions) {
    this.#requester = requester;
    this.#spec = spec;
    this.#options = deferErrors(() => readListOptions(options));
  }

  /** Waits for the page asked for: the first, unless `page` says otherwise. */
  then<A = Page<Item>, B = never>(
    onfulfilled?: ((page: Page<Item>) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#page ??= this.#load();
    return this.#page.then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Page<Item> | B> {
    return this.then(undefined, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<Page<Item>> {
    return this.then().finally(onfinally);
  }

  /** The page, the response it came in, and what that said of the rate limit. */
  async withResponse(): Promise<WithResponse<Page<Item>>> {
    const data = await this.then();
    return { ...(await this.#open().withResponse()), data };
  }

  /** The response of the page, its body unread. */
  async asResponse(): Promise<Response> {
    return this.#open().asResponse();
  }

  /**
   * Every item from the page asked for to the list's end, each once, whatever is created or deleted meanwhile.
   * Leaving the loop cancels what is under way.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) {
      for (const item of page.data) {
        yield item;
        this.#options().signal?.throwIfAborted();
      }
    }
  }

  /**
   * Every page from the one asked for to the list's end. An item that moved to another page meanwhile is on one of
   * them only, so that a page may hold more or fewer items than asked for.
   */
  pages(): AsyncGenerator<Page<Item>, void, undefined> {
    return this.#walk(0, Infinity);
  }

  /**
   * Every item from the page asked for to the list's end, or the first `limit` of them. Works four pages ahead, unless
   * `prefetch` says otherwise, but never requests a page that `limit` doesn't need.
   *
   * @throws InvalidRequestError if `limit` is not a whole number from 0 up.
   */
  async toArray(options?: { limit?: number | undefined }): Promise<Item[]> {
    const { limit = Infinity } = readOptions('options', options, ['limit']);
    if (limit !== Infinity) wholeNumber('limit', limit, 0);
    checkList(this.#spec.query, this.#options());
    const items: Item[] = [];
    if (limit === 0) return items;
    for await (const page of this.#walk(4, limit)) {
      for (const item of page.data) if (items.length < limit) items.push(item);
    }
    return items;
  }

  async *#walk(pagesAhead: number, limit: number): AsyncGenerator<Page<Item>, void, undefined> {
    const { query, route, params } = this.#spec;
    const { signal, prefetch = pagesAhead } = this.#options();
    // A page that was awaited, or is about to be, is not requested again; but only the first walk may start from it,
    // because by the second one it is old.
    let request = this.#walked ? undefined : this.#open();
    this.#walked = true;
    const fetchPage = (page: number, options: InternalOptions<PageBody<Item>> & { signal: AbortSignal }) => {
      const first = request;
      request = undefined;
      if (first !== undefined) return this.#named(page, first);
      const signals = signal === undefined ? options.signal : AbortSignal.any([signal, options.signal]);
      return this.#named(page, this.#send({ ...query, page }, { ...options, signal: signals }));
    };
    const onDrift = (drift: Drift) =>
      this.#requester.onListDrift?.({ method: 'GET', path: expandRoute(route, params), route, ...drift });

    for await (const walked of walk(fetchPage, { first: query?.page ?? 1, prefetch, limit, onDrift })) {
      yield this.#toPage(walked.page, walked, walked.hasNext);
      signal?.throwIfAborted();
    }
  }

  async #load(): Promise<Page<Item>> {
    const { page = 1, per_page } = this.#spec.query ?? {};
    const body: FetchedPage<Item> = await this.#named(page, this.#open());
    const { length } = body.data;
    return this.#toPage(
      page,
      body,
      page < lastPage(page, length, body.meta, per_page ?? (page === 1 ? length : undefined)),
    );
  }

  /** The request of the page asked for, made once. Throws what is wrong with the parameters. */
  #open(): APIPromise<PageBody<Item>> {
    checkList(this.#spec.query, this.#options());
    return (this.#request ??= this.#send({ ...this.#spec.query }, {}));
  }

  #send(
    query: PageParams & Record<string, number | undefined>,
    more: InternalOptions<PageBody<Item>>,
  ): APIPromise<PageBody<Item>> {
    const { route, params, item } = this.#spec;
    const { prefetch, ...options } = this.#options();
    const background = options.priority === 'background' && { priority: options.priority };
    const page = { params, query, schema: pageBodySchema(item), isUsable: isPageBody };
    return this.#requester.request('GET', route, { ...more, ...background, ...page }, options);
  }

  /** Says in an error which page failed, so that the caller can go on from there. */
  async #named<T>(page: number, request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (error instanceof ExampleError) error.page = page;
      throw error;
    }
  }

  #toPage(page: number, { data, meta }: FetchedPage<Item>, hasNext: boolean): Page<Item> {
    const next = () =>
      new ListPromise(
        this.#requester,
        { ...this.#spec, query: { ...this.#spec.query, page: page + 1 } },
        this.#options(),
      ).then();
    // What the API leaves out although it is documented stays out, as in every other response.
    return new Page(data, { current_page: page, ...meta } as PageMeta, hasNext ? next : undefined);
  }
}
