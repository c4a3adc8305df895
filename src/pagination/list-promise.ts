import type { APIPromise, WithResponse } from '../http/api-promise.ts';
import type { InternalRequestOptions, Requester } from '../http/request.ts';
import type { Schema } from '../http/validation.ts';
import { lastPage } from './last-page.ts';
import { checkInteger, type ListOptions, type PageParams } from './list-options.ts';
import { isPageBody, pageBodySchema, type PageBody } from './page-body.ts';
import { Page } from './page.ts';

/** One list of the API, filled in. */
export interface ListSpec<Item> {
  /** As the reference writes it: `/projects`. */
  readonly route: string;
  /** What stands for the route's `{names}`. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** `page`, `per_page` and the list's own filters. */
  readonly query?: PageParams | undefined;
  /** What the API documents for one item. */
  readonly item: Schema<Item>;
}

/**
 * What a list method returns: await it for one page, iterate it for every item of every page. Nothing is requested
 * before one of the two happens.
 *
 * @example
 * for await (const project of client.projects.list()) console.log(project.name);
 * const page = await client.projects.list({ page: 2 });
 */
export class ListPromise<Item> implements Promise<Page<Item>>, AsyncIterable<Item> {
  readonly [Symbol.toStringTag] = 'ListPromise';
  readonly #requester: Requester;
  readonly #spec: ListSpec<Item>;
  readonly #options: ListOptions;
  #first: APIPromise<PageBody<Item>> | undefined;
  #page: Promise<Page<Item>> | undefined;

  /** @internal */
  constructor(requester: Requester, spec: ListSpec<Item>, options: ListOptions = {}) {
    this.#requester = requester;
    this.#spec = spec;
    this.#options = options;
  }

  /** Waits for the page asked for, the first unless `page` says otherwise. */
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

  /** The page together with the response it came in and the rate limit that the response reported. */
  async withResponse(): Promise<WithResponse<Page<Item>>> {
    const { data, ...rest } = await this.#open().withResponse();
    return { ...rest, data: this.#toPage(data) };
  }

  /** The response of the page, its body unread. */
  async asResponse(): Promise<Response> {
    return this.#open().asResponse();
  }

  /** Every item from the page asked for to the list's end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.data;
  }

  /** Every page from the one asked for to the list's end. */
  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let page = await this.then();
    yield page;
    while (page.hasNextPage()) {
      page = await page.getNextPage();
      yield page;
    }
  }

  /**
   * Every item from the page asked for to the list's end, or the first `limit` of them.
   *
   * @throws {InvalidRequestError} `limit` is not zero or a positive integer.
   */
  async toArray({ limit = Infinity }: { limit?: number | undefined } = {}): Promise<Item[]> {
    if (limit !== Infinity) checkInteger('limit', limit, 0);
    const items: Item[] = [];
    if (limit === 0) return items;
    for await (const item of this) if (items.push(item) === limit) break;
    return items;
  }

  async #load(): Promise<Page<Item>> {
    return this.#toPage(await this.#open());
  }

  /** Requests the page asked for, once however often it is needed. Throws what is wrong with the parameters. */
  #open(): APIPromise<PageBody<Item>> {
    return (this.#first ??= this.#request());
  }

  #request(): APIPromise<PageBody<Item>> {
    const { route, params, query, item } = this.#spec;
    const { prefetch, ...options } = this.#options;
    checkInteger('page', query?.page, 1);
    checkInteger('per_page', query?.per_page, 1);
    checkInteger('prefetch', prefetch, 0);
    const request: InternalRequestOptions = options;
    return this.#requester.request(
      { method: 'GET', route, params, query: { ...query }, schema: pageBodySchema(item), isUsable: isPageBody },
      request,
    );
  }

  #toPage({ data, meta }: PageBody<Item>): Page<Item> {
    const page = this.#spec.query?.page ?? 1;
    const size = this.#spec.query?.per_page ?? (page === 1 ? data.length : undefined);
    const last = lastPage({ page, length: data.length, meta }, size);
    const query = { ...this.#spec.query, page: page + 1 };
    return new Page(
      data,
      meta,
      page < last ? () => new ListPromise(this.#requester, { ...this.#spec, query }, this.#options).then() : undefined,
    );
  }
}
