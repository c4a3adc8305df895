import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { advance, type Cursor } from './cursor.ts';
import { idOf, type PageBody } from './page-body.ts';
import type { Window, Windows } from './windows.ts';

/** A window, and the how many-th request of its walk it is. */
export type NumberedWindow = Window & { readonly number: number };

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

  /** The ids of all items from where the walk started to where it is. */
  #known: Set<string | undefined>;
  /** The place where the walk starts, as long as it is not found. */
  #sought: Cursor | undefined;
  /** Whether the walk has read all items from the first one on. */
  #isFromStart: boolean;
  #hasIds = true;
  #requests = 0;
  #contradictions = 0;
  #last: { number: number; start: number; item: string | undefined; length: number | undefined } | undefined;
  #lengthAtStart: number | undefined;
  /** Where to stop, once the walk has given up verifying. */
  #stopAt: number | undefined;

  constructor(from: Cursor, windows: Windows) {
    this.windows = windows;
    this.cursor = from;
    this.#sought = from.ids.length > 0 ? from : undefined;
    this.#isFromStart = !this.#sought && from.position === 0;
    this.#known = new Set(from.ids);
    // The place is looked for in the middle of a window, as items in front of it may have come or gone.
    this.end = from.position - (this.#sought ? windows.size / 2 : 0);
  }

  /** Up to where windows can be requested ahead. Where the length is unknown, any of them may be one too many. */
  get knownEnd(): number {
    return this.isDone ? 0 : (this.#last?.length ?? 0);
  }

  /** The window to read after those that end here. */
  next(end = this.end): NumberedWindow {
    return { ...this.windows.after(end), number: (this.#requests += 1) };
  }

  /** The window to read before one that did not join. */
  before({ start, number }: NumberedWindow, { meta }: PageBody<Item>): NumberedWindow {
    if (start === 0 || (this.#sought && !this.#isFromStart)) {
      const { position, count, ids } = this.#sought ?? { ...this.cursor, count: undefined };
      const moved = position + Number(meta?.total_count) - Number(count);
      this.#sought = { position, ids };
      if (moved !== position && Number.isSafeInteger(moved)) return this.next(moved - this.windows.size / 2);
      // Read the list from its start, but yield nothing until the place is found.
      this.#isFromStart = true;
      return this.next(0);
    }
    // What joined was requested after this window, so the items between them may have moved back.
    if (start > this.end || number < (this.#last?.number ?? 0)) return this.next();
    return this.next(start - 0.75 * this.windows.size);
  }

  /**
   * The items of the window to yield; `undefined` if others that were not read may be in front of them.
   *
   * @throws {InvalidRequestError} when the list has no item any more that the cursor names.
   */
  read(asked: NumberedWindow, body: PageBody<Item>): Item[] | undefined {
    const { window, length } = this.windows.received(asked, body);
    const ids = body.data.map(idOf);
    // Items without an id can't be recognized. In windows of one size, their positions say which are new.
    this.#hasIds &&= !ids.includes(undefined);
    if (!this.#hasIds) this.windows.fix();
    this.#skip(window.start, ids);

    const known = ids.map((id) => this.#known.has(id));
    const fresh = this.#unread(window, body.data, ids, known);
    const end = window.start + ids.length;
    const isShort = ids.length < window.size;
    // The server says that the list goes on, but has no more of it; or it ignores `page`.
    const isCut = isShort && length !== undefined && length > end && fresh.length === 0;
    const item = JSON.stringify(body.data[0]);
    const hasMoved = window.start > (this.#last?.start ?? Infinity) && body.meta?.current_page !== window.page;
    if (isCut || (hasMoved && item === this.#last?.item)) this.#contradictions += 1;
    else if (fresh.length > 0) this.#contradictions = 0;

    const extent = this.#lengthAtStart ?? Math.max(end, this.cursor.position);
    if (this.#requests > 100 + (10 * extent) / this.windows.size) this.#stopAt ??= length ?? Infinity;
    if (this.#contradictions < 3 && !this.#joins(window.start, known, length)) return undefined;

    const isAtEnd = ids.length === 0 || length === end || (isShort && length === undefined && fresh.length === 0);
    const isStopped = this.#stopAt !== undefined && (end >= this.#stopAt || fresh.length === 0);
    if (isStopped && !isAtEnd) this.unverified ??= 'too-many-changes';
    this.isDone = isAtEnd || isStopped || this.#contradictions >= 3;
    this.end = isCut ? window.end : end;
    this.#lengthAtStart ??= length;
    this.#last = { number: asked.number, start: window.start, item, length };
    const names = ids.filter((id) => id !== undefined);
    for (const id of names) this.#known.add(id);
    if (this.#sought) {
      // An empty list has nothing left to yield.
      if (!this.isDone || end === 0) return [];
      throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
    }
    if (fresh.length > 0) this.cursor = advance(this.cursor, { position: this.end, count: length, ids: names });
    return fresh;
  }

  /** Marks the items in front of the place where the walk starts as known, if the window holds it. */
  #skip(start: number, ids: readonly (string | undefined)[]): void {
    const isNamed = (id: string | undefined) => id !== undefined && this.#sought?.ids.includes(id);
    const isFirst = this.#last === undefined;
    const skipped = this.#sought ? ids.findLastIndex(isNamed) + 1 : isFirst ? Math.max(0, this.end - start) : 0;
    if (skipped === 0) return;
    // What was read on the way to this place may have ended before it.
    this.#known = new Set([...this.cursor.ids, ...ids.slice(0, skipped)]);
    this.#sought = undefined;
    this.#isFromStart = false;
  }

  /** The items of a window that were not yielded and are not in front of where the walk started. */
  #unread(
    { start }: Window,
    items: readonly Item[],
    ids: readonly (string | undefined)[],
    known: readonly boolean[],
  ): Item[] {
    // Items in front of a known one may be in front of where the walk started. If they are not, they are new.
    const from = this.#isFromStart ? 0 : known.indexOf(true);
    const seen = new Set<string>();
    return items.filter((_, index) => {
      const id = ids[index];
      if (id === undefined) return start + index >= this.end;
      return index >= from && known[index] === false && seen.size < seen.add(id).size;
    });
  }

  /** Whether no item can be between this window and those before. */
  #joins(start: number, known: readonly boolean[], length: number | undefined): boolean {
    if (known.includes(true) || (start === 0 && this.#isFromStart)) return true;
    if (!this.#last) return !this.#sought;
    // If windows can't overlap, the next best evidence is that the list is as long as it was.
    const adjoins = start === this.end && start === this.windows.after(start).start && length === this.#last.length;
    if (this.#hasIds && this.#stopAt === undefined && !adjoins) return false;
    // An empty page after the first one is the end of a short list, if the server does not say how long the list is.
    if (known.length === 0 && this.#last.start === 0) return true;
    this.unverified ??= !this.#hasIds ? 'missing-ids' : adjoins ? 'no-overlap' : 'too-many-changes';
    return true;
  }
}
