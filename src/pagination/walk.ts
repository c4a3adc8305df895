import { APIError } from '../errors/index.ts';
import { CallPriority } from '../rate-limit/limiter.ts';
import type { Place } from './cursor.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { PageBody } from './page-body.ts';
import type { ListReader } from './reader.ts';
import { windowAfter, type Window } from './windows.ts';

/** A request that nobody waits for yet: it can be cancelled, and its priority rises when somebody does. */
export interface Ahead {
  readonly stop: AbortSignal;
  readonly priority: CallPriority;
}

/** Requests a window of a list. */
export type RequestWindow<Item> = (
  window: { readonly page: number; readonly per_page: number },
  ahead: Ahead | undefined,
) => PromiseLike<PageBody<Item>>;

/** The next items of a walk, and how far it has got with them. */
export interface Progress<Item> extends PageBody<Item> {
  readonly place: Place;
  readonly unverified: ListUnverifiedEvent['reason'] | undefined;
  readonly isLast: boolean;
  /** How many the walk has made before. */
  readonly number: number;
}

interface Requested<Item> {
  readonly window: Window;
  readonly body: PromiseLike<PageBody<Item>>;
  readonly priority: CallPriority | undefined;
}

/**
 * Walks over a list. Requests up to `prefetch` windows ahead of the consumer, but none that can't be needed for `limit`
 * items.
 */
export class Walk<Item> {
  readonly reader: ListReader<Item>;
  readonly #requestWindow: RequestWindow<Item>;
  #prefetch: number;
  #wanted: number;
  /** Windows that were requested ahead, in the order of the list. */
  #ahead: Requested<Item>[] = [];
  #controller = new AbortController();
  #progress = 0;
  #latest: Promise<Progress<Item>> | undefined;

  constructor(reader: ListReader<Item>, requestWindow: RequestWindow<Item>, prefetch: number, limit = Infinity) {
    this.reader = reader;
    this.#requestWindow = requestWindow;
    this.#prefetch = prefetch;
    this.#wanted = limit;
  }

  /** What comes after the progress of this number, also after an error; `undefined` if the walk has gone on since. */
  after(number: number): Promise<Progress<Item>> | undefined {
    if (number === this.#progress) {
      this.#progress++;
      this.#latest = this.#next(this.#progress);
      this.#latest.catch(() => this.#progress--);
    }
    return number === this.#progress - 1 ? this.#latest : undefined;
  }

  /** Items are missing only at the end of the list. */
  async #next(number: number): Promise<Progress<Item>> {
    const { reader } = this;
    let data: Item[] = [];
    let meta: PageBody<Item>['meta'];
    while (data.length === 0 && reader.state.kind !== 'end') {
      const { kind } = reader.state;
      const { size } = reader.place;
      const requested = this.#take(reader.state.next);
      requested.priority?.raise();
      try {
        const body = await requested.body;
        data = reader.read(requested.window, body);
        meta = { total_count: body.meta?.total_count };
      } catch (error) {
        const items = error instanceof APIError ? reader.refuse(requested.window, error) : undefined;
        if (items === undefined) throw error;
        data = items;
      }
      this.#wanted -= data.length;
      // The list moves faster than that.
      if (requested.priority && data.length === 0) this.#prefetch >>= 1;
      if (reader.state.kind !== kind || reader.place.size !== size) this.stop();
      this.#requestAhead();
    }
    const { place, unverified, state } = reader;
    return { data, meta, place, unverified, isLast: state.kind === 'end', number };
  }

  /** Cancels what is under way. The walk can go on. */
  stop(): void {
    this.#controller.abort();
    this.#controller = new AbortController();
    this.#ahead = [];
  }

  /** The window that was requested ahead, if it will do for the next one. */
  #take(next: Window): Requested<Item> {
    const { state, place } = this.reader;
    if (state.kind === 'overlap') while (this.#ahead[0] && this.#ahead[0].window.end <= place.end) this.#ahead.shift();
    const first = this.#ahead[0]?.window;
    const isFit = state.kind === 'overlap' && state.idle === 0 && Number(first?.start) < place.end;
    return (isFit ? this.#ahead.shift() : undefined) ?? this.#request(next);
  }

  /** Pages that don't overlap are read one after the other: what is created between two answers would be lost. */
  #requestAhead(): void {
    const { state, place } = this.reader;
    while (state.kind === 'overlap' && state.idle === 0 && this.#ahead.length < this.#prefetch) {
      const end = this.#ahead.at(-1)?.window.end ?? place.end;
      const next = windowAfter(end, place.size, state.overlap);
      if (!next || !(end < Number(place.count)) || end - place.end >= this.#wanted) return;
      this.#ahead.push(
        this.#request(next, { stop: this.#controller.signal, priority: new CallPriority('background') }),
      );
    }
  }

  #request(window: Window, ahead?: Ahead): Requested<Item> {
    const body = this.#requestWindow({ page: window.page, per_page: window.size }, ahead);
    // A failure concerns a consumer that gets to this window. There may be none.
    body.then(undefined, () => undefined);
    return { window, body, priority: ahead?.priority };
  }
}
