import { ExampleError, InvalidRequestError, type APIError } from '../errors/index.ts';
import { defaultSize, end, fix, goOn, probe, unread, type Coverage, type Ids, type Question } from './coverage.ts';
import { advance } from './cursor.ts';
import { idOf, type PageBody } from './page-body.ts';
import { windowAt, windowOf, type Window } from './windows.ts';

/** What one answer changes. `items` are to be yielded; without them, the window shared nothing with what is covered. */
export interface Step<Item> {
  readonly coverage: Coverage;
  readonly items: readonly Item[] | undefined;
}

/** What an answer changes. `isOlder` if the window was requested before what was covered last. */
export function read<Item>(before: Coverage, window: Window, body: PageBody<Item>, isOlder: boolean): Step<Item> {
  const ids = body.data.map(idOf);
  const count = Number.isSafeInteger(body.meta?.total_count) ? Number(body.meta?.total_count) : undefined;
  const coverage = { ...before, count, requests: before.requests + 1, question: undefined };
  const { question } = before;
  if (coverage.requests > 2 * coverage.fruitful + 10) {
    throw new ExampleError(`No end of the list is in sight after ${coverage.requests} requests.`);
  }
  if (question?.about === 'end')
    return { coverage: afterProbe(coverage, question, ids, body.meta?.current_page), items: [] };
  const front = question?.about === 'gap' ? (question.front ?? []) : [];
  // Deletions can make page 1 what another page was; then this page has other items now.
  const isFrontAgain = isMostOf(ids, front);
  if (question?.about === 'page' || isFrontAgain) {
    const isOther = question?.about === 'page' && (ids[0] !== question.ids[0] || ids.length > question.ids.length);
    if (question?.about === 'page' && isOther) {
      const again = { about: 'gap', front: isMostOf(ids, question.ids) ? ids : [] } as const;
      return { coverage: { ...coverage, next: question.window, question: again }, items: [] };
    }
    const rest = ids.findLastIndex((id) => coverage.known.has(id ?? '')) + 1;
    const isBehind = rest > 0 || coverage.origin > 0;
    const items = isBehind ? unread(body.data.slice(rest), ids.slice(rest), coverage.known) : [];
    return { coverage: end({ ...coverage, ids: advance(coverage.ids, ids) }, 'page-ignored'), items };
  }
  const isFirst = before.requests === 0 && before.origin > 0;
  if (coverage.page > 0) return readFixed(coverage, window, body.data, ids, question);
  if (ids.length > window.size || ids.includes(undefined)) {
    const fixed = fix(coverage, ids.includes(undefined) ? 'missing-ids' : 'no-overlap');
    return isFirst
      ? readFixed({ ...fixed, next: window }, window, body.data, ids, question)
      : { coverage: fixed, items: [] };
  }
  return readOverlapping(coverage, before.count, window, body.data, ids, isOlder, question);
}

function readOverlapping<Item>(
  coverage: Coverage,
  previous: number | undefined,
  window: Window,
  data: readonly Item[],
  ids: Ids,
  isOlder: boolean,
  question: Question | undefined,
): Step<Item> {
  const { known, count, position, origin } = coverage;
  const length = ids.length;
  const last = ids.findLastIndex((id) => known.has(id ?? ''));
  const isFirst = coverage.requests === 1 && origin > 0;
  if (last < 0 && !isFirst && !(window.page === 1 && origin === 1)) {
    return {
      coverage: missed(coverage, previous, window, length, isOlder, question),
      items: question?.about === 'place' ? [] : undefined,
    };
  }
  // Where the items that are known stood shows which size the server has used.
  if (last < 0) for (const id of known.keys()) known.set(id, NaN); // nothing tells how far they have moved
  const named = last < 0 ? [...known.keys()] : coverage.ids;
  const place = known.get(ids[last] ?? '') ?? NaN;
  const from = Number.isNaN(place) ? window.start : place - last;
  if (!isOlder && window.page > 1 && from < length / 2 && question?.about !== 'gap') {
    const asked = { about: 'page', window, ids } as const;
    return { coverage: { ...coverage, next: windowOf(1, window.size), question: asked }, items: [] };
  }
  const isShort = length < window.size;
  const cutStart = (window.page - 1) * length;
  const isFar = (other: number, most: number) => Math.abs(from - other) > Math.max(2, most);
  const isMoved = isShort && isFar(window.start, 0.3 * window.size);
  const isAtCut = from === cutStart ? from !== window.start : isMoved && !isFar(cutStart, 0.15 * length);
  const isCut = isShort && isAtCut && window.start + length !== count;
  // A server may also answer with its last page.
  const begin = isCut ? cutStart : isMoved ? from : window.start;
  const items = unread(data.slice(last + 1), ids.slice(last + 1), known);
  const isLast = items.length > 0 || known.get(ids[length - 1] ?? '') === position - 1;
  const isEnd = isShort && !isCut && isLast && begin + length === count && (coverage.isSizeFree || from === begin);

  const shift = from - begin;
  // What stands behind has moved as far.
  for (const id of coverage.ids) {
    const at = known.get(id) ?? place;
    if (at > place) known.set(id, at - shift);
  }
  ids.forEach((id, index) => known.set(id ?? '', begin + index));
  // A window shared nothing, although nothing has moved: the server uses other sizes than it is asked for.
  const isInVain =
    question?.about === 'gap' &&
    question.isForOlder !== true &&
    coverage.misses > 0 &&
    !coverage.isSizeFree &&
    !isOlder &&
    !isShort &&
    items.length === 0 &&
    shift === 0;
  const next: Coverage = {
    ...coverage,
    position: items.length > 0 || Number.isNaN(place) ? begin + length : position - shift,
    size: isCut || (isFirst && isShort) ? Math.max(1, length) : coverage.size,
    full: isFirst ? length : coverage.full,
    overlap: Math.max(shift + 1, Math.floor(coverage.overlap * (items.length > 0 ? 0.7 : 1))),
    misses: items.length > 0 ? 0 : coverage.misses,
    fruitful: coverage.fruitful + (items.length > 0 ? 1 : 0),
    contradictions: coverage.contradictions + (isCut || isInVain ? 1 : 0),
    isSizeFree: !isCut && (coverage.isSizeFree || (!isFirst && !isShort && items.length > 0)),
    isEndSeen: coverage.isEndSeen && isShort && !isCut,
    ids: items.length > 0 ? advance(named, ids) : coverage.ids,
  };
  // The list has grown since the page behind it was empty.
  const hasGrown = [begin + length, window.end].some((end) => Number(previous) <= end && Number(count) > end);
  if (
    isEnd ||
    (next.isEndSeen && !(hasGrown && items.length === 0)) ||
    (length === 0 && (origin > 1 || !(Number(count) > 0)))
  )
    return { coverage: end(next), items };
  if (next.contradictions > 1) return { coverage: fix(next, 'no-overlap'), items };
  const isHonoured = next.isSizeFree || (window.page > 1 && from === begin);
  const isMaybeEnd = isShort && !isCut && (isFirst || isHonoured || items.length === 0);
  return { coverage: isMaybeEnd ? probe(next, window, ids) : goOn(next), items };
}

function afterProbe(
  coverage: Coverage,
  { window, ids: before }: Question & { about: 'end' },
  ids: Ids,
  current?: unknown,
): Coverage {
  const { contradictions, position, asked, full, origin, requests, isSizeFree } = coverage;
  const isRepeated = current !== window.page + 1 && isMostOf(before, ids);
  if (ids.length === 0 || isRepeated) {
    if (position < 3) return end(coverage);
    // Read once more what may be a cut page, in a window that starts elsewhere: if `page` is ignored, that shows, too.
    if (window.page === 1) return goOn({ ...coverage, isEndSeen: true, size: Math.min(coverage.size, full) });
    return { ...coverage, isEndSeen: true, next: window, question: { about: 'gap' } };
  }
  // The end of the window has moved onto this page.
  if (ids.every((id) => before.includes(id))) return goOn(coverage);
  // Two pages of the same length are a cut size; if the lengths of the first two differ, items are left out.
  const isFirst = window.page === 1 && window.size === asked && requests === (origin > 0 ? 2 : 1);
  const hasHoles = isFirst && ids.length > full;
  const size = hasHoles
    ? asked
    : isSizeFree
      ? coverage.size
      : Math.min(coverage.size, Math.max(ids.length, before.length));
  return goOn({ ...coverage, size, contradictions: isFirst || isSizeFree ? contradictions : contradictions + 1 });
}

function missed(
  coverage: Coverage,
  previous: number | undefined,
  window: Window,
  length: number,
  isOlder: boolean,
  question: Question | undefined,
): Coverage {
  const { position, size, misses, origin, count } = coverage;
  // After a cursor, a window that is cut starts in front of all that is known.
  if (origin === 0 && question?.about !== 'place') {
    const isCut =
      !isOlder &&
      length > 0 &&
      length < window.size &&
      window.start + length !== count &&
      (misses > 0 || Number(count) > window.start + length);
    if (isCut && coverage.contradictions < 3) {
      return goOn({ ...coverage, size: Math.max(10, length), overlap: 0, contradictions: coverage.contradictions + 1 });
    }
  }
  if (origin === 1) {
    if (misses > 4) return fix(coverage, 'too-many-changes');
    const gap = {
      ...coverage,
      misses: misses + (isOlder ? 0 : length < window.size ? 2 : 1),
      question: { about: 'gap', isForOlder: isOlder } as const,
    };
    if ((isOlder || window.start > position) && misses === 0) return { ...goOn(gap), question: { about: 'gap' } };
    const back = Math.ceil((size / 2) * 2 ** misses);
    return {
      ...gap,
      overlap: Math.max(2 * coverage.overlap, Math.ceil(size / 4)),
      next: windowAt(Math.max(0, Math.min(window.start, position) - back), size),
    };
  }
  return seek(coverage, previous, question, length, size);
}

/** Looks for the place of the cursor in pages ever further away from it. */
function seek(
  coverage: Coverage,
  previous: number | undefined,
  question: Question | undefined,
  length: number,
  size: number,
): Coverage {
  const { position, count } = coverage;
  if (length === 0 && coverage.next?.page === 1) return end(coverage);
  if (question?.about !== 'place') {
    if (coverage.misses > 4 && coverage.page === 0) return fix(coverage, 'too-many-changes');
    coverage = {
      ...coverage,
      misses: coverage.misses + (length === 0 ? 2 : 1),
      overlap: Math.max(2 * coverage.overlap, Math.ceil(coverage.size / 4)),
    };
  }
  // How much the list has grown in front of the place, at a guess.
  const moved = previous !== undefined && count !== undefined && coverage.requests === 1 ? count - previous : 0;
  const around =
    question?.about === 'place'
      ? question
      : { about: 'place' as const, center: Math.max(1, Math.ceil((position + moved) / size)), step: 0, last: Infinity };
  const last = length === 0 ? Math.min(around.last, (coverage.next?.page ?? 1) - 1) : around.last;
  for (
    let step = question?.about === 'place' ? around.step + 1 : 0;
    step <= 2 * Math.max(around.center, Math.min(last, around.center + 50)) + 2;
    step++
  ) {
    const page = around.center + (step % 2 === 1 ? -(step + 1) / 2 : step / 2);
    if (page < 1 || page > last) continue;
    const asked = coverage.page > 0 ? coverage.asked : size;
    return { ...coverage, next: windowOf(page, asked), question: { ...around, step, last } };
  }
  throw new InvalidRequestError('None of the items before the cursor is in the list any more.');
}

function readFixed<Item>(
  coverage: Coverage,
  window: Window,
  data: readonly Item[],
  ids: Ids,
  question: Question | undefined,
): Step<Item> {
  const { known, count, origin, previous, reason } = coverage;
  const isFirst = coverage.requests === 1 && origin > 0;
  const last = ids.findLastIndex((id) => known.has(id ?? ''));
  const isSought = origin === 0 && coverage.ids.length > 0 && (coverage.requests === 1 || question !== undefined);
  if (isSought && last < 0)
    return { coverage: seek(coverage, undefined, question, ids.length, Math.max(1, coverage.full)), items: [] };

  const text = ids.includes(undefined) ? JSON.stringify(data) : ids.join();
  const isRepeated = data.length > 0 && text === previous;
  const full = Math.max(coverage.full, data.length);
  if (data.length === 0 || isRepeated) {
    const goesOn = data.length === 0 && window.page * full < Number(count);
    const unverified = coverage.unverified ?? (isRepeated && window.page === 2 ? 'page-ignored' : reason);
    if (goesOn)
      return { coverage: { ...coverage, page: window.page, next: windowOf(window.page + 1, window.size) }, items: [] };
    return { coverage: end(coverage, isFirst ? undefined : unverified), items: [] };
  }
  // After a cursor, what is in front of a known item may have come before.
  const from = origin === 0 ? last + 1 : 0;
  const items = unread(data.slice(from), ids.slice(from), known);
  const begin = (window.page - 1) * full;
  ids.forEach((id, index) => id !== undefined && known.set(id, begin + index));
  const isProved = isFirst || (last >= 0 && !ids.includes(undefined));
  const fixed: Coverage = {
    ...coverage,
    full,
    fruitful: coverage.fruitful + (items.length > 0 ? 1 : 0),
    page: window.page,
    position: begin + data.length,
    previous: text,
    ids: advance(coverage.ids, ids),
    unverified: coverage.unverified ?? (isProved ? undefined : reason),
    next: windowOf(window.page + 1, window.size),
  };
  const isShort = data.length < full || (isFirst && data.length < window.size);
  return { coverage: isShort && fixed.position === count ? end(fixed) : fixed, items };
}

function isMostOf(ids: Ids, others: Ids): boolean {
  return ids.filter((id) => others.includes(id)).length > ids.length / 2;
}

/** What a refusal changes: `'empty'` if there are no more pages; `undefined` if the walk can't go on. */
export function refuse(coverage: Coverage, window: Window, error: APIError): Coverage | 'empty' | undefined {
  if (error.status === 404) {
    if (window.page === 1) return undefined;
    // Unless the list should have this page, and looking in front of it did not help.
    return coverage.page > 0 || coverage.misses <= 2 || !(Number(coverage.count) > window.start) ? 'empty' : undefined;
  }
  if (![400, 422].includes(error.status) || coverage.page > 0) return undefined;
  const { requests } = coverage;
  if (coverage.full === 0 && requests === 0) {
    if (window.size === defaultSize) return undefined;
    const resized = { ...coverage, asked: defaultSize, size: defaultSize };
    return { ...resized, next: windowOf(Math.floor(window.start / defaultSize) + 1, defaultSize) };
  }
  return fix(coverage, 'no-overlap');
}
