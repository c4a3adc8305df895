import { ExampleError, type APIError } from '../errors/index.ts';
import {
  cut,
  defaultSize,
  fix,
  giveUp,
  goBack,
  goOn,
  probe,
  seek,
  startAtPage,
  type Coverage,
  type Ids,
  type Short,
} from './coverage.ts';
import { advance } from './cursor.ts';
import { idOf, type PageBody } from './page-body.ts';
import { windowOf, type Window } from './windows.ts';

/** What one answer changes, and the items to yield. */
export interface Step<Item> {
  readonly coverage: Coverage;
  readonly items: readonly Item[];
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
  if (short && ids.length === 0 && !isCut(short)) return { coverage: end(coverage), items: [] };
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
  const items = behind(shared + 1, data, ids);
  const isNew = items.length > 0;
  const isBehindAll = isNew || known.get(ids[length - 1] ?? '') === position - drift - 1;

  const shift = expected - begin;
  const moved = drift - shift + (isNew && endOf(coverage) > position ? items.length : 0);
  const covered = shared < 0 ? [...known].sort(([, a], [, b]) => a - b).map(([id]) => id) : coverage.ids;
  ids.forEach((id, index) => known.set(id ?? '', begin + index - moved));
  const next: Coverage = {
    ...coverage,
    drift: moved,
    isFound: true,
    isHonoured: coverage.isHonoured || (!isShort && isNew && window.page > 1),
    position: isNew ? begin + length : (isBeyond ? endOf(coverage) : position) - shift,
    overlap: Math.max(isNew ? shift + 1 : 0, Math.floor(coverage.overlap * (isNew ? 0.7 : 1))),
    fruitful: fruitful + (isNew ? 1 : 0),
    // Mostly old items are no progress: perhaps `page` is ignored.
    idle: isNew && !(short && isShort) && from - begin > -length / 2 ? 0 : coverage.idle,
    ids: isNew ? advance(covered, ids) : coverage.ids,
  };
  // It is page 1 again.
  if (!isShort && !isNew && from === 0 && window.page > 1) return { coverage: fix(next, 'no-overlap'), items };
  if (!isShort) return { coverage: goOn(next), items };
  if (!short && from !== window.start && from === cutStart(found)) return { coverage: cut(next, length), items };
  const isProved =
    length > 0
      ? (coverage.isHonoured || from === window.start) && window.start + length === count && isBehindAll
      : window.start >= Number(count);
  // Nothing was behind the window, and it has not changed: it was not cut. Unless the list has moved meanwhile, and goes on.
  const isSettled =
    short?.ids.join() === ids.join() &&
    !(short.count !== undefined && count !== short.count && Number(count) > window.page * length);
  if (isProved) return { coverage: end(next), items };
  // If windows have been short since the size was cut, items may be left out of all of them, and then this proves nothing.
  if (isSettled) return { coverage: end(next, next.cuts > 0 && !next.isHonoured && count === undefined), items };
  return { coverage: probe(next, found), items };
}

/** @param isDoubtful Whether there may be more. */
function end(coverage: Coverage, isDoubtful = false): Coverage {
  return { ...coverage, next: undefined, unverified: coverage.unverified ?? (isDoubtful ? 'no-overlap' : undefined) };
}

/** Where the last item that is covered ends, if others were created in front of it. */
const endOf = ({ known, drift, ids }: Coverage): number => (known.get(ids.at(-1) ?? '') ?? 0) + drift + 1;

/** Where a short window stands if the server allowed no more items. */
const cutStart = ({ window, length }: Short): number => (window.page - 1) * length;

/** Whether a short window stood closer to that place than to where it was requested. */
const isCut = (short: Short): boolean =>
  Math.abs(short.from - cutStart(short)) < Math.abs(short.from - short.window.start);

/** The page behind a short window: the list ends if there is nothing new on it. */
function afterShort(coverage: Coverage, short: Short, ids: Ids): Coverage {
  const { window, length } = short;
  if (ids.length === 0 || short.ids.includes(ids.at(-1))) {
    // Items may have moved from there into the short window meanwhile.
    if (ids.length === 0 || window.page > 1)
      return { ...coverage, next: window, short: { ...short, isLast: true, count: coverage.count } };
    // The last page came again, or `page` is ignored. A window within it tells, but none is in one or two items.
    if (length > 2) return { ...coverage, next: windowOf(2, length - 1) };
    return Number(coverage.count) > length || coverage.cuts > 0 ? fix(coverage, 'no-overlap') : end(coverage);
  }
  return cut(coverage, window.page === 1 || isCut(short) ? length : coverage.size);
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
  const items = behind(from, data, ids);
  const isNew = items.length > 0;
  const full = Math.max(coverage.full, data.length);
  const position = (window.page - 1) * full + data.length;
  ids.forEach((id, index) => id !== undefined && known.set(id, position - data.length + index));
  const isEnd = isNew && data.length < window.size && position === count;
  const fixed: Coverage = {
    ...coverage,
    full,
    isFound: true,
    page: window.page,
    previous: texts,
    idle: 0,
    fruitful: fruitful + (isNew || position <= coverage.position ? 1 : 0),
    position: isNew ? position : coverage.position,
    ids: isNew ? advance(isJoined ? coverage.ids : [], ids) : coverage.ids,
    unverified: coverage.unverified ?? (isJoined ? undefined : reason),
    next: isEnd ? undefined : windowOf(window.page + 1, window.size),
  };
  return { coverage: fixed, items };
}

/** The items from an index on, which is behind the last that is known. Two with the same id are one; those without an id all differ. */
function behind<Item>(from: number, data: readonly Item[], ids: Ids): Item[] {
  const seen = new Set<string>();
  return data.filter((_, index) => {
    const id = ids[index];
    return index >= from && (id === undefined || seen.size < seen.add(id).size);
  });
}

/**
 * What a refusal changes: `'empty'` if there are no more pages; `undefined` if the walk can't go on.
 *
 * @param refusals How many the walk has met, with this one.
 */
export function refuse(
  coverage: Coverage,
  window: Window,
  error: APIError,
  refusals: number,
): Coverage | 'empty' | undefined {
  const { page, short, count, requests } = coverage;
  if (error.status === 404) {
    // Unless the list should have this page, and looking in front of it did not help.
    const isPastEnd = page > 0 || short !== undefined || refusals < 3 || !(Number(count) > window.start);
    return window.page > 1 && isPastEnd ? 'empty' : undefined;
  }
  if (![400, 422].includes(error.status) || page > 0) return undefined;
  if (requests > 0 || coverage.origin === 0) return fix(coverage, 'no-overlap');
  if (window.size === defaultSize) return undefined;
  return startAtPage(Math.floor(window.start / defaultSize) + 1, defaultSize);
}
