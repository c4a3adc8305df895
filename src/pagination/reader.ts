import { ExampleError, InvalidRequestError, type APIError } from '../errors/index.ts';
import type { Place } from './cursor.ts';
import { KnownItems, lastIds, type SharedItems } from './known-items.ts';
import { isAnnouncedEnd, isEndless, isLastPage, isPastEnd, mayMissItems } from './list-end.ts';
import { defaultSize } from './list-options.ts';
import { parsePage, type PageBody, type ReceivedPage } from './page-body.ts';
import {
  firstState,
  maxSeeks,
  joinedPlace,
  nextOverlap,
  pagesState,
  type Overlap,
  type Pages,
  type Reason,
  type Seek,
  type State,
} from './states.ts';
import { leastSize, pageAfter, seekWindow, windowOf, type Window } from './windows.ts';

/** After a window that needed no overlap, the next one has this part of it. */
const overlapDecay = 0.7;

/** Reads the pages of a walk. docs/internals/pagination.md says why nothing is lost. */
export class ListReader<Item> {
  state: State;
  place: Place;
  /** Why the walk can't guarantee that it has yielded each item once; `undefined` if it can. */
  unverified: Reason | undefined;
  readonly #onUnverified: (reason: Reason) => void;
  readonly #known = new KnownItems();
  /** The first page of the walk; `undefined` after a cursor. */
  #firstPage: ReceivedPage<Item> | undefined;
  /** Items that were yielded, precede the walk's start, or were created before the place. */
  #found: number;
  /** The new items of the page being read. */
  #items: Item[] = [];
  /** Windows that held no known item when they were read. */
  #unconnected: ReceivedPage<Item>[] = [];

  constructor(place: Place, onUnverified: (reason: Reason) => void) {
    this.place = place;
    this.#onUnverified = onUnverified;
    this.#found = place.end;
    this.#known.add(place.ids);
    this.state = firstState(place);
  }

  /** Reads a window's response. Returns all its items that were not yielded before. */
  read(asked: Window, body: PageBody<Item>): Item[] {
    if (!asked.size) this.startAgain(1, body.data.length || 1);
    const { state, place } = this;
    const window = state.kind === 'start' ? state.next : asked;
    const page = parsePage(window, body, place.count);
    this.#updatePlace({ count: page.count ?? place.count });
    // If the API calls page 1 page 0, a page may precede it.
    if (body.meta?.current_page === 0) this.#reportUnverified('page-numbers');
    this.#items = [];
    if (state.kind === 'start') this.#readFirst(page);
    else if (state.kind === 'pages') this.#readPage(state, page);
    else if (page.ids.includes(undefined)) this.#switchToPages('missing-ids');
    else if (page.ids.length > window.size) this.#switchToPages('no-overlap');
    else if (state.kind === 'seek') this.#seek(state, page);
    else if (state.kind === 'overlap') this.#readOverlap(state, page);
    return this.#items;
  }

  /** Reads a window's error. Returns the items to yield; `undefined` if the walk can't continue. */
  readError(window: Window, { status }: APIError): Item[] | undefined {
    const { state, place } = this;
    if (isPastEnd(state, window, status, place)) return this.read(window, { data: [] });
    if (status !== 400 && status !== 422) return undefined;
    // If not even page 1 of the documented size is accepted, the server chooses: page 1 begins with the same item at any size.
    const size = window.end === defaultSize ? 0 : defaultSize;
    if (state.kind === 'overlap' || state.kind === 'seek') this.#switchToPages('no-overlap');
    else if (state.kind === 'start' && window.size && size !== window.size)
      this.startAgain(Math.floor(window.start / defaultSize) + 1, size);
    else return undefined;
    return [];
  }

  /** Starts over with pages of another size. Items that were read are not yielded again. */
  startAgain(page: number, size: number): void {
    if (size) this.#updatePlace({ askedSize: size, size });
    this.state = { kind: 'start', next: windowOf(page, size) };
  }

  #readFirst(page: ReceivedPage<Item>): void {
    const { window, ids, count } = page;
    const end = window.start + ids.length;
    const isShort = ids.length < window.size;
    // An empty page doesn't show how many items precede it, so any smaller count confirms that it is the last.
    const isAll =
      ids.length === 0 ? !(page.lastPage > window.page) && !(Number(count) > end) : isAnnouncedEnd(page, end);
    const isCut = isShort && end !== count && ids.length >= leastSize;
    // The most items that the server sends per page.
    const size = isCut ? ids.length : Math.max(window.size, ids.length);
    this.#found = (window.page - 1) * size + this.#known.end;
    this.#firstPage = page;
    this.#take(page);
    const isNamed = !ids.includes(undefined);
    // Items without ids can't be recognized, so the page's number marks the place.
    const place = isNamed ? { page: undefined, ids: lastIds(ids) } : { page: window.page, ids: [] };
    this.#updatePlace({ ...place, size, end: (window.page - 1) * size + ids.length });
    if (isAll) this.#finish(false);
    else if (!isNamed) this.#switchToPages('missing-ids');
    else if (isCut || ids.length === window.size) this.#requestOverlap(1, 0);
    else if (isShort && (count ?? end) === end) this.#checkBehind(page);
    else this.#switchToPages('no-overlap');
  }

  #seek(state: Seek, page: ReceivedPage<Item>): void {
    const { size } = this.place;
    const shared = this.#known.sharedWith(page.ids);
    const tries = state.tries + 1;
    // If the count has grown, as many items may have been created before the cursor.
    const center = Math.max(1, state.center + Math.round(page.growth / size));
    if (shared.last >= 0) this.#join(1, 0, page, shared);
    else if (page.ids.length === 0 && page.window.page === 1) this.state = { kind: 'end' };
    else if (tries === maxSeeks) this.#switchToPages('too-many-changes');
    else this.state = { kind: 'seek', next: seekWindow(center, tries, size), center, tries };
  }

  #readOverlap({ overlap, idle }: Overlap, page: ReceivedPage<Item>): void {
    const shared = this.#known.sharedWith(page.ids);
    const joins = shared.last >= 0 || (page.window.page === 1 && this.#isFromStart);
    if (joins) this.#join(overlap, idle, page, shared);
    else this.#stepBack(idle, page);
    // This window may connect windows that were read before it. Any of them may be the end of the list.
    for (const each of joins ? this.#unconnected.splice(0) : []) {
      const late = this.#known.sharedWith(each.ids);
      const { state } = this;
      if (late.last < 0 && state.kind !== 'end') this.#unconnected.push(each);
      else if (state.kind === 'overlap') this.#join(state.overlap, state.idle, each, late);
      else this.#take(each, late.last);
    }
  }

  /** Reads a window that holds a known item, or is page 1: no staying item is between it and the items read before. */
  #join(overlap: number, idle: number, page: ReceivedPage<Item>, shared: SharedItems): void {
    // Page 1 without a known item: all known items follow it.
    const isNewStart = shared.last < 0;
    const { place, shift } = joinedPlace(this.place, this.#known.end, page, shared);
    this.place = place;
    if (isNewStart) this.#known.forgetRanks();
    this.#take(page, shared.last, this.#isFromStart ? 0 : shared.first);
    // Items created before the place aren't missing. If items only changed places, the count hasn't grown.
    this.#found += Math.max(0, Math.min(shift, page.growth));
    const isFurther = shared.last < page.ids.length - 1;
    const rest = isFurther ? Math.floor(overlap * overlapDecay) : overlap;
    if (page.ids.length < page.window.size) this.#endShort(page);
    // Starting over is no progress: each response could have new ids.
    else this.#requestOverlap(Math.max(1 - shift, rest), isNewStart ? idle : isFurther ? 0 : idle + 1);
  }

  /** Reads a window with fewer items than requested, which should be the end of the list. */
  #endShort(page: ReceivedPage<Item>): void {
    const { end } = this.place;
    if (isAnnouncedEnd(page, end)) this.#finish();
    else if ((page.count ?? end) === end) this.#checkBehind(page);
    else this.#switchToPages('count-mismatch');
  }

  /** After a window without a known item, goes back by the growth of the count, and then further and further. */
  #stepBack(idle: number, page: ReceivedPage<Item>): void {
    const { size } = this.place;
    if (this.#isFromStart) this.#unconnected.push(page);
    const back = idle === 0 ? Math.ceil(size / 4) - page.growth : Math.ceil(size * 2 ** (idle - 2));
    this.#requestOverlap(Math.ceil(size / 4), idle + 1, back);
  }

  /** @param back How many items to go back instead of the overlap. */
  #requestOverlap(overlap: number, idle: number, back?: number): void {
    const next = nextOverlap(this.place, this.#known.end, overlap, idle, back);
    if (typeof next === 'string') this.#switchToPages(next);
    else this.state = next;
  }

  /** Reads numbered pages from now on, as a plain loop does: from the second one, or from the cursor's place. */
  #switchToPages(reason: Reason): void {
    const { askedSize, size, end } = this.place;
    const first = this.#firstPage;
    this.state = first
      ? pagesState('rest', reason, pageAfter(first), first)
      : pagesState('place', reason, windowOf(Math.ceil(end / size), askedSize));
  }

  /** The list should end with this page, but doesn't say so: requests the page after it. */
  #checkBehind(page: ReceivedPage<Item>): void {
    this.state = pagesState('behind', 'no-overlap', pageAfter(page), page);
  }

  #readPage(state: Pages, page: ReceivedPage<Item>): void {
    const { ids, fingerprints, growth } = page;
    const shared = this.#known.sharedWith(ids);
    const isSame = (other: Pages['previous']) => other?.fingerprints.join() === fingerprints.join();
    // Past the end, a server may send page 1 again.
    const isRepeated = isSame(state.previous) || (page.lastPage < page.window.page && isSame(this.#firstPage));
    // If the list has shrunk, later items may have moved forward.
    const isMoved = state.purpose === 'behind' && (growth < 0 || !ids.every((id) => this.#known.has(id)));
    if (isMoved) this.#switchToPages(state.reason);
    else if (state.purpose === 'place' && shared.last < 0) this.#findPlace(state, page, isRepeated);
    else this.#takePage(state, page, shared, isRepeated);
  }

  /** Looks for the items before the cursor: on the page where they should be, then from page 1 on. */
  #findPlace(state: Pages, page: ReceivedPage<Item>, isRepeated: boolean): void {
    const { window } = page;
    if (window.page > 1 && !state.previous) this.state = { ...state, next: windowOf(1, window.size), previous: page };
    else if (!isRepeated && page.ids.length > 0) this.#requestNextPage(state, page, state.idle + 1);
    else throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
  }

  #takePage(state: Pages, page: ReceivedPage<Item>, shared: SharedItems, isRepeated: boolean): void {
    const { purpose, reason, previous } = state;
    const { window, ids } = page;
    const taken = isRepeated ? 0 : this.#take(page, shared.last, this.#firstPage ? 0 : shared.first);
    const idle = taken > 0 ? 0 : state.idle + 1;
    const end = (window.page - 1) * Math.max(previous?.ids.length ?? 0, ids.length) + ids.length;
    if (!shared.isOrdered) this.#updatePlace({ isReordered: true });
    // Items that were created meanwhile aren't missing.
    if (purpose === 'missing') this.#found += Math.max(0, page.growth);
    else if (purpose !== 'behind') this.#noteRest(reason, page, isRepeated, end);
    const isEnd = isLastPage(page, { end, isRepeated, idle, found: this.#found, count: this.place.count });
    if (isEnd || (purpose === 'missing' && !this.#mayMissItems)) this.#finish(purpose === 'behind');
    else this.#requestNextPage({ ...state, purpose: purpose === 'place' ? 'rest' : purpose }, page, idle);
  }

  #noteRest(reason: Reason, { window, ids }: ReceivedPage<Item>, isRepeated: boolean, end: number): void {
    const isNamed = !ids.includes(undefined);
    const isIgnored = isRepeated && window.page - 1 === this.#firstPage?.window.page;
    this.#reportUnverified(isIgnored ? 'page-ignored' : isNamed ? reason : 'missing-ids');
    if (ids.length > 0) this.#updatePlace({ page: window.page, end, ids: isNamed ? lastIds(ids) : [] });
  }

  #requestNextPage(state: Pages, page: ReceivedPage<Item>, idle: number): void {
    if (isEndless(idle, this.#found, this.place.count)) {
      const problem = `The last ${idle} pages of the list contained nothing new.`;
      throw new ExampleError(`${problem} The list repeats itself, or grows faster than it is read.`);
    }
    this.state = { ...state, next: pageAfter(page), previous: page.ids.length > 0 ? page : state.previous, idle };
  }

  get #isFromStart(): boolean {
    return this.#firstPage?.window.page === 1;
  }

  get #mayMissItems(): boolean {
    return mayMissItems(this.place, this.#found, !this.#firstPage);
  }

  /** Ends the walk, or reads all pages again if items are missing. */
  #finish(canReadAgain = true): void {
    for (const each of this.#unconnected.splice(0)) this.#take(each, this.#known.sharedWith(each.ids).last);
    this.state = { kind: 'end' };
    const first = this.#firstPage;
    if (this.#mayMissItems && canReadAgain && first) this.state = pagesState('missing', 'count-mismatch', first.window);
    else if (this.place.isReordered) this.#reportUnverified('unstable-order');
    else if (this.#mayMissItems) this.#reportUnverified('count-mismatch');
  }

  #reportUnverified(reason: Reason): void {
    if (!this.unverified) this.#onUnverified((this.unverified = reason));
  }

  #updatePlace(changes: Partial<Place>): void {
    this.place = { ...this.place, ...changes };
  }

  /** Takes the new items of a page from index `from`. Returns how many there are. */
  #take({ window, data, ids }: ReceivedPage<Item>, last = -1, from = 0): number {
    const before = this.#items.length;
    const size = Math.min(window.size, this.place.size);
    // The cast is safe: the indexes are those of items.
    for (const index of this.#known.add(ids, last, size)) if (index >= from) this.#items.push(data[index] as Item);
    if (this.place.page === undefined) this.#updatePlace({ ids: this.#known.tail });
    const taken = this.#items.length - before;
    this.#found += taken;
    return taken;
  }
}
