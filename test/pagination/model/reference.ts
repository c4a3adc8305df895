import { ExampleError } from '@example/sdk';
import type { Server } from './servers.ts';
import type { Connect, Named, ReadOptions } from './walks.ts';

type Item = Named & { readonly id?: unknown };

interface ReadPage {
  readonly data: readonly Item[];
  readonly cursor: string;
}

interface Answer {
  readonly items: readonly Item[];
  /** NaN if it is missing, or not credible. */
  readonly count: number;
  readonly isRefused: boolean;
}

/** Where a walk is. A cursor is this, as JSON. */
interface Place {
  /** How many items are in front, as far as is known, and the last of them. */
  at: number;
  last: unknown[];
  /** The size that is asked for first, the largest window that is asked for, and the most items that `asked` brought. */
  asked: number;
  size: number;
  full: number;
  /** The next page, if pages are fixed; 0 while windows overlap. */
  page: number;
}

/** The window that reaches furthest, and begins at least `back` items in front of a place. */
function windowFrom(at: number, back: number, largest: number) {
  let best = { page: 1, size: largest };
  for (let size = largest; size > 0; size--) {
    const page = Math.floor(Math.max(0, at - back) / size) + 1;
    if (page * size > best.page * best.size) best = { page, size };
  }
  return best;
}

/** Reads a list by simple rules that keep all promises, one request at a time, to show that they can be kept. */
async function* walk(
  server: Server,
  tell: () => void,
  { perPage = 100, cursor }: ReadOptions,
): AsyncGenerator<ReadPage, void, undefined> {
  const isResumed = cursor !== undefined;
  const place: Place = { at: 0, last: [], asked: perPage, size: perPage, full: 0, page: 0 };
  if (isResumed) Object.assign(place, JSON.parse(cursor)); // This function has written it.
  const seen = new Map(place.last.map((id, index) => [id, place.at - place.last.length + index]));
  let [requests, back, misses, contradictions, isEndSeen] = [0, 1, 0, 0, false];
  let [idle, reach, drift] = [0, Infinity, 0];
  const failure = (message: string) => Object.assign(new ExampleError(message), { cursor: JSON.stringify(place) });
  const isKnown = ({ id }: Item) => typeof id === 'string' || Number.isSafeInteger(id);
  const isNew = (item: Item) => !isKnown(item) || !seen.has(item.id);
  const lastShared = (items: readonly Item[]) => items.findLastIndex((item) => isKnown(item) && seen.has(item.id));

  async function request(page: number, size: number): Promise<Answer> {
    const pageSize = place.page > 0 ? Math.max(1, place.full) : place.size;
    if (++requests > 2 * Math.ceil(place.at / pageSize) + (place.page > 0 ? 10 : 8))
      throw failure('No end is in sight.');
    const response = await server.fetch(`https://api.example.com/v1/projects?page=${page}&per_page=${size}`);
    if (!response.ok) return { items: [], count: NaN, isRefused: response.status !== 404 };
    // The servers of the model answer in this form.
    const { data, meta } = (await response.json()) as { data: Item[]; meta?: Record<string, unknown> };
    const [count, pages] = [meta?.['total_count'], meta?.['total_pages']];
    const isRight = (pageSize: number) =>
      typeof count === 'number' && pages === Math.max(1, Math.ceil(count / pageSize));
    return { items: data, count: isRight(size) || isRight(data.length) ? Number(count) : NaN, isRefused: false };
  }

  function take(items: readonly Item[]): ReadPage {
    place.last = [...place.last, ...items.map(({ id }) => id)].slice(-20);
    return { data: items, cursor: JSON.stringify(place) };
  }

  // Windows that overlap: each has to share an item with what was read.
  while (place.page === 0) {
    const isFirst = place.at === 0;
    let { page, size } = windowFrom(place.at, back, place.size);
    // A window that begins so far in front may not reach beyond what was read.
    for (; misses === 0 && page * size <= place.at && back > 1; back--)
      ({ page, size } = windowFrom(place.at, back - 1, place.size));
    if (misses === 0 && page * size <= place.at) {
      // The list ends with its first few items, or no two windows overlap here.
      if (place.at < 3 && place.at < place.asked && !(await request(2, place.asked)).items.some(isNew)) return;
      break;
    }
    const { items, count, isRefused } = await request(page, size);
    const { length } = items;
    if (isFirst && isRefused && size !== 20) place.asked = place.size = 20;
    if (isFirst && isRefused && size !== 20) continue;
    if (isFirst) place.full = length;
    const offset = (page - 1) * size;
    const isShort = length < size;
    const isProvenEnd = isShort && offset + length === count;
    if (isFirst && isProvenEnd) place.at = length;
    if (isFirst && isProvenEnd) yield take(items);
    if (isFirst && isProvenEnd) return;
    if (isRefused || length > size || !items.every(isKnown) || contradictions > 3 || idle > 4) break;
    idle += 1;

    const shared = lastShared(items);
    if (shared < 0 && (page > 1 || isResumed)) {
      if (++misses > 3 || page === 1) break;
      back = length === 0 ? place.size : Math.max(2 * back, Math.ceil(place.size / 4));
      if (!isShort || length === 0 || isProvenEnd || !(isResumed || count > offset + length)) continue;
      [place.size, back, misses, contradictions] = [Math.max(10, length), 1, 0, contradictions + 1];
      continue;
    }
    // What was known of the place of the shared item shows whether the server uses the size that it was asked for.
    const expected = shared < 0 ? offset : (seen.get(items[shared]?.id) ?? 0) - shared;
    const isFar = Math.abs(expected - offset) > Math.max(3, 0.2 * size);
    const isCut = isShort && isFar && Math.abs(expected - (page - 1) * length) < Math.abs(expected - offset);
    const begin = isCut ? (page - 1) * length : isFar && isShort && expected < offset ? Math.max(0, expected) : offset;
    if (isCut || (isFirst && isShort)) place.size = length;
    if (isCut) contradictions += 1;
    const fresh = items.slice(shared + 1);
    items.forEach(({ id }, index) => seen.set(id, begin + index));
    place.at = fresh.length > 0 ? begin + length : place.at - (expected - begin);
    drift = Math.max(drift, expected - begin);
    back = Math.min(drift + 1, Math.ceil(place.size / 3));
    misses = 0;
    // Items behind a page that was short: the page was not the last one, and the server left something out.
    if (begin + length > reach) contradictions += 1;
    if (begin + length > reach || !isShort) reach = Infinity;
    if (isShort && !isCut && !isFirst && fresh.length > 0) reach = page * size;
    if (fresh.length > 0) idle = 0;
    if (fresh.length > 0) yield take(fresh);
    if (length === count && page > 1 && expected < offset / 2) return; // It is the whole list.
    const ignoresPage = offset > 0 && !isShort && expected < offset / 2;
    if (ignoresPage) tell();
    if (ignoresPage) return;
    if (isProvenEnd && !isCut) return;
    if (length === 0) return;
    if (fresh.length > 0 || isCut || !isShort) isEndSeen = false;
    else if (isEndSeen) return;
    else if ((await request(page + 1, size)).items.some((next) => !items.some(({ id }) => id === next.id)))
      contradictions += 1;
    else isEndSeen = true;
  }

  // Fixed pages, from the one that has the last item on: complete at rest. Nothing shows whether the list moves.
  tell();
  let isFound = place.page > 0 || place.at === 0;
  if (!isFound && !place.last.every((id) => isKnown({ id, name: '' }))) {
    place.page = Math.floor(place.at / place.full) + 1;
    isFound = true;
  }
  let answer: Answer | undefined;
  const near = Math.floor((place.at - 1) / Math.max(1, place.full)) + 1;
  for (const page of [near, near - 1, near + 1, near - 2, near + 2].filter((page) => page > 0)) {
    if (isFound) break;
    answer = await request(page, place.asked);
    isFound = lastShared(answer.items) >= 0;
    place.page = isFound ? page : 1;
  }
  if (!isFound) answer = undefined;
  if (isResumed && !isFound) throw failure('The cursor was not found.');
  let [previous, repeats, isStart] = ['', 0, isResumed];
  place.page = Math.max(1, place.page);
  for (;;) {
    const { items, count, isRefused } = answer ?? (await request(place.page, place.asked));
    answer = undefined;
    if (isRefused) throw failure('A page was refused.');
    const text = JSON.stringify(items);
    const isNothing = items.length === 0 || text === previous;
    if (isNothing && (!(place.page * place.full < count) || (items.length > 0 && ++repeats > 1))) return;
    previous = text;
    place.full = Math.max(place.full, items.length);
    place.page += 1;
    // A new client knows the last items only: what is in front of them has come.
    const fresh = (isStart ? items.slice(lastShared(items) + 1) : items).filter(isNew);
    isStart = false;
    for (const { id } of items) seen.set(id, 0);
    place.at += fresh.length;
    if (fresh.length > 0) yield take(fresh);
  }
}

export const connectReference: Connect = (server, onUnverified) => {
  const pages = (options: ReadOptions) => walk(server, onUnverified, options);
  async function* items(options: ReadOptions) {
    for await (const { data } of pages(options)) yield* data;
  }
  return {
    pages,
    items,
    awaitedPages: (options) => pages({ ...options, perPage: options.perPage ?? 20 }),
    async toArray(options, limit = Infinity) {
      const read: Named[] = [];
      for await (const { data } of pages(options)) if (read.push(...data) >= limit) break;
      return read.slice(0, limit);
    },
  };
};
