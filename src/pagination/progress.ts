import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { advance, type Cursor } from './cursor.ts';
import { idOf, KnownIds } from './known-ids.ts';
import { listLength, type PageBody } from './page-body.ts';
import type { Window, Windows } from './windows.ts';

/**
 * How far a walk over a list has got: which window to read next, and what to make of one that was read.
 *
 * A window that holds an item from an earlier window starts no later than that item, so no item that stays in the list
 * is between the two, whatever is created or deleted meanwhile. docs/internals/pagination.md has the proof.
 */
export class Progress<Item> {
  readonly windows: Windows;
  /** The place after the items that were yielded. */
  cursor: Cursor;
  /** The position after the last window that joined. */
  end: number;
  isDone = false;
  unverified: ListUnverifiedEvent['reason'] | undefined;

  #known = new KnownIds();
  /** The place where the walk starts, as long as it is not found. */
  #sought: Cursor | undefined;
  /** Whether the walk has read all items from the first one on. */
  #isFromStart: boolean;
  #hasIds = true;
  #requests = 0;
  #contradictions = 0;
  #last: { readonly start: number; readonly item: string | undefined; readonly length: number | undefined } | undefined;
  #lengthAtStart: number | undefined;
  /** Where to stop, once the walk has given up verifying. */
  #stopAt: number | undefined;

  constructor(from: Cursor, windows: Windows) {
    this.windows = windows;
    this.cursor = from;
    this.#sought = from.ids.length > 0 ? from : undefined;
    this.#isFromStart = !this.#sought && from.position === 0;
    this.#known.add(from.ids);
    // The place is looked for in the middle of a window, as items in front of it may have come or gone.
    this.end = from.position - (this.#sought ? windows.size / 2 : 0);
  }

  /** Up to where windows can be requested ahead. Where the length is unknown, any of them may be one too many. */
  get knownEnd(): number {
    return this.isDone ? 0 : (this.#last?.length ?? 0);
  }

  /** The window to read after those that end here. */
  next(end = this.end): Window {
    this.#requests += 1;
    return this.windows.after(end);
  }

  /** The window to read before one that did not join. `isKept`: for the second time, so that it can be dropped. */
  before(window: Window, { meta }: PageBody<Item>, isKept: boolean): Window {
    if (window.start === 0 || (this.#sought && !this.#isFromStart)) {
      const { position, count, ids } = this.#sought ?? { ...this.cursor, count: undefined };
      const moved = position + Number(meta?.total_count) - Number(count);
      this.#sought = { position, ids };
      if (moved !== position && Number.isSafeInteger(moved)) return this.next(moved - this.windows.size / 2);
      // Read the list from its start, but yield nothing until the place is found.
      this.#isFromStart = true;
      return this.next(0);
    }
    // The gap in front of a kept window is after what joined meanwhile.
    if (window.start > this.end || isKept) return this.next();
    return this.next(window.start - 0.75 * this.windows.size);
  }

  /**
   * The items of the window to yield; `undefined` if others that were not read may be in front of them.
   *
   * @throws {InvalidRequestError} when the list has no item any more that the cursor names.
   */
  read(asked: Window, body: PageBody<Item>): Item[] | undefined {
    const { data, meta } = body;
    const window = this.windows.received(asked, data.length, listLength(body, asked, asked.start + data.length));
    const end = window.start + data.length;
    const length = listLength(body, window, end);
    const isShort = data.length < window.size;
    const ids = data.map(idOf);
    // Items without an id can't be recognized. In windows of one size, their positions say which are new.
    this.#hasIds &&= !ids.includes(undefined);
    if (!this.#hasIds) this.windows.fix();

    let skipped = this.#last ? 0 : Math.max(0, this.end - window.start);
    if (this.#sought) skipped = ids.findLastIndex((id) => this.#sought?.ids.includes(String(id))) + 1;
    if (skipped > 0) {
      // What was read on the way to this place may have ended before it.
      this.#known = new KnownIds();
      this.#known.add([...this.cursor.ids, ...ids.slice(0, skipped)]);
      this.#sought = undefined;
      this.#isFromStart = false;
    }
    const known = ids.map((id) => this.#known.has(id));
    // Where not all ids are known, items in front of a known one may have been yielded. If they were not, they are new.
    const from = this.#isFromStart && !this.#known.forgot ? 0 : known.indexOf(true);
    const seen = new Set<string>();
    const fresh = data.filter((_, index) => {
      const id = ids[index];
      if (id === undefined) return window.start + index >= this.end;
      return index >= from && known[index] === false && seen.size < seen.add(id).size;
    });

    // The server says that the list goes on, but has no more of it; or it ignores `page`.
    const goesOn = isShort && length !== undefined && length > end;
    const item = JSON.stringify(data[0]);
    const hasMoved = window.start > (this.#last?.start ?? Infinity) && meta?.current_page !== window.page;
    if ((goesOn && fresh.length === 0) || (hasMoved && item === this.#last?.item)) this.#contradictions += 1;
    else if (fresh.length > 0) this.#contradictions = 0;

    const extent = this.#lengthAtStart ?? Math.max(end, this.cursor.position);
    if (this.#requests > 100 + (10 * extent) / this.windows.size) this.#stopAt ??= length ?? Infinity;
    if (this.#contradictions < 3 && !this.#joins(window.start, known, length)) return undefined;

    const isAtEnd = data.length === 0 || length === end || (isShort && length === undefined && fresh.length === 0);
    const isStopped = this.#stopAt !== undefined && (end >= this.#stopAt || fresh.length === 0);
    if (isStopped && !isAtEnd) this.unverified ??= 'too-many-changes';
    this.isDone = isAtEnd || isStopped || this.#contradictions >= 3;
    this.end = goesOn && fresh.length === 0 ? window.end : end;
    this.#lengthAtStart ??= length;
    this.#last = { start: window.start, item, length };
    this.#known.add(ids);
    if (this.#sought) {
      // An empty list has nothing left to yield.
      if (!this.isDone || end === 0) return [];
      throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
    }
    if (fresh.length === 0) return fresh;
    const names = ids.filter((id) => id !== undefined);
    this.cursor = advance(this.cursor, { position: this.end, count: length, ids: names });
    return fresh;
  }

  /** Whether no item can be between this window and those before. */
  #joins(start: number, known: readonly boolean[], length: number | undefined): boolean {
    if (known.includes(true) || (start === 0 && this.#isFromStart)) return true;
    if (!this.#last) return !this.#sought;
    // If windows can't overlap, the next best evidence is that the list is as long as it was.
    const adjoins = start === this.end && start === this.windows.after(start).start && length === this.#last.length;
    if (this.#hasIds && this.#stopAt === undefined && !adjoins) return false;
    const reason = !this.#hasIds ? 'missing-ids' : adjoins ? 'no-overlap' : 'too-many-changes';
    if (known.length > 0) this.unverified ??= reason;
    return true;
  }
}
