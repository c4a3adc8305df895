import { ExampleError, InvalidRequestError, type APIError } from '../errors/index.ts';
import { lastItems, startOf, type Place } from './cursor.ts';
import { KnownItems, type Shared } from './known-items.ts';
import { countOf, idOf, type Id, type PageBody } from './page-body.ts';
import { pages, textsOf, type Answer, type Overlap, type Pages, type Reason, type Seek, type State } from './states.ts';
import { windowAfter, windowAt, windowOf, type Window } from './windows.ts';

/** The documented `per_page` where none is given. */
export const defaultSize = 20;

/** Smaller windows can't overlap everywhere: none of up to 10 items holds both item 2519 and item 2520. */
const leastSize = 11;

/** How many of the items in front of a cursor are in its first window: one that was not deleted is enough. */
const cursorOverlap = 4;

/** Windows in which the items in front of a cursor are looked for. */
const maxSeeks = 8;

/** What is left of an overlap after a window that has not needed it, so that a list at rest costs little more. */
const overlapDecay = 0.7;

/** Requests in a row that may get no further; and one more for every four windows of a walk that has come far. */
const patience = 5;
const windowsOfPatience = 4;

/** Pages in a row that may bring nothing new where the list says that it goes on. */
const maxIdlePages = 3;

/** Pages in a row that may bring nothing new before that is an error; and two more for each item of the list. */
const leastEndless = 100;

/** Items that a list may yield beyond twice its count before a new start is no progress any more. */
const maxSurplus = 1000;

const nothing = { last: -1, place: 0 };

const noneLeft = () => new InvalidRequestError('None of the items before the cursor is in the list any more.');

/** Reads the answers to the requests of a walk. docs/internals/pagination.md says why nothing is lost. */
export class ListReader<Item> {
  state: State;
  place: Place;
  /** Why it can't be verified that each item is yielded once. */
  unverified: Reason | undefined;
  readonly #onUnverified: (reason: Reason) => void;
  readonly #known = new KnownItems();
  /** The page that the walk starts at, and what it had; 0 after a cursor. */
  #origin: number;
  #first: readonly Id[] = [];
  /** How many items were yielded or skipped, or have been created in front of those. */
  #found: number;
  /** Windows that shared nothing with what was read. */
  #apart: Answer<Item>[] = [];

  constructor(place: Place, onUnverified: (reason: Reason) => void) {
    const { asked, end, size, page, ids } = (this.place = place);
    this.#onUnverified = onUnverified;
    this.#found = end;
    this.#known.add(ids, nothing);
    this.#origin = ids.length === 0 && page === 0 ? Math.floor(end / asked) + 1 : 0;
    if (this.#origin > 0) this.state = { kind: 'start', next: windowOf(this.#origin, asked) };
    else if (page > 0) {
      // Without ids, the page that was read last can't be told from the next one.
      const [reason, next] = ids.length > 0 ? (['no-overlap', page] as const) : (['missing-ids', page + 1] as const);
      this.state = pages('rest', reason, windowOf(next, asked));
    } else {
      const next = windowAfter(end, size, cursorOverlap) ?? windowAt(Math.max(0, end - 1), size);
      this.state = { kind: 'seek', next, center: Math.max(1, Math.ceil(end / size)), tries: 0 };
    }
  }

  /** Returns the items to yield: all that were not yielded before, wherever they stand. */
  read(window: Window, { data, meta }: PageBody<Item>): Item[] {
    const { state, place } = this;
    const count = countOf(meta?.total_count);
    const growth = count === undefined ? 0 : count - (place.count ?? count);
    const lastPage = countOf(meta?.total_pages);
    const hasNext = lastPage === undefined ? undefined : lastPage > window.page;
    const answer = { window, data, ids: data.map(idOf), count, growth, hasNext };
    this.#move({ count: count ?? place.count });
    // There is a page in front of the first.
    if (meta?.current_page === 0) this.#tell('page-numbers');
    if (state.kind === 'start') return this.#readFirst(answer);
    if (state.kind === 'pages') return this.#readPage(state, answer);
    if (answer.ids.includes(undefined)) this.#readRest('missing-ids');
    else if (data.length > window.size) this.#readRest('no-overlap');
    else if (state.kind === 'seek') return this.#seek(state, answer);
    else if (state.kind === 'overlap') return this.#readOverlap(state, answer);
    return [];
  }

  /** Reads a refusal. Returns the items to yield; `undefined` if the walk can't go on. */
  refuse(window: Window, { status }: APIError): Item[] | undefined {
    const { state, place } = this;
    const isSizeRefused = status === 400 || status === 422;
    const isPastEnd = state.kind === 'pages' && (state.purpose !== 'rest' || !(Number(place.count) > window.start));
    const isNotFound = status === 404 && window.page > 1 && !(state.kind === 'overlap' && state.idle > 2);
    if (isNotFound || (isSizeRefused && isPastEnd)) return this.read(window, { data: [] });
    if (!isSizeRefused) return undefined;
    if (state.kind === 'overlap' || state.kind === 'seek') this.#readRest('no-overlap');
    else if (state.kind === 'start' && window.size !== defaultSize)
      this.startAgain(Math.floor(window.start / defaultSize) + 1, defaultSize);
    else return undefined;
    return [];
  }

  /** Starts at a page of another size. What has been read is not yielded again. */
  startAgain(page: number, size: number): void {
    this.#origin = page;
    this.place = this.#known.end > 0 ? { ...this.place, asked: size, size } : startOf(page, size);
    this.state = { kind: 'start', next: windowOf(page, size) };
  }

  /** Whether the first page is the last one, too. */
  #isAll({ window, ids, count, hasNext }: Answer<Item>, end: number): boolean {
    if (ids.length === 0) return !hasNext && !(Number(count) > end);
    // How many items are in front of a later page depends on its size.
    return ids.length < window.size && hasNext === false && end === count;
  }

  #readFirst(answer: Answer<Item>): Item[] {
    const { window, ids, count } = answer;
    const end = window.start + ids.length;
    const isShort = ids.length < window.size;
    const isAll = this.#isAll(answer, end);
    const isCut = isShort && !isAll && end !== count && ids.length >= leastSize;
    // The server sends as many.
    const size = isCut ? ids.length : Math.max(window.size, ids.length);
    this.#found = (window.page - 1) * size + this.#known.end;
    this.#first = textsOf(answer);
    const items = this.#take(answer, nothing);
    const isNamed = !ids.includes(undefined);
    // Without ids, only its number finds a page again.
    const place = isNamed ? { page: 0, ids: lastItems([], ids) } : { page: window.page, ids: [] };
    this.#move({ ...place, size, end: (window.page - 1) * size + ids.length });
    if (isAll) this.#finish(false);
    else if (!isNamed) this.#readRest('missing-ids');
    else if (isCut || ids.length === window.size) this.#goOn(1, 0);
    else if (isShort && (count ?? end) === end) this.#readBehind(answer);
    else this.#readRest('no-overlap');
    return items;
  }

  #seek({ next, ...state }: Seek, answer: Answer<Item>): Item[] {
    const { ids, growth, count } = answer;
    const { size, end } = this.place;
    const shared = this.#known.shared(ids);
    // A list that was shorter than a page has not shown yet how many items the server sends at most.
    const isCut = end < size && ids.length >= leastSize && ids.length < size && next.page === 1 && count !== ids.length;
    if (isCut) {
      this.#move({ size: ids.length });
      return this.#seek({ next, ...state }, { ...answer, window: windowOf(1, ids.length) });
    }
    if (shared.last >= 0) return this.#join(1, 0, answer, shared);
    const tries = state.tries + 1;
    if (tries === maxSeeks) {
      this.#readRest('too-many-changes');
      return [];
    }
    // As many were created in front of it, if the count says so.
    const center = tries > 1 ? state.center : Math.max(1, state.center + Math.round(growth / size));
    // In front of it and behind it in turn.
    const candidates = Array.from({ length: 2 * tries }, (_, step) => center + (step % 2 ? -(step + 1) / 2 : step / 2));
    const page = candidates.filter((each) => each > 0)[tries - 1] ?? center + tries;
    const isEmpty = ids.length === 0 && next.page === 1;
    this.state = isEmpty ? { kind: 'end' } : { kind: 'seek', next: windowOf(page, size), center, tries };
    return [];
  }

  #readOverlap({ overlap, idle }: Overlap, answer: Answer<Item>): Item[] {
    const shared = this.#known.shared(answer.ids);
    if (shared.last < 0 && !(answer.window.page === 1 && this.#origin === 1)) return this.#miss(overlap, idle, answer);
    const items = this.#join(overlap, idle, answer, shared);
    // It may have closed the gap to others. What stayed was in the list when they came, so that one of them may be its
    // end.
    for (const each of this.#apart.splice(0)) {
      const late = this.#known.shared(each.ids);
      const { state } = this;
      if (late.last < 0 && state.kind !== 'end') this.#apart.push(each);
      else if (state.kind === 'overlap') items.push(...this.#join(state.overlap, state.idle, each, late));
      else items.push(...this.#take(each, late));
    }
    return items;
  }

  /** The window shares an item with what was read, or is page 1: no item that stays in the list is between. */
  #join(overlap: number, idle: number, answer: Answer<Item>, { first, last, place, isOrdered }: Shared): Item[] {
    const { window, ids, growth } = answer;
    const before = this.place;
    // Page 1 has other items only, so that all others are behind it.
    const isNewStart = last < 0;
    if (isNewStart) this.#known.forgetPlaces();
    /** Where the last shared item ends, and how far it has moved. */
    const end = window.start + last + 1;
    const shift = isNewStart ? 0 : end - (before.end - (this.#known.end - place));
    const items = this.#take(
      answer,
      isNewStart ? { last, place: this.#known.end } : { last, place },
      this.#origin === 1 ? 0 : first,
    );
    // What was created in front of it is not missing. The count says so, too, unless items have only changed places.
    this.#found += Math.max(0, Math.min(shift, growth));
    const isFurther = last < ids.length - 1;
    const reached = window.start + ids.length;
    this.#move({
      isReordered: before.isReordered || !isOrdered,
      end: reached,
      ids: items.length > 0 ? lastItems(isNewStart ? [] : before.ids, ids) : before.ids,
    });
    // If each response has ids of its own, page 1 is a new start for ever.
    const isProgress = isFurther && !(isNewStart && this.#found > 2 * (this.place.count ?? 0) + maxSurplus);
    if (ids.length < window.size) items.push(...this.#readShort(answer, reached));
    else
      this.#goOn(
        Math.max(1 - shift, isFurther ? Math.floor(overlap * overlapDecay) : overlap),
        isProgress ? 0 : idle + 1,
      );
    return items;
  }

  /** A window that joins and is short should be the end of the list. Returns what was found on the way. */
  #readShort(answer: Answer<Item>, reached: number): Item[] {
    const { count, hasNext } = answer;
    if (count !== undefined && count !== reached) this.#readRest('count-mismatch');
    else if (count === undefined || hasNext !== false) this.#readBehind(answer);
    else return this.#finish();
    return [];
  }

  /** The list has moved so far that the window shares nothing: looks where the count says, then ever further back. */
  #miss(overlap: number, idle: number, answer: Answer<Item>): Item[] {
    const { size } = this.place;
    if (this.#origin === 1 && answer.ids.length > 0) this.#apart.push(answer);
    const back = idle === 0 ? Math.ceil(size / 4) - answer.growth : Math.ceil(size * 2 ** (idle - 2));
    this.#goOn(Math.max(2 * overlap, Math.ceil(size / 4)), idle + 1, back);
    return [];
  }

  /** @param back How far to go back, if not by the overlap. */
  #goOn(overlap: number, idle: number, back?: number): void {
    const { end, size, isReordered } = this.place;
    const shared = Math.min(Math.max(1, overlap), Math.ceil(size / 2));
    const next = back === undefined ? windowAfter(end, size, shared) : windowAt(Math.max(0, end - back), size);
    const windows = this.#known.end / size;
    if (idle > patience + windows / windowsOfPatience)
      this.#readRest(isReordered ? 'unstable-order' : 'too-many-changes');
    else if (next) this.state = { kind: 'overlap', next, overlap: shared, idle };
    else this.#readRest('no-overlap');
  }

  /** Windows can't overlap: reads pages as a plain loop does, after the first; after a cursor, from where it is. */
  #readRest(reason: Reason): void {
    const { asked, size, end } = this.place;
    if (this.#origin > 0) this.state = pages('rest', reason, windowOf(this.#origin + 1, asked), this.#first);
    else this.state = pages('place', reason, windowOf(Math.max(1, Math.ceil(end / size)), asked));
  }

  /** The list should end with this window, but does not say so. */
  #readBehind(answer: Answer<Item>): void {
    const { page, size } = answer.window;
    // Until a second window has been full, perhaps the first was not cut, but has gaps.
    const isCertain = this.#origin === 0 || this.#known.end > this.place.size;
    if (isCertain) this.state = pages('behind', 'no-overlap', windowOf(page + 1, size), textsOf(answer));
    else this.state = pages('behind', 'no-overlap', windowOf(this.#origin + 1, this.place.asked), this.#first);
  }

  #readPage(state: Pages, answer: Answer<Item>): Item[] {
    const { window, ids, growth } = answer;
    const { purpose, reason, previous } = state;
    // If the list has shrunk, what was behind may have moved forward.
    if (purpose === 'behind' && (growth < 0 || !ids.every((id) => this.#known.has(id)))) {
      this.#readRest(reason);
      return [];
    }
    const texts = textsOf(answer);
    const isRepeated = texts.length > 0 && texts.join() === previous.join();
    const shared = this.#known.shared(ids);
    if (purpose === 'place' && shared.last < 0) return this.#findPlace(state, answer, isRepeated, texts);
    const items = isRepeated ? [] : this.#take(answer, shared, this.#origin > 0 ? 0 : shared.first);
    const idle = items.length > 0 ? 0 : state.idle + 1;
    const end = (window.page - 1) * Math.max(previous.length, ids.length) + ids.length;
    if (!shared.isOrdered) this.#move({ isReordered: true });
    if (purpose === 'missing') this.#noteMissing(answer);
    else if (purpose !== 'behind') this.#noteRest(reason, answer, isRepeated, end);
    if (this.#isLast(answer, end, isRepeated, idle) || (purpose === 'missing' && !this.#mayMissItems)) {
      items.push(...this.#finish(purpose === 'behind'));
    } else this.#goOnPages({ ...state, purpose: purpose === 'place' ? 'rest' : purpose }, window, texts, idle);
    return items;
  }

  /** After a cursor, only the items in front of it show where pages go on. They may be on any page. */
  #findPlace(state: Pages, { window, ids }: Answer<Item>, isRepeated: boolean, texts: readonly Id[]): Item[] {
    if (window.page > 1 && state.idle === 0) this.state = { ...state, next: windowOf(1, window.size) };
    else if (isRepeated || ids.length === 0) throw noneLeft();
    else this.#goOnPages(state, window, texts, state.idle + 1);
    return [];
  }

  #noteRest(reason: Reason, { window, ids }: Answer<Item>, isRepeated: boolean, end: number): void {
    const isNamed = !ids.includes(undefined);
    const isIgnored = isRepeated && window.page === this.#origin + 1;
    this.#tell(isIgnored ? 'page-ignored' : isNamed ? reason : 'missing-ids');
    if (ids.length > 0) this.#move({ page: window.page, end, ids: isNamed ? lastItems([], ids) : [] });
  }

  #noteMissing({ ids, growth }: Answer<Item>): void {
    // What is created while missing items are looked for is not missing.
    const created = Math.max(0, growth);
    this.#found += created;
    this.#move({ end: this.place.end + created, ids: lastItems(this.place.ids, ids) });
  }

  #goOnPages(state: Pages, { page, size }: Window, previous: readonly Id[], idle: number): void {
    if (idle > leastEndless + 2 * Math.max(this.#found, this.place.count ?? 0)) {
      throw new ExampleError(
        `The last ${idle} pages of the list contained nothing new. The list repeats itself, or grows faster than it is read.`,
      );
    }
    this.state = { ...state, next: windowOf(page + 1, size), previous, idle };
  }

  /** Whether no page is behind a page that ends at a position. */
  #isLast({ window, ids, count, hasNext }: Answer<Item>, end: number, isRepeated: boolean, idle: number): boolean {
    if (ids.length === 0) {
      const { count } = this.place;
      return idle > maxIdlePages || !(count === undefined ? hasNext : count > this.#found);
    }
    if (isRepeated) return count === undefined ? idle > maxIdlePages : end >= count;
    return ids.length < window.size && end === count && hasNext === false;
  }

  /** Whether the list has items that were not found, or could have some because their order changes. */
  get #mayMissItems(): boolean {
    const { count, end, isReordered } = this.place;
    // How many were found before a cursor is not known.
    if (this.#origin === 0) return isReordered || end < Number(count);
    return this.#found < (count ?? end) || (isReordered && count === undefined);
  }

  /** The end of the list. If items are missing, reads it once more as a plain loop does, until they are found. */
  #finish(canRead = true): Item[] {
    const items = this.#apart.splice(0).flatMap((each) => this.#take(each, this.#known.shared(each.ids)));
    this.state = { kind: 'end' };
    if (this.#mayMissItems && canRead && this.#origin > 0)
      this.state = pages('missing', 'count-mismatch', windowOf(this.#origin, this.place.asked));
    else if (this.place.isReordered) this.#tell('unstable-order');
    else if (this.#mayMissItems) this.#tell('count-mismatch');
    return items;
  }

  #tell(reason: Reason): void {
    if (!this.unverified) this.#onUnverified((this.unverified = reason));
  }

  #move(changes: Partial<Place>): void {
    this.place = { ...this.place, ...changes };
  }

  /** Takes what is new of an answer, from an index on. */
  #take({ data, ids }: Answer<Item>, shared: Pick<Shared, 'last' | 'place'>, from = 0): Item[] {
    const items: Item[] = [];
    // The cast holds: the indexes are those of items.
    for (const index of this.#known.add(ids, shared)) if (index >= from) items.push(data[index] as Item);
    this.#found += items.length;
    return items;
  }
}
