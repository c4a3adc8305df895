import { InvalidRequestError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import type { Place } from './cursor.ts';
import { KnownItems } from './known-items.ts';
import { defaultSize } from './list-options.ts';
import { isAnnouncedEnd, cursorIds, parsePage, type PageBody, type ReceivedPage } from './page-body.ts';
import { leastSize, pagesAround, rangeAfter, rangeAt, rangeOf, type Range } from './ranges.ts';

/** Start the plain loop after so many requests in a row that got no further. */
const maxStalledRequests = 9;
/** How far from its place the items before a cursor are searched (pagination 22). */
const searchedPages = 10;
/** How many pages in a row may bring nothing new, besides those that were read before (pagination 17). */
const maxKnownPages = 100;

/**
 * Reads the responses of a walk, and decides what to request next. The rules are those of docs/internals/pagination.md.
 *
 * For example, 250 items, of which items 5 and 6 are deleted after the first response:
 *
 * | request              | positions | items   | found |                                                                |
 * | -------------------- | --------- | ------- | ----- | -------------------------------------------------------------- |
 * | page 1, per_page 100 | 0–100     | 1–100   | 100   | The next range has to hold item 100 too.                       |
 * | page 2, per_page 99  | 99–198    | 102–200 | 100   | No known item: the range is kept, the next one goes back.      |
 * | page 2, per_page 73  | 73–146    | 76–148  | 200   | Joins with item 100: 101–148 are new. Then the kept one joins. |
 * | page 3, per_page 98  | 196–294   | 199–250 | 250   | Overlaps by more, as the list moves. The end, as `meta` says.  |
 */
export class ListReader<Item> {
  /**
   * What the next response is. `overlap`: a range that holds the last items read, so that nothing between is missed.
   * `behind`: the page after a short range, which should be empty. `plain`: the next page of a plain loop. `end`: none.
   */
  phase: 'overlap' | 'behind' | 'plain' | 'end' = 'overlap';
  /** What to request. */
  next: Range;
  place: Place;
  /** The latest reason why the walk can't guarantee that it has yielded each item once; `undefined` if it can. */
  unverified: ListUnverifiedEvent['reason'] | undefined;
  /** How many known items the next range should hold. */
  overlap = 1;
  /** Requests in a row that got no further. */
  stalledRequests = 0;
  readonly #onUnverified: (reason: ListUnverifiedEvent['reason']) => void;
  readonly #isFromStart: boolean;
  readonly #known = new KnownItems();
  /** True once the place of the cursor was found. */
  #isPlaced: boolean;
  #search: number[] | undefined;
  #items: Item[] = [];
  /** Ranges that held no known item when they were read (pagination 7). */
  #kept: ReceivedPage<Item>[] = [];
  /** The page with which a plain loop continues, and the JSON of the page before it. */
  #plain: Range;
  #previous = '';
  /** How many items there are at most, by the last `total_pages`; `NaN` if it is missing. */
  #announced = NaN;
  /** How many items the walk should find, once it reads the list for the second time (pagination 19). */
  #expected: number | undefined;

  constructor(place: Place, onUnverified: (reason: ListUnverifiedEvent['reason']) => void) {
    const { firstSize, size, position, page, ids } = place;
    this.place = place;
    this.#onUnverified = onUnverified;
    this.#isFromStart = position === 0;
    this.#isPlaced = ids.length === 0;
    this.#known.add(ids);
    this.#plain = rangeOf(page ?? this.#pageOfPlace, firstSize);
    // Pagination 22: a few more items than one, because some may have been deleted.
    const after = this.#isPlaced ? undefined : rangeAfter(position, size, 4);
    this.next = after ?? rangeOf(Math.floor(position / size) + 1, size);
    if (page !== undefined) this.#startPlainLoop();
  }

  /** Reads a response. Returns all its items that were not yielded before. */
  read(range: Range, body: PageBody<Item>): Item[] {
    const page = parsePage(range, body);
    this.#announced = page.lastPage * range.size || this.#announced;
    this.#items = [];
    if (this.phase === 'plain') this.#readPage(page);
    else if (this.phase === 'behind') this.#readBehind(page);
    else if (this.#known.last === 0) this.#readFirst(page);
    else if (page.ids.includes(undefined) || page.ids.length > range.size) this.#startPlainLoop();
    else this.#readRange(page);
    return this.#items;
  }

  /** Reads a refusal. Returns the items to yield; `undefined` if the walk fails with it. */
  readError(range: Range, status: number): Item[] | undefined {
    if (status !== 404 && status !== 400 && status !== 422) return undefined;
    // Pagination 10 and 15: the size, or the range, was refused.
    if (status !== 404 && this.phase === 'overlap') return this.#readRefusedSize(range);
    // Pagination 13 and 14: the server may send fewer items per page than requested.
    const { size, count = NaN, found } = this.place;
    const isAnnounced = range.start < (this.#announced || (count * range.size) / size);
    const isWanted = this.phase === 'plain' && !this.#isSecondReading && !(found >= count);
    return range.page === 1 || (isAnnounced && isWanted) ? undefined : this.read(range, { data: [] });
  }

  #readRefusedSize({ start, size }: Range): Item[] | undefined {
    if (this.#known.last > 0) this.#startPlainLoop();
    else if (size <= defaultSize) return undefined;
    else {
      this.#updatePlace({ firstSize: defaultSize, size: defaultSize });
      this.next = rangeOf(Math.floor(start / defaultSize) + 1, defaultSize);
    }
    return [];
  }

  /** Pagination 9: the first page shows how many items the server sends at most. */
  #readFirst(page: ReceivedPage<Item>): void {
    const { range, data, ids, count } = page;
    const { length } = ids;
    const hasIds = !ids.includes(undefined);
    const isCut = length >= leastSize && count !== range.start + length;
    const size = length > range.size || isCut ? length : range.size;
    const start = (range.page - 1) * size;
    const isEnd = isAnnouncedEnd(page, range.start + length);
    this.#plain = rangeOf(range.page + 1, this.place.firstSize);
    this.#previous = JSON.stringify(data);
    this.#take(page);
    this.#updatePlace({
      size,
      position: start + length,
      found: start + this.#items.length,
      ids: cursorIds(ids),
      page: hasIds ? undefined : range.page + 1,
    });
    if (isEnd) this.#finish();
    else if (!hasIds) this.#startPlainLoop();
    else if (length < size) this.#readShort(page);
    else this.#planRange();
  }

  #readRange(page: ReceivedPage<Item>): void {
    // Pagination 7: this range may close the gap before those that were kept.
    const missed: ReceivedPage<Item>[] = [];
    for (const each of [page, ...this.#kept]) if (this.phase !== 'overlap' || !this.#join(each)) missed.push(each);
    if (this.phase === 'overlap' && missed[0] === page) this.#goBack(page);
    // After a cursor, a kept range may hold items that were read before it.
    this.#kept = this.#isFromStart ? missed : [];
  }

  /** Pagination 4. Returns false if the range doesn't join. */
  #join(page: ReceivedPage<Item>): boolean {
    const { range, ids } = page;
    const { index, rank, isOrdered } = this.#known.sharedWith(ids);
    if (index < 0) {
      const isFirst = range.page === 1 && this.#isFromStart;
      if (isFirst) this.#extend(page, -1, 0);
      return isFirst;
    }
    if (!isOrdered) this.#markUnverified('unstable-order');
    const isFurther = index < ids.length - 1;
    // How many known items stand behind the last one here, and how far that has moved since it was read.
    const behind = this.#known.last - rank;
    const shift = range.start + index + 1 - (this.place.position - behind);
    // Pagination 18: if items only changed places, the count hasn't grown.
    const created = Math.min(shift, this.#growthOf(page));
    this.#updatePlace({ found: this.place.found + Math.max(0, created) });
    // Pagination 5: overlaps by more after the list has moved, and by less after each range.
    this.overlap = Math.max(1, 1 - shift, Math.floor(this.overlap * 0.9));
    this.stalledRequests = isFurther || !this.#isPlaced ? 0 : this.stalledRequests + 1;
    this.#extend(page, index, isFurther || ids.length < range.size ? 0 : behind);
    return true;
  }

  /** Continues after a page: `last` is the index of its last known item, `behind` what is known to follow it. */
  #extend(page: ReceivedPage<Item>, last: number, behind: number): void {
    const { range, ids } = page;
    this.#take(page);
    const lastIds = cursorIds([...this.place.ids, ...ids.slice(last + 1)]);
    this.#updatePlace({ position: range.start + ids.length + behind, ids: lastIds });
    if (ids.length < range.size) this.#readShort(page);
    else this.#planRange();
  }

  /** Pagination 6; after a cursor, pagination 22. */
  #goBack(page: ReceivedPage<Item>): void {
    const { size, position } = this.place;
    const growth = this.#growthOf(page);
    this.stalledRequests += 1;
    if (this.#isPlaced) this.#planRange(Math.ceil((size * 2 ** this.stalledRequests) / 8) - growth);
    else if (page.range.page === 1 && page.ids.length === 0) this.#finish();
    else {
      this.#search ??= pagesAround(Math.max(1, Math.ceil((position + growth) / size)), searchedPages);
      const next = this.#search.shift();
      if (!next) throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
      this.next = rangeOf(next, size);
    }
  }

  /** @param back How many items to go back instead of the overlap. */
  #planRange(back?: number): void {
    const { size, position } = this.place;
    this.overlap = Math.min(this.overlap, Math.ceil(size / 2));
    const next =
      back === undefined ? rangeAfter(position, size, this.overlap) : rangeAt(Math.max(0, position - back), size);
    if (next === undefined || this.stalledRequests >= maxStalledRequests) this.#startPlainLoop();
    else this.next = next;
  }

  /** Pagination 11 and 12: a range with fewer items than requested should be the end of the list. */
  #readShort(page: ReceivedPage<Item>): void {
    if (isAnnouncedEnd(page, this.place.position)) this.#finish();
    else {
      this.phase = 'behind';
      this.next = rangeOf(page.range.page + 1, page.range.size);
    }
  }

  #readBehind(page: ReceivedPage<Item>): void {
    const isEnd = page.ids.length === 0 && !(page.lastPage > page.range.page);
    if (isEnd) this.#finish();
    else this.#startPlainLoop();
  }

  /** Pagination 15: reads one page after the other, as `meta` numbers them. */
  #startPlainLoop(page = this.#plain.page): void {
    this.phase = 'plain';
    this.next = rangeOf(page, this.#plain.size);
    if (!this.#isSecondReading) this.#updatePlace({ page: this.place.page ?? this.#pageOfPlace });
  }

  get #pageOfPlace(): number {
    const { position, size } = this.place;
    return Math.max(1, Math.ceil(position / size));
  }

  #readPage(page: ReceivedPage<Item>): void {
    // Pagination 16: nothing shows that no item was missed between two pages.
    if (!this.#isSecondReading) this.#markUnverified('no-overlap');
    const { range, data, ids, lastPage } = page;
    const json = JSON.stringify(data);
    const isRepeated = ids.length > 0 && json === this.#previous;
    this.#previous = json;
    if (!isRepeated) this.#take(page);
    this.stalledRequests = this.#items.length > 0 ? 0 : this.stalledRequests + 1;
    // Items without ids can't be recognized, so a cursor continues with the page after them.
    const next = ids.includes(undefined) ? range.page + 1 : range.page;
    // Pagination 23.
    if (range.page * this.place.size >= this.place.position) this.#updatePlace({ page: next, ids: cursorIds(ids) });
    // Pagination 17: pages that were read before bring nothing new, but aren't the end.
    const mayFollow = ids.length > 0 || range.page < lastPage;
    const patience = mayFollow ? maxKnownPages + this.#known.last / this.place.size : 1;
    const isComplete = this.#isSecondReading && !this.#isMissing;
    if (isRepeated || isComplete || this.stalledRequests >= patience) this.#finish();
    else this.next = rangeOf(range.page + 1, range.size);
  }

  /** True while the list is read for the second time (pagination 19). */
  get #isSecondReading(): boolean {
    return this.#expected !== undefined;
  }

  /** True if the walk has found fewer items than the list has. */
  get #isMissing(): boolean {
    return this.place.found < Math.max(this.#expected ?? 0, this.place.count ?? this.place.position);
  }

  /** Ends the walk. If items are missing, reads the list again (pagination 19 and 20). */
  #finish(): void {
    for (const each of this.#kept.splice(0)) this.#take(each);
    if (this.#isMissing && this.#isFromStart && this.phase !== 'plain') {
      this.#expected = this.place.count ?? this.place.position;
      this.#previous = '';
      this.#startPlainLoop(this.#plain.page - 1);
    } else {
      this.phase = 'end';
      if (this.#isMissing) this.#markUnverified('count-mismatch');
    }
  }

  /** Pagination 20: a reason that was told last is not told again. */
  #markUnverified(reason: ListUnverifiedEvent['reason']): void {
    if (this.unverified !== reason) this.#onUnverified((this.unverified = reason));
  }

  /** How much the count has grown since the last range that joined. */
  #growthOf({ count }: ReceivedPage<Item>): number {
    return count === undefined ? 0 : count - (this.place.count ?? count);
  }

  #updatePlace(changes: Partial<Place>): void {
    this.place = { ...this.place, ...changes };
  }

  /** Collects the new items of a page. */
  #take({ data, ids, count = this.place.count }: ReceivedPage<Item>): void {
    // Pagination 2: what precedes known items was read before the cursor, or precedes the walk's first page.
    const from = this.#isFromStart ? 0 : this.#known.sharedWith(ids).index + 1;
    this.#isPlaced = true;
    const before = this.#items.length;
    for (const index of this.#known.add(ids)) {
      if (index < from) continue;
      // The cast is safe: the index is one of an item.
      this.#items.push(data[index] as Item);
    }
    this.#updatePlace({ count, found: this.place.found + this.#items.length - before });
  }
}
