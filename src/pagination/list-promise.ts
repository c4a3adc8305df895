import { throwToCaller } from '../errors/caller-stack.ts';
import { ExampleError, InvalidRequestError } from '../errors/index.ts';
import type { APIPromise, WithResponse } from '../http/api-promise.ts';
import type { InternalOptions, Requester } from '../http/request-options.ts';
import { expandRoute } from '../http/route.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { wholeNumber } from '../utils/arguments.ts';
import { parameters, readOptions } from '../utils/options.ts';
import type { StandardSchema } from '../utils/standard-schema.ts';
import { read } from './answers.ts';
import { decodeCursor, encodeCursor, listOf } from './cursor.ts';
import { readListOptions, type ListOptions, type PageParams } from './list-options.ts';
import { isPageBody, pageBodySchema, type PageBody } from './page-body.ts';
import { notIterable, Page } from './page.ts';
import { defaultSize, startAtCursor, startAtPage, type Coverage } from './coverage.ts';
import { walk, type RequestWindow } from './walk.ts';
import { windowOf } from './windows.ts';

/** One list of the API, filled in. */
export interface ListSpec<Item> {
  /** As the reference writes it: `/projects`. */
  readonly route: string;
  /** What stands for the route's `{names}`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** `page`, `per_page` and the list's own filters. */
  readonly query?: PageParams | undefined;
  /** Names of the method's options, which must not be among the parameters. */
  readonly options?: readonly string[] | undefined;
  /** The schema of one item. Default: items are not checked. */
  readonly item?: StandardSchema<Item> | undefined;
}

/** What a list needs of the client. */
export interface ListRequester extends Requester {
  /** Called as soon as an iteration can't verify that it yields each item once. */
  onListUnverified?(event: ListUnverifiedEvent): void;
}

/**
 * What a list method returns. Await it for one page; iterate it for every item of every page. Nothing is requested
 * before one of the two happens, and each iteration reads the list anew.
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

  /** @internal */
  constructor(requester: ListRequester, spec: ListSpec<Item>, options?: ListOptions) {
    this.#requester = requester;
    // Read now, because the caller may change them before they are used.
    const { query = {}, options: names = [] } = spec;
    this.#options = deferErrors(() => readListOptions(options, parameters(query, names)));
    this.#spec = { ...spec, query: { ...query } };
  }

  static {
    notIterable(this.prototype, 'A list', '`for await`, or toArray()');
  }

  /** Waits for the page asked for: the first, unless `page` or `cursor` says otherwise. */
  then<A = Page<Item>, B = never>(
    onfulfilled?: ((page: Page<Item>) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return (this.#page ??= this.#load()).then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Page<Item> | B> {
    return this.then(undefined, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<Page<Item>> {
    return this.then().finally(onfinally);
  }

  /** The page, the response it came in, and what that said of the rate limit. Not for a list with a `cursor`. */
  async withResponse(): Promise<WithResponse<Page<Item>>> {
    return { ...(await this.#open().withResponse()), data: await this };
  }

  /** The response of the page, its body unread. Not for a list with a `cursor`. */
  async asResponse(): Promise<Response> {
    return this.#open().asResponse();
  }

  /** Every item from the page asked for on, each once, whatever is created or deleted meanwhile. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    const { signal } = this.#options();
    for await (const page of this.pages()) {
      for (const item of page.data) {
        yield item;
        signal?.throwIfAborted();
      }
    }
  }

  /** The same in pages. Each has what one request brought that no page before had, and the `meta` of that request. */
  pages(): AsyncGenerator<Page<Item>, void, undefined> {
    return this.#walk(0, Infinity);
  }

  /**
   * The same in an array; with `limit`, only the first of them. Makes four requests ahead, unless `prefetch` says
   * otherwise, but none that `limit` doesn't need.
   *
   * @throws {InvalidRequestError} when `limit` is not a whole number from 0 up.
   */
  async toArray(options?: { limit?: number | undefined }): Promise<Item[]> {
    const { limit = Infinity } = readOptions('options', options, ['limit']);
    if (limit !== Infinity) wholeNumber('limit', limit, 0);
    this.#options();
    const items: Item[] = [];
    if (limit > 0) for await (const page of this.#walk(4, limit)) items.push(...page.data);
    return items.slice(0, limit);
  }

  async *#walk(pagesAhead: number, limit: number): AsyncGenerator<Page<Item>, void, undefined> {
    const { signal, cursor, prefetch = pagesAhead } = this.#options();
    const { page = 1, per_page } = this.#spec.query ?? {};
    const size = per_page ?? Math.min(100, limit);
    // Where a page begins, depends on its size.
    const first = per_page ?? (page > 1 ? defaultSize : size);
    let coverage =
      cursor === undefined ? startAtPage(page, first, size) : startAtCursor(decodeCursor(this.#list, cursor));
    const request: RequestWindow<Item> = (window, options) =>
      this.#send(window, { ...options, signal: signal ? AbortSignal.any([signal, options.signal]) : options.signal });
    let hasYielded = false;
    try {
      for await (const { body, coverage: next } of walk(coverage, request, prefetch, limit)) {
        const isNews = next.unverified !== coverage.unverified;
        coverage = next;
        if (isNews && next.unverified) this.#tell(next.unverified);
        if (body.data.length === 0 && (next.next || hasYielded)) continue;
        hasYielded = true;
        yield this.#pageOf(body, coverage);
        signal?.throwIfAborted();
      }
    } catch (error) {
      if (error instanceof ExampleError) error.cursor = encodeCursor(this.#list, coverage);
      throwToCaller(error);
    }
  }

  #pageOf(body: PageBody<Item>, coverage: Coverage): Page<Item> {
    const cursor = encodeCursor(this.#list, coverage);
    const rest = () => new ListPromise<Item>(this.#requester, this.#spec, { ...this.#options(), cursor });
    return new Page(body, cursor, coverage.next && rest(), coverage.unverified);
  }

  #tell(reason: ListUnverifiedEvent['reason']): void {
    const { route, params } = this.#spec;
    this.#requester.onListUnverified?.({ method: 'GET', path: expandRoute(route, params), route, reason });
  }

  /** What its cursors belong to. */
  get #list(): string {
    return listOf(expandRoute(this.#spec.route, this.#spec.params), { ...this.#spec.query });
  }

  async #load(): Promise<Page<Item>> {
    // A walk has at least one page.
    if (this.#options().cursor !== undefined) return (await this.pages().next()).value as Page<Item>;
    const body = await this.#open();
    const { page = 1, per_page } = this.#spec.query ?? {};
    const window = windowOf(page, per_page ?? Math.max(defaultSize, body.data.length));
    const { coverage } = read(startAtPage(page, window.size), window, body, 'next');
    return this.#pageOf({ ...body, meta: { current_page: page, ...body.meta } }, coverage);
  }

  /** The request for the page asked for, made once. */
  #open(): APIPromise<PageBody<Item>> {
    const { cursor } = this.#options();
    if (cursor === undefined) return (this.#request ??= this.#send({}, {}));
    decodeCursor(this.#list, cursor);
    throw new InvalidRequestError('A list with a cursor has no response of its own: await it, or iterate it.');
  }

  #send(window: PageParams, more: InternalOptions<PageBody<Item>>): APIPromise<PageBody<Item>> {
    const { route, params, item } = this.#spec;
    const { prefetch, cursor, ...options } = this.#options();
    const query = { ...this.#spec.query, ...window };
    const background = options.priority === 'background' && { priority: options.priority };
    const page = { params, query, schema: pageBodySchema(item), isUsable: isPageBody };
    return this.#requester.request('GET', route, { ...more, ...background, ...page }, options);
  }
}

/** Does the work now. If it fails, the error is thrown when the result is requested. */
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
