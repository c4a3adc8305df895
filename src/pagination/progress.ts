import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { advance, type Cursor } from './cursor.ts';
import { idOf, KnownIds } from './known-ids.ts';
import { listLength, type PageBody } from './page-body.ts';
import type { PageSizes } from './page-sizes.ts';
import { windowAfter, type Window } from './windows.ts';

/**
 * How far a walk over a list has got: which window to read next, and what to make of one that was read.
 *
 * A window that holds an item from an earlier window starts no later than that item, so no item that stays in the list
 * is between the two, whatever is created or deleted meanwhile. docs/internals/pagination.md has the proof.
 */
export class Progress<Item> {
  readonly sizes: PageSizes;
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
  #last: { readonly start: number; readonly item: string | undefined } | undefined;
  #contradictions = 0;
  /** How many items the list has, if the server says so. */
  #length: number | undefined;
  #lengthAtStart: number | undefined;
  /** Where to stop, once the walk has given up verifying. */
  #stopAt: number | undefined;

  constructor(from: Cursor, sizes: PageSizes) {
    this.sizes = sizes;
    this.cursor = from;
    this.#sought = from.ids.length > 0 ? from : undefined;
    this.#isFromStart = !this.#sought && from.position === 0;
    this.#known.add(from.ids);
    this.end = this.#sought ? this.#around(from.position) : from.position;
  }

  /** Up to where windows can be requested ahead. Where the length is unknown, any of them may be one too many. */
  get knownEnd(): number {
    return this.isDone ? 0 : (this.#length ?? 0);
  }

  /** Whether windows that did not join are worth another look. */
  get keepsWindows(): boolean {
    return !this.#sought && this.#canOverlap();
  }

  /** The window to read after those that end here. */
  next(end = this.end): Window {
    this.#requests += 1;
    return windowAfter(end, this.sizes);
  }

  /** The window to read before one that did not join. */
  before(window: Window, { meta }: PageBody<Item>, isKept: boolean): Window {
    if (window.start === 0 || (this.#sought && !this.#isFromStart)) {
      const { position, count, ids } = this.#sought ?? { ...this.cursor, count: undefined };
      const moved = position + Number(meta?.total_count) - Number(count);
      this.#sought = { position, ids };
      if (moved !== position && Number.isSafeInteger(moved)) return this.next(this.#around(moved));
      // Read the list from its start, but yield nothing until the place is found.
      this.#isFromStart = true;
      return this.next(0);
    }
    // A window that was kept, and still does not join, has its gap after what joined meanwhile.
    if (window.start > this.end || isKept) return this.next();
    return this.next(window.start - 0.75 * this.sizes.preferred);
  }

  /**
   * The items of the window to yield; `undefined` if others that were not read may be in front of them.
   *
   * @throws {InvalidRequestError} when the list has no item any more that the cursor names.
   */
  read(asked: Window, body: PageBody<Item>): Item[] | undefined {
    const { data, meta } = body;
    const window = this.sizes.received(asked, data.length, listLength(body, asked, asked.start + data.length));
    const end = window.start + data.length;
    const length = listLength(body, window, end);
    const isShort = data.length < window.size;
    const ids = data.map(idOf);
    if (ids.includes(undefined)) {
      // Such items can't be recognized. In windows of one size, their positions say which are new.
      this.#hasIds = false;
      this.sizes.least = this.sizes.preferred;
    }

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
    const fresh = data.filter((_, index) => {
      if (ids[index] === undefined) return window.start + index >= this.end;
      return index >= from && known[index] === false && ids.indexOf(ids[index]) === index;
    });

    // The server says that the list goes on, but has no more of it; or it ignores `page`.
    const goesOn = isShort && length !== undefined && length > end;
    const item = JSON.stringify(data[0]);
    const hasMoved = window.start > (this.#last?.start ?? Infinity) && meta?.current_page !== window.page;
    if ((goesOn && fresh.length === 0) || (hasMoved && item === this.#last?.item)) this.#contradictions += 1;
    else if (fresh.length > 0) this.#contradictions = 0;
    const isStuck = this.#contradictions === 3;

    const extent = this.#lengthAtStart ?? Math.max(end, this.cursor.position);
    if (this.#requests > 100 + (10 * extent) / this.sizes.preferred) this.#stopAt ??= length ?? Infinity;
    if (!isStuck && !this.#joins(window.start, known, length)) return undefined;

    const isAtEnd = data.length === 0 || length === end || (isShort && length === undefined && fresh.length === 0);
    const isStopped = this.#stopAt !== undefined && (end >= this.#stopAt || fresh.length === 0);
    if (isStopped && !isAtEnd) this.unverified ??= 'too-many-changes';
    this.isDone = isAtEnd || isStuck || isStopped;
    this.end = goesOn && fresh.length === 0 ? window.end : end;
    this.#length = length;
    this.#lengthAtStart ??= length;
    this.#last = { start: window.start, item };
    this.#known.add(ids);
    if (!this.#sought) {
      if (fresh.length > 0) this.cursor = advance(this.cursor, ids, this.end, length);
      return fresh;
    }
    // An empty list has nothing left to yield.
    if (!this.isDone || end === 0) return [];
    throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
  }

  /** Whether no item can be between this window and those before. */
  #joins(start: number, known: readonly boolean[], length: number | undefined): boolean {
    if (known.includes(true) || (start === 0 && this.#isFromStart)) return true;
    if (!this.#last) return !this.#sought;
    // If windows can't overlap, the next best evidence is that the list is as long as it was.
    const adjoins = start === this.end && length === this.#length && !this.#canOverlap();
    if (this.#hasIds && this.#stopAt === undefined && !adjoins) return false;
    const reason = !this.#hasIds ? 'missing-ids' : adjoins ? 'no-overlap' : 'too-many-changes';
    if (known.length > 0) this.unverified ??= reason;
    return true;
  }

  /** Where to read so that the position is in the middle, and the place is found although items came or went. */
  #around(position: number): number {
    return position - this.sizes.preferred / 2;
  }

  #canOverlap(): boolean {
    return windowAfter(this.end, this.sizes).start < this.end;
  }
}
