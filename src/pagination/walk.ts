import { APIError } from '../errors/index.ts';
import { CallPriority } from '../rate-limit/priority.ts';
import type { Place } from './cursor.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { PageBody } from './page-body.ts';
import type { ListReader } from './reader.ts';
import { windowAfter, type Window } from './windows.ts';

/** A prefetch: how to cancel it, and how urgent it is. */
export interface Prefetch {
  /** Cancels the request. */
  readonly signal: AbortSignal;
  /** Rises when the consumer waits for the window. */
  readonly priority: CallPriority;
}

/** Requests a window of a list. Without `per_page`, the server chooses the size. */
export type RequestWindow<Item> = (
  window: { readonly page: number; readonly per_page: number | undefined },
  prefetch: Prefetch | undefined,
) => PromiseLike<PageBody<Item>>;

/** The next items of a walk, and the place after them. */
export interface Progress<Item> extends PageBody<Item> {
  readonly place: Place;
  readonly unverified: ListUnverifiedEvent['reason'] | undefined;
  readonly isLast: boolean;
  /** 1 for the first progress of a walk. */
  readonly number: number;
}

interface PendingWindow<Item> {
  readonly window: Window;
  readonly body: PromiseLike<PageBody<Item>>;
  readonly priority: CallPriority | undefined;
}

/** Walks over a list. Requests up to `prefetch` windows ahead of the consumer, but none beyond `limit` items. */
export class Walk<Item> {
  readonly reader: ListReader<Item>;
  readonly #requestWindow: RequestWindow<Item>;
  #prefetch: number;
  #remaining: number;
  /** The windows requested ahead, in list order. */
  #prefetched: PendingWindow<Item>[] = [];
  #controller = new AbortController();
  /** Iterations that share the walk, such as one over pages and one over the items of a page. */
  #iterations = 0;
  #progressNumber = 0;
  #latest: Promise<Progress<Item>> | undefined;

  constructor(reader: ListReader<Item>, requestWindow: RequestWindow<Item>, prefetch: number, limit: number) {
    this.reader = reader;
    this.#requestWindow = requestWindow;
    this.#prefetch = prefetch;
    this.#remaining = limit;
  }

  /**
   * Returns the progress after this number, and retries it if it failed; `undefined` if the walk has moved on.
   */
  progressAfter(number: number): Promise<Progress<Item>> | undefined {
    if (number === this.#progressNumber) {
      this.#progressNumber++;
      this.#latest = this.#next(this.#progressNumber);
      this.#latest.catch(() => this.#progressNumber--);
    }
    return number === this.#progressNumber - 1 ? this.#latest : undefined;
  }

  /** Reads until there are new items, or the list ends. */
  async #next(number: number): Promise<Progress<Item>> {
    const { reader } = this;
    let data: Item[] = [];
    let meta: PageBody<Item>['meta'];
    while (data.length === 0 && reader.state.kind !== 'end') {
      const { kind } = reader.state;
      const { size } = reader.place;
      const requested = this.#requestedWindow(reader.state.next);
      requested.priority?.raise();
      try {
        const body = await requested.body;
        data = reader.read(requested.window, body);
        meta = { total_count: body.meta?.total_count };
      } catch (error) {
        const items = error instanceof APIError ? reader.readError(requested.window, error) : undefined;
        if (items === undefined) throw error;
        data = items;
      }
      this.#remaining -= data.length;
      // This window was requested too early: the list moves too fast for so many.
      if (requested.priority && data.length === 0) this.#prefetch >>= 1;
      if (reader.state.kind !== kind || reader.place.size !== size) this.#cancelPrefetched();
      this.#requestAhead();
    }
    const { place, unverified, state } = reader;
    return { data, meta, place, unverified, isLast: state.kind === 'end', number };
  }

  iterationBegins(): void {
    this.#iterations += 1;
  }

  /** Cancels the windows requested ahead, unless another iteration needs them. */
  iterationEnds(): void {
    this.#iterations -= 1;
    if (this.#iterations === 0) this.#cancelPrefetched();
  }

  /** Cancels the windows requested ahead. The walk can continue. */
  #cancelPrefetched(): void {
    this.#controller.abort();
    this.#controller = new AbortController();
    this.#prefetched = [];
  }

  /** Takes the next window from those requested ahead if it overlaps what was read; otherwise requests it. */
  #requestedWindow(next: Window): PendingWindow<Item> {
    const { state, place } = this.reader;
    while (this.#prefetched[0] && this.#prefetched[0].window.end <= place.end) this.#prefetched.shift();
    const first = this.#prefetched[0]?.window;
    const isFit = state.kind === 'overlap' && state.idle === 0 && Number(first?.start) < place.end;
    return (isFit ? this.#prefetched.shift() : undefined) ?? this.#request(next);
  }

  /** Requests only overlapping windows ahead. Between other pages, items that are created could be lost. */
  #requestAhead(): void {
    const { state, place } = this.reader;
    while (state.kind === 'overlap' && state.idle === 0 && this.#prefetched.length < this.#prefetch) {
      const end = this.#prefetched.at(-1)?.window.end ?? place.end;
      const next = windowAfter(end, place.size, state.overlap);
      if (!next || !(end < Number(place.count)) || end - place.end >= this.#remaining) return;
      const { signal } = this.#controller;
      this.#prefetched.push(this.#request(next, { signal, priority: new CallPriority('background') }));
    }
  }

  #request(window: Window, prefetch?: Prefetch): PendingWindow<Item> {
    const body = this.#requestWindow({ page: window.page, per_page: window.size || undefined }, prefetch);
    // A failure matters only if the consumer gets to this window.
    body.then(undefined, () => undefined);
    return { window, body, priority: prefetch?.priority };
  }
}
