import { ExampleError, InvalidRequestError, type APIError } from '../errors/index.ts';
import type { ListUnverifiedEvent } from '../telemetry/events.ts';
import { advance, type Cursor } from './cursor.ts';
import { idOf, type PageBody } from './page-body.ts';
import { windowAfter, windowAt, windowOf, type Window } from './windows.ts';

/** The documented `per_page` where none is given. */
export const defaultSize = 20;

type Reason = ListUnverifiedEvent['reason'];

/**
 * What of a list is covered, and what to request next. A window joins what is covered if it shares an item with it, so
 * that no item that stays in the list can be between the two. docs/internals/pagination.md has the proof.
 */
export interface Coverage extends Cursor {
  /** Where each item that was read stood, by its id. All states of a walk share it. */
  readonly known: Map<string, number>;
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
  /** Requests, those that brought something new, and how many in a row have not. */
  readonly requests: number;
  readonly fruitful: number;
  readonly idle: number;
  /** Whether the last window had the size that was asked for. */
  readonly isFull: boolean;
  /** Why pages are fixed, and what the last of them held. */
  readonly reason: Reason;
  readonly previous: readonly string[];
  /** Why it can't be proved that each item was yielded once. */
  readonly unverified?: Reason | undefined;
}

interface Short {
  readonly window: Window;
  readonly ids: readonly (string | undefined)[];
  /** Where it began, as far as the items tell that it shared. */
  readonly from: number;
  /** Whether there was nothing new behind it. */
  readonly isLast: boolean;
}

/** What one answer changes, and the items to yield. */
export interface Step<Item> {
  readonly coverage: Coverage;
  readonly items: readonly Item[];
}

const start = {
  overlap: 0,
  requests: 0,
  fruitful: 0,
  idle: 0,
  isFull: false,
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
  const resumed = { ...start, ...cursor, known, origin: 0, isFound: ids.length === 0, next: undefined };
  if (page === 0) return goOn(resumed);
  // The page of the last item finds the place. Without ids, nothing does.
  const next = ids.length > 0 ? Math.max(1, Math.ceil(position / Math.max(1, full))) : page + 1;
  return { ...resumed, next: windowOf(next, asked) };
}

/** What an answer changes. `isOlder` if it was requested before an answer that was read already. */
export function read<Item>(before: Coverage, window: Window, body: PageBody<Item>, isOlder: boolean): Step<Item> {
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
    idle: before.idle + 1,
    full: isFirst ? ids.length : before.full,
    isFull: ids.length === window.size,
  };
  if (coverage.requests > 2 * coverage.fruitful + 10) {
    throw new ExampleError(`No end of the list is in sight after ${coverage.requests} requests.`);
  }
  if (short && !short.isLast) return { coverage: afterShort(coverage, short, ids), items: [] };
  if (coverage.page === 0 && (ids.length > window.size || ids.includes(undefined))) {
    coverage = fix(coverage, ids.includes(undefined) ? 'missing-ids' : 'no-overlap');
    if (!isFirst) return { coverage, items: [] };
  }
  const shared = ids.findLastIndex((id) => id !== undefined && known.has(id));
  const isJoined = shared >= 0 || isFirst || (window.page === 1 && origin === 1);
  if (!isJoined && (coverage.page === 0 || !isFound)) {
    return {
      coverage: isOlder
        ? { ...before, requests: coverage.requests, isFull: false }
        : missed(coverage, before, window, ids.length),
      items: [],
    };
  }
  return coverage.page > 0
    ? readFixed(coverage, window, data, ids, isFound ? 0 : shared + 1, isJoined)
    : readJoined(coverage, window, data, ids, shared, isOlder, short);
}

/** The server sends neighbours: whatever else is unknown of a window, no item that stays is between two of its items. */
function readJoined<Item>(
  coverage: Coverage,
  window: Window,
  data: readonly Item[],
  ids: readonly (string | undefined)[],
  shared: number,
  isOlder: boolean,
  short: Short | undefined,
): Step<Item> {
  const { known, count, position, size, fruitful } = coverage;
  const length = ids.length;
  const isShort = length < window.size;
  const from = shared < 0 ? window.start : known.get(ids[shared] ?? '')! - shared;
  const begin = isShort || isOlder ? from : window.start;
  const items = unread(data.slice(shared + 1), ids.slice(shared + 1), known);
  const isNew = items.length > 0;
  const isBehindAll = isNew || known.get(ids[length - 1] ?? '') === position - 1;
  ids.forEach((id, index) => known.set(id ?? '', begin + index));

  const shift = from - begin;
  const next: Coverage = {
    ...coverage,
    isFound: true,
    position: isNew ? begin + length : position - shift,
    overlap: Math.max(shift + 1, Math.floor(0.7 * coverage.overlap)),
    fruitful: fruitful + (isNew ? 1 : 0),
    // Mostly old items are no progress: perhaps `page` is ignored.
    idle: isNew && shift > -length / 2 ? 0 : coverage.idle,
    ids: isNew ? advance(coverage.ids, ids) : coverage.ids,
  };
  if (!isShort) return { coverage: goOn(next), items };
  const found = { window, ids, from, isLast: false };
  const isProved =
    length > 0 ? window.start + length === count && isBehindAll && !isCut(found) : window.start >= Number(count);
  // Nothing was behind the window. It was not cut either, if it has not changed, or has another number of items.
  const isEnd = isProved || (short && (length !== short.ids.length || ids.join() === short.ids.join()));
  if (isEnd) return { coverage: { ...next, next: undefined }, items };
  return { coverage: { ...next, next: windowOf(window.page + 1, window.size), short: found }, items };
}

/** Whether a short window stood where it would if the server had allowed no more items. */
function isCut({ window, ids, from }: Short): boolean {
  return window.page > 1 && Math.abs(from - (window.page - 1) * ids.length) < Math.abs(from - window.start);
}

/** The window behind a short one: the list ends if there is nothing new in it. */
function afterShort(coverage: Coverage, short: Short, ids: readonly (string | undefined)[]): Coverage {
  const { window } = short;
  const { length } = short.ids;
  if (ids.length === 0 || (short.ids.includes(ids.at(-1)) && ids.every((id) => coverage.known.has(id ?? '')))) {
    // Items may have moved from there into the short window meanwhile.
    if (ids.length === 0 || window.page > 1) return { ...coverage, next: window, short: { ...short, isLast: true } };
    // The last page came again, or `page` is ignored. A window within it tells, but none is in one or two items.
    return { ...coverage, next: length < 3 ? undefined : windowOf(2, length - 1) };
  }
  if (length === 0 || (window.page > 1 && !isCut(short))) return goOn(coverage);
  const cut = {
    ...coverage,
    size: Math.min(coverage.size, length),
    cuts: coverage.cuts + (window.page > 1 ? 1 : 0),
    idle: 0,
  };
  return cut.cuts > 1 ? fix(cut, 'no-overlap') : goOn(cut);
}

/** Goes on with the window after what is covered. */
function goOn(coverage: Coverage): Coverage {
  const { position, size, idle } = coverage;
  if (idle > 4) return fix(coverage, 'too-many-changes');
  const overlap = Math.min(Math.max(coverage.overlap, Math.ceil(size / 25)), Math.ceil(size / 2));
  const next = windowAfter(position, size, overlap);
  return next ? { ...coverage, overlap, next } : fix(coverage, 'no-overlap');
}

/** A window did not join: look for the place where what is covered ends. */
function missed(coverage: Coverage, before: Coverage, window: Window, length: number): Coverage {
  const { known, count, idle, isFound } = coverage;
  let { position, size } = coverage;
  if (length === 0 && window.page === 1) return { ...coverage, next: undefined };
  const overlap = Math.max(2 * coverage.overlap, Math.ceil(size / 4));
  if (isFound) {
    if (idle > 4) return fix(coverage, 'too-many-changes');
    // Too far back does no harm: what a window shares shows where it stands.
    return {
      ...coverage,
      overlap,
      next: windowAt(Math.max(0, Math.floor(position - (size / 2) * 4 ** (idle - 1))), size),
    };
  }
  // The list may have grown in front of a cursor.
  const moved = coverage.requests === 1 ? Number(count) - Number(before.count) || 0 : 0;
  position = Math.max(0, position + moved);
  for (const [id, each] of known) known.set(id, each + moved);
  let step = idle - 1;
  if (coverage.page > 0) size = Math.max(1, coverage.full);
  else if (length > 0 && length < size && size > 10) [size, step] = [Math.max(10, length), 0];
  const end = Number(count) >= window.start + length ? Number(count) : Infinity;
  const center = Math.max(1, Math.ceil(position / size));
  for (; step < 20; step++) {
    const page = center + (step % 2 === 1 ? -(step + 1) / 2 : step / 2);
    if (page < 1 || (page - 1) * size >= end) continue;
    const next = windowOf(page, coverage.page > 0 ? coverage.asked : size);
    return { ...coverage, position, overlap, size: coverage.page > 0 ? coverage.size : size, next, idle: step + 1 };
  }
  throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
}

/** From now on, pages have the size that was asked for first. They don't overlap. */
function fix(coverage: Coverage, reason: Reason): Coverage {
  const { origin, position, asked, full, ids } = coverage;
  const page = Math.max(1, Math.ceil(position / Math.max(1, full)));
  const isFound = origin > 0 || ids.length === 0;
  return {
    ...coverage,
    page,
    reason,
    isFound,
    next: windowOf(origin || page, asked),
    previous: [],
    idle: 0,
    isFull: false,
  };
}

function readFixed<Item>(
  coverage: Coverage,
  window: Window,
  data: readonly Item[],
  ids: readonly (string | undefined)[],
  from: number,
  isJoined: boolean,
): Step<Item> {
  const { known, count, previous, reason, fruitful } = coverage;
  const texts = ids.map((id, index) => id ?? JSON.stringify(data[index]));
  const isRepeated = texts.filter((text) => previous.includes(text)).length > texts.length / 2;
  if (data.length === 0 || isRepeated) {
    const unverified = coverage.unverified ?? (isRepeated && window.page === 2 ? 'page-ignored' : reason);
    return { coverage: { ...coverage, next: undefined, unverified }, items: [] };
  }
  const items = unread(data.slice(from), ids.slice(from), known);
  const isNew = items.length > 0;
  const full = Math.max(coverage.full, data.length);
  const end = (window.page - 1) * full + data.length;
  ids.forEach((id, index) => id !== undefined && known.set(id, end - data.length + index));
  const isEnd = data.length < window.size && end === count;
  const fixed: Coverage = {
    ...coverage,
    full,
    isFound: true,
    isFull: true,
    page: window.page,
    previous: texts,
    idle: 0,
    fruitful: fruitful + (isNew ? 1 : 0),
    position: isNew ? end : coverage.position,
    ids: isNew ? advance(isJoined ? coverage.ids : [], ids) : coverage.ids,
    unverified: coverage.unverified ?? (isJoined ? undefined : reason),
    next: isEnd ? undefined : windowOf(window.page + 1, window.size),
  };
  return { coverage: fixed, items };
}

/** Items that were not read before. Two with the same id are one; those without an id are all different. */
function unread<Item>(
  data: readonly Item[],
  ids: readonly (string | undefined)[],
  known: ReadonlyMap<string, number>,
): Item[] {
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
    const isPastEnd = page > 0 || short || idle === 0 || !(Number(count) > window.start);
    return window.page > 1 && isPastEnd ? 'empty' : undefined;
  }
  if (![400, 422].includes(error.status) || page > 0) return undefined;
  if (requests > 0 || coverage.origin === 0) return fix(coverage, 'no-overlap');
  if (window.size === defaultSize) return undefined;
  return startAtPage(Math.floor(window.start / defaultSize) + 1, defaultSize);
}
