import { InvalidRequestError } from '../errors/index.ts';
import type { EndpointOptions } from '../http/request-options.ts';
import { queryOf } from '../http/route.ts';

type Query = NonNullable<EndpointOptions['query']>;

/** A place in a list, and how its pages are asked for. */
export interface Cursor {
  /** How many items are in front of it. */
  readonly position: number;
  /** How many the list had. */
  readonly count?: number | undefined;
  /** The size that was asked for first, and how many items it brought. */
  readonly asked: number;
  readonly full: number;
  /** The largest window to ask for. */
  readonly size: number;
  /** The last page that was read, if pages have a fixed size; otherwise 0. */
  readonly page: number;
  /** How often the server turned out to allow fewer items than asked for. */
  readonly cuts: number;
  /** The last items in front of it, which find it again. */
  readonly ids: readonly string[];
}

/** The items to name after a window that has the items `next`. */
export function advance(ids: readonly string[], next: readonly (string | undefined)[]): string[] {
  const names = next.filter((id) => id !== undefined);
  const found = ids.findLastIndex((id) => names.includes(id));
  // They are behind the window, because others were created in front of them; or they were deleted.
  const behind = ids.slice(found + 1).slice(-100);
  const before = ids.slice(0, found + 1).filter((id) => !names.includes(id));
  return [...[...before, ...names].slice(-20), ...behind];
}

/**
 * Which list a cursor belongs to. Values of parameters may be secret, so that only a hash of them is kept.
 *
 * @throws {InvalidRequestError} when a parameter has a value that no query can hold.
 */
export function listOf(path: string, parameters: Query): string {
  const { page, per_page, ...filters } = parameters;
  const names = Object.keys(filters)
    .filter((name) => filters[name] !== undefined)
    .sort();
  let hash = 0x811c9dc5; // FNV-1a
  for (const character of queryOf(Object.fromEntries(names.map((name) => [name, filters[name]]))))
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return `${path}${names.length > 0 ? ` with ${names.join(' and ')}` : ''}#${(hash >>> 0).toString(36)}`;
}

export function encodeCursor(list: string, cursor: Cursor): string {
  const { position, count, asked, full, size, page, cuts, ids } = cursor;
  const texts = [list, ...ids].map((text) => encodeURIComponent(text.toWellFormed()));
  return btoa([2, position, count, asked, full, size, page, cuts, ...texts].join());
}

/** @throws {InvalidRequestError} when the text is not a cursor of this list. */
export function decodeCursor(list: string, text: string): Cursor {
  const [version, ...rest] = decoded(text);
  const [position = 0, count = 0, asked = 0, full = 0, size = 0, page = 0, cuts = 0] = rest.map(Number);
  const [owner = '', ...ids] = rest.slice(7);
  if (version !== '2' || !/^\d{1,15},\d{0,15}(,\d{1,15}){5}$/.test(rest.slice(0, 7).join()) || !owner) {
    throw new InvalidRequestError('cursor must be the unchanged cursor of a page or of an error.');
  }
  if (owner !== list) {
    const [whole, wanted] = [owner, list].map((each) => each.slice(0, each.lastIndexOf('#')));
    const other = whole === wanted ? `${whole}, with another value` : `${whole}, not to ${wanted}`;
    throw new InvalidRequestError(
      `The cursor belongs to GET ${other}. Pass the parameters of the list that it came from.`,
    );
  }
  // The pattern has made sure of all of them but the count.
  return { position, count: rest[1] ? count : undefined, asked, full, size, page, cuts, ids };
}

function decoded(text: string): string[] {
  try {
    return atob(text).split(',').map(decodeURIComponent);
  } catch {
    return []; // It was changed, or never was a cursor.
  }
}
