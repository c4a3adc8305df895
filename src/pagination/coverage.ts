import { ExampleError, InvalidRequestError, type APIError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { advance, type Cursor } from './cursor.ts';
import { idOf, type PageBody } from './page-body.ts';
import { windowAfter, windowAt, windowOf, type Window } from './windows.ts';

/** The documented `per_page` where none is given. */
export const defaultSize = 20;

type Reason = ListUnverifiedEvent['reason'];
type Ids = readonly (string | undefined)[];

/**
 * What of a list is covered, and what to request next. A window joins what is covered if it shares an item with it, so
 * that no item that stays in the list can be between the two. docs/internals/pagination.md has the proof.
 */
export interface Coverage extends Cursor {
  /** Where each item that was read stood, by its id. All states of a walk share it. */
  readonly known: Map<string, number>;
  /** How far they have moved since. */
  readonly drift: number;
  /** The page that the walk started at; 0 if it goes on at a cursor. */
  readonly origin: number;
  /** Whether the place of the cursor is found. */
  readonly isFound: boolean;
  /** What to request next; `undefined` at the end of the list. */
  readonly next: Window | undefined;
  /** A window with fewer items than it has room for. {@link next} finds out whether the list ends with it. */
  readonly short?: Short | undefined;
  /** How many of the covered items the next window also has to hold. */
  readonly overlap: number;
  /** Requests, those that made progress, and how many in a row have not. */
  readonly requests: number;
  readonly fruitful: number;
  readonly idle: number;
  /** Why pages are fixed, and what the last of them held. */
  readonly reason: Reason;
  readonly previous: readonly string[];
  /** Why it can't be proved that each item was yielded once. */
  readonly unverified?: Reason | undefined;
}

interface Short {
  readonly window: Window;
  readonly ids: Ids;
  readonly length: number;
  /** Where it began, as far as the items tell that it shared. */
  readonly from: number;
  /** Whether there was nothing new behind it. */
  readonly isLast: boolean;
  /** The count that the page behind it had. */
  readonly count?: number | undefined;
}

/** What one answer changes, and the items to yield. */
export interface Step<Item> {
  readonly coverage: Coverage;
  readonly items: readonly Item[];
}

const start = {
  drift: 0,
  overlap: 0,
  requests: 0,
  fruitful: 0,
  idle: 0,
  reason: 'no-overlap',
  previous: [],
} as const;

/** A walk from a page on. */
export function startAtPage(page: number, asked: number, size = asked): Coverage {
  const next = windowOf(page, asked);
  const cursor = { position: next.start, asked, size, full: 0, page: 0, cuts: 0, ids: [] };
  return { ...start, ...cursor, known: new Map(), origin: page, isFound: true, next };
}

/** A walk that goes on at a cursor. */
export function startAtCursor(cursor: Cursor): Coverage {
  const { ids, position, page, asked, size, full } = cursor;
  if (ids.length === 0 && page === 0) return startAtPage(Math.floor(position / asked) + 1, asked, size);
  const known = new Map(ids.map((id, index) => [id, position - ids.length + index]));
  const resumed = { ...start, fruitful: 1, ...cursor, known, origin: 0, isFound: ids.length === 0, next: undefined };
  if (page === 0) {
    // A page that was awaited, and had fewer items than it has room for.
    const isShort = cursor.cuts === 0 && position === full && full < asked;
    return isShort
      ? probe(resumed, { window: windowOf(1, asked), ids, length: full, from: 0, isLast: false })
      : goOn(resumed);
  }
  // The page of the last item finds the place. Without ids, nothing does.
  const next = ids.length > 0 ? Math.max(1, Math.ceil(position / Math.max(1, full))) : page + 1;
  return { ...resumed, next: windowOf(next, asked) };
}

/** When a window was requested: as the next one, ahead of it, or even before one that was read already. */
export type When = 'next' | 'ahead' | 'before';

/** What an answer changes. */
export function read<Item>(before: Coverage, window: Window, body: PageBody<Item>, when: When): Step<Item> {
  const { data, meta } = body;
  const { known, origin, short, isFound } = before;
  const ids = data.map(idOf);
  const count = Number.isSafeInteger(meta?.total_count) ? Number(meta?.total_count) : undefined;
  const isFirst = before.requests === 0 && origin > 0;
  let coverage: Coverage = {
    ...before,
    count,
    short: undefined,
    requests: before.requests + 1,
    idle: before.idle + (when === 'next' && (!short || short.isLast) ? 1 : 0),
    full: isFirst ? ids.length : before.full,
  };
  if (coverage.requests > 2 * coverage.fruitful + 10) {
    throw new ExampleError(`No end of the list is in sight after ${coverage.requests} requests.`);
  }
  if (short && !short.isLast) return { coverage: afterShort(coverage, short, ids), items: [] };
  if (short && ids.length === 0 && !isCut(short)) return { coverage: { ...coverage, next: undefined }, items: [] };
  if (coverage.page === 0 && (ids.length > window.size || ids.includes(undefined))) {
    coverage = fix(coverage, ids.includes(undefined) ? 'missing-ids' : 'no-overlap');
    if (!isFirst) return { coverage, items: [] };
  }
  const shared = ids.findLastIndex((id) => id !== undefined && (isFound ? known.has(id) : before.ids.includes(id)));
  const isJoined = shared >= 0 || isFirst || (window.page === 1 && origin === 1);
  if (!isJoined && (coverage.page === 0 || !isFound)) {
    if (when === 'before') return { coverage: { ...before, requests: coverage.requests }, items: [] };
    return {
      coverage: isFound ? goBack(coverage, window, ids.length) : seek(coverage, before, window, ids.length),
      items: [],
    };
  }
  if (coverage.page > 0) return readFixed(coverage, window, data, ids, shared + 1, isJoined);
  const step = readJoined(coverage, window, data, ids, shared, when, short);
  return { ...step, coverage: giveUp(step.coverage, short !== undefined) };
}

/** Where requests bring nothing new again and again, the list can't be read in windows that overlap. */
function giveUp(coverage: Coverage, isEndMoving = false): Coverage {
  const { next, idle, fruitful } = coverage;
  // A walk that has come far has more patience, but not with an end that moves away.
  return next && idle > (isEndMoving ? 4 : 5 + fruitful / 4) ? fix(coverage, 'too-many-changes') : coverage;
}

/** The server sends neighbours: whatever else is unknown of a window, no item that stays is between two of its items. */
function readJoined<Item>(
  coverage: Coverage,
  window: Window,
  data: readonly Item[],
  ids: Ids,
  shared: number,
  when: When,
  short: Short | undefined,
): Step<Item> {
  const { known, count, position, drift, fruitful, isFound } = coverage;
  const length = ids.length;
  const isShort = length < window.size;
  // A page 1 without an item that is known has moved them all behind it.
  const expected = shared < 0 ? -length * Number(known.size > 0) : (known.get(ids[shared] ?? '') ?? 0) + drift - shared;
  // Others were created in front of such an item, nobody knows how many.
  const isBeyond = expected + shared >= position;
  const isPlaced =
    shared >= 0 && !isBeyond && (isFound || coverage.requests === 1 || expected === (window.page - 1) * length);
  const from = isPlaced ? expected : window.start;
  const found = { window, ids, length, from, isLast: false };
  const begin = when === 'before' ? from : isShort && isCut(found) ? cutStart(found) : window.start;
  const items = unread(data.slice(shared + 1), ids.slice(shared + 1), known);
  const isNew = items.length > 0;
  const isBehindAll = isNew || known.get(ids[length - 1] ?? '') === position - drift - 1;

  const shift = expected - begin;
  const moved = drift - shift + (isNew && endOf(coverage) > position ? items.length : 0);
  const read = shared < 0 ? [...known].sort(([, a], [, b]) => a - b).map(([id]) => id) : [];
  ids.forEach((id, index) => known.set(id ?? '', begin + index - moved));
  const next: Coverage = {
    ...coverage,
    drift: moved,
    isFound: true,
    position: isNew ? begin + length : (isBeyond ? endOf(coverage) : position) - shift,
    overlap: Math.max(isNew ? shift + 1 : 0, Math.floor(coverage.overlap * (isNew ? 0.7 : 1))),
    fruitful: fruitful + (isNew ? 1 : 0),
    // Mostly old items are no progress: perhaps `page` is ignored.
    idle: isNew && !(short && isShort) && from - begin > -length / 2 ? 0 : coverage.idle,
    ids: isNew ? advance(shared < 0 ? read : coverage.ids, ids) : coverage.ids,
  };
  // It is page 1 again.
  if (!isShort && !isNew && from === 0 && window.page > 1) return { coverage: fix(next, 'no-overlap'), items };
  if (!isShort) return { coverage: goOn(next), items };
  if (!short && from !== window.start && from === cutStart(found)) return { coverage: cut(next, length), items };
  const isProved = length > 0 ? window.start + length === count && isBehindAll : window.start >= Number(count);
  // Nothing was behind the window. If it has not changed, it was not cut; if its length has, the longer one was not.
  const isSame = short && (short.length !== length || short.ids.join() === ids.join());
  const isSettled =
    isSame && !(short.count !== undefined && count !== short.count && Number(count) > window.page * length);
  if (isProved || isSettled) return { coverage: { ...next, next: undefined }, items };
  return { coverage: probe(next, found), items };
}

/** Where the last item that is covered ends, if others were created in front of it. */
const endOf = ({ known, drift, ids }: Coverage): number => (known.get(ids.at(-1) ?? '') ?? 0) + drift + 1;

/** Asks for the page behind a short window. */
function probe(coverage: Coverage, short: Short): Coverage {
  return { ...coverage, short, next: windowOf(short.window.page + 1, short.window.size) };
}

/** Where a short window stands if the server allowed no more items. */
const cutStart = ({ window, length }: Short): number => (window.page - 1) * length;

/** Whether a short window stood closer to that place than to where it was requested. */
const isCut = (short: Short): boolean =>
  Math.abs(short.from - cutStart(short)) < Math.abs(short.from - short.window.start);

/** The page behind a short window: the list ends if there is nothing new on it. */
function afterShort(coverage: Coverage, short: Short, ids: Ids): Coverage {
  const { window, length } = short;
  if (ids.length === 0 || (short.ids.includes(ids.at(-1)) && ids.every((id) => coverage.known.has(id ?? '')))) {
    // Items may have moved from there into the short window meanwhile.
    if (ids.length === 0 || window.page > 1)
      return { ...coverage, next: window, short: { ...short, isLast: true, count: coverage.count } };
    // The last page came again, or `page` is ignored. A window within it tells, but none is in one or two items.
    if (length > 2) return { ...coverage, next: windowOf(2, length - 1) };
    return Number(coverage.count) > length || coverage.cuts > 0
      ? fix(coverage, 'no-overlap')
      : { ...coverage, next: undefined };
  }
  // A longer page behind it shows that it was not cut.
  return cut(coverage, ids.length <= length && (window.page === 1 || isCut(short)) ? length : coverage.size);
}

/** The server sends fewer items than it is asked for, although the list goes on. */
function cut(coverage: Coverage, size: number): Coverage {
  const cuts = coverage.cuts + 1;
  if (cuts > 3) return fix(coverage, 'no-overlap');
  return goOn({ ...coverage, cuts, size: Math.min(coverage.size, Math.max(10, size)), idle: 0 });
}

/** Goes on with the window after what is covered. */
function goOn(coverage: Coverage): Coverage {
  const { position, size } = coverage;
  const overlap = Math.min(Math.max(coverage.overlap, Math.ceil(size / 25)), Math.ceil(size / 2));
  const next = windowAfter(position, size, overlap);
  return next ? { ...coverage, overlap, next } : fix(coverage, 'no-overlap');
}

/** A window did not join, since the list has moved: goes back, ever further. What a window shares shows where it stands. */
function goBack(coverage: Coverage, window: Window, length: number): Coverage {
  const { position, size, idle, overlap, origin } = coverage;
  // After a cursor, what a cut window holds may stand in front of all that is known.
  if (origin === 0 && length > 0 && length < window.size) return cut(coverage, length);
  const back = Math.ceil((size / 2) * 8 ** Math.max(0, idle - 1));
  return giveUp({
    ...coverage,
    overlap: Math.max(2 * overlap, Math.ceil(size / 4)),
    next: windowAt(Math.max(0, position - back), size),
  });
}

/** Looks for the place of the cursor in the pages around it, ever further away. */
function seek(coverage: Coverage, before: Coverage, window: Window, length: number): Coverage {
  const { count, page, asked } = coverage;
  let { idle, size } = coverage;
  if (length === 0 && window.page === 1) return { ...coverage, next: undefined };
  if (idle > 4) {
    if (page === 0) return fix(coverage, 'no-overlap');
    throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
  }
  // The list may have grown in front of it.
  const moved = coverage.requests === 1 ? Number(count) - Number(before.count) || 0 : 0;
  const position = Math.max(0, coverage.position + moved);
  if (page === 0 && length > 9 && length < window.size && window.start + length !== count) [size, idle] = [length, 1];
  const pageSize = page > 0 ? Math.max(1, coverage.full) : size;
  const center = Math.max(1, Math.ceil(position / pageSize));
  // In front of it and behind it in turn.
  const steps = Array.from(
    { length: 2 * idle + 1 },
    (_, step) => center + (step % 2 === 1 ? -(step + 1) / 2 : step / 2),
  );
  const next = windowOf(steps.filter((each) => each > 0)[idle - 1] ?? center + idle, page > 0 ? asked : size);
  return {
    ...coverage,
    position,
    drift: coverage.drift + moved,
    size,
    next,
    idle,
    overlap: Math.max(2 * coverage.overlap, Math.ceil(size / 4)),
  };
}

/** From now on, pages have the size that was asked for first. They don't overlap. */
function fix(coverage: Coverage, reason: Reason): Coverage {
  const { origin, position, asked, full, ids, known } = coverage;
  // The first page was read. After a cursor, its place is looked for.
  const page = origin > 0 ? origin + 1 : Math.max(1, Math.ceil(position / Math.max(1, full)));
  const previous = origin > 0 ? [...known.keys()].slice(0, full) : [];
  const isFound = origin > 0 || ids.length === 0;
  return { ...coverage, page, reason, isFound, next: windowOf(page, asked), previous, idle: 0 };
}

function readFixed<Item>(
  coverage: Coverage,
  window: Window,
  data: readonly Item[],
  ids: Ids,
  from: number,
  isJoined: boolean,
): Step<Item> {
  const { known, count, previous, reason, fruitful } = coverage;
  const texts = ids.map((id, index) => id ?? JSON.stringify(data[index]));
  const isRepeated = texts.filter((text) => previous.includes(text)).length > texts.length / 2;
  if (data.length === 0 || isRepeated) {
    const unverified =
      coverage.unverified ?? (isRepeated && window.page === coverage.origin + 1 ? 'page-ignored' : reason);
    return { coverage: { ...coverage, next: undefined, unverified }, items: [] };
  }
  const items = unread(data.slice(from), ids.slice(from), known);
  const isNew = items.length > 0;
  const full = Math.max(coverage.full, data.length);
  const end = (window.page - 1) * full + data.length;
  ids.forEach((id, index) => id !== undefined && known.set(id, end - data.length + index));
  const isEnd = isNew && data.length < window.size && end === count;
  const fixed: Coverage = {
    ...coverage,
    full,
    isFound: true,
    page: window.page,
    previous: texts,
    idle: 0,
    fruitful: fruitful + (isNew || end <= coverage.position ? 1 : 0),
    position: isNew ? end : coverage.position,
    ids: isNew ? advance(isJoined ? coverage.ids : [], ids) : coverage.ids,
    unverified: coverage.unverified ?? (isJoined ? undefined : reason),
    next: isEnd ? undefined : windowOf(window.page + 1, window.size),
  };
  return { coverage: fixed, items };
}

/** Items that were not read before. Two with the same id are one; those without an id are all different. */
function unread<Item>(data: readonly Item[], ids: Ids, known: ReadonlyMap<string, number>): Item[] {
  const seen = new Set<string>();
  return data.filter((_, index) => {
    const id = ids[index];
    return id === undefined || (!known.has(id) && seen.size < seen.add(id).size);
  });
}

/** What a refusal changes: `'empty'` if there are no more pages; `undefined` if the walk can't go on. */
export function refuse(coverage: Coverage, window: Window, error: APIError): Coverage | 'empty' | undefined {
  const { page, short, idle, count, requests } = coverage;
  if (error.status === 404) {
    // Unless the list should have this page, and looking in front of it did not help.
    const isPastEnd = page > 0 || short !== undefined || idle < 3 || !(Number(count) > window.start);
    return window.page > 1 && isPastEnd ? 'empty' : undefined;
  }
  if (![400, 422].includes(error.status) || page > 0) return undefined;
  if (requests > 0 || coverage.origin === 0) return fix(coverage, 'no-overlap');
  if (window.size === defaultSize) return undefined;
  return startAtPage(Math.floor(window.start / defaultSize) + 1, defaultSize);
}
