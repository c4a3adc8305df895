import { CallPriority } from '../rate-limit/priority.ts';
import type { PageMeta } from './page-body.ts';

/** A page as it was fetched; `meta` may be missing or wrong. */
export interface FetchedPage<Item> {
  readonly data: Item[];
  readonly meta?: Partial<PageMeta> | null | undefined;
}

/** Fetches one page of a list. `priority` is given for a page that nobody waits for yet. */
export type FetchPage<Item> = (
  page: number,
  options: { readonly signal: AbortSignal; readonly priority: CallPriority | undefined },
) => Promise<FetchedPage<Item>>;

/** A page as it was at one moment. */
export interface PageRead<Item> extends FetchedPage<Item> {
  readonly page: number;
  /** `total_count`, if it is a number. */
  readonly count: number | undefined;
  /** Counts the changes of `total_count` from one answer to the next: reads with the same number saw the list at rest. */
  readonly calm: number;
}

interface Underway<Item> {
  readonly read: Promise<PageRead<Item>>;
  readonly priority: CallPriority | undefined;
  readonly controller: AbortController;
}

/** Keeps the page requests of one walk: what is under way, and what has arrived before it was needed. */
export class PageReader<Item> {
  readonly #fetchPage: FetchPage<Item>;
  readonly #underway = new Map<number, Underway<Item>>();
  #highest = 0;
  #rereads = 0;
  #count: number | undefined;
  #calm = 0;

  constructor(fetchPage: FetchPage<Item>) {
    this.#fetchPage = fetchPage;
  }

  /** Requests for a page that had been requested before. */
  get rereads(): number {
    return this.#rereads;
  }

  /** Requests a page that will be needed, unless that has happened. */
  prefetch(page: number): void {
    if (!this.#underway.has(page)) this.#request(page, new CallPriority('background'));
  }

  /** The page, requested now if it was not before. It is kept until it is taken or dropped. */
  read(page: number): Promise<PageRead<Item>> {
    const { read, priority } = this.#underway.get(page) ?? this.#request(page, undefined);
    priority?.raise();
    return read;
  }

  /** Forgets a page that has arrived. */
  take(page: number): void {
    this.#underway.delete(page);
  }

  /** Forgets the page and cancels its request if that is under way. */
  drop(page: number): void {
    this.#underway.get(page)?.controller.abort();
    this.#underway.delete(page);
  }

  /** Drops every page after this one. */
  dropAfter(last: number): void {
    for (const page of this.#underway.keys()) if (page > last) this.drop(page);
  }

  #request(page: number, priority: CallPriority | undefined): Underway<Item> {
    if (page <= this.#highest) this.#rereads += 1;
    this.#highest = Math.max(this.#highest, page);
    const controller = new AbortController();
    const read = this.#arrival(page, this.#fetchPage(page, { signal: controller.signal, priority }));
    // A failure belongs to who reads the page; nobody may come to that.
    read.catch(() => undefined);
    const underway = { read, priority, controller };
    this.#underway.set(page, underway);
    return underway;
  }

  async #arrival(page: number, fetched: Promise<FetchedPage<Item>>): Promise<PageRead<Item>> {
    const { data, meta } = await fetched;
    const count = typeof meta?.total_count === 'number' ? meta.total_count : undefined;
    if (count !== undefined) {
      if (this.#count !== undefined && this.#count !== count) this.#calm += 1;
      this.#count = count;
    }
    return { page, data, meta, count, calm: this.#calm };
  }
}
